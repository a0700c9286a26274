"""Puts values of earlier answers into later requests: `{"$saved": name}`, which data files write in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from .compare import resolve
from .model import Json, Memory, Missing

MEMBERS = {"$saved", "at", "but"}


def filled(value: Json, memory: Memory) -> Json:
    """Replace each `{"$saved": name}` by what an earlier step saved under that name."""
    if isinstance(value, dict):
        if "$saved" in value and set(value) <= MEMBERS:
            return recalled(cast("dict[str, str]", value), memory)
        return {key: filled(member, memory) for key, member in value.items()}
    return [filled(element, memory) for element in value] if isinstance(value, list) else value


def recalled(reference: Mapping[str, str], memory: Memory) -> Json:
    """Give a saved value, or what stands at a place of it, or that with something done to it."""
    found = resolve(memory.saved[reference["$saved"]], reference.get("at", ""))
    value = None if isinstance(found, Missing) else found
    return DAMAGE[reference["but"]](value) if "but" in reference and isinstance(value, str) else value


def altered(text: str) -> str:
    """Put another letter in the middle."""
    middle = len(text) // 2
    return f"{text[:middle]}{'b' if text[middle : middle + 1] == 'a' else 'a'}{text[middle + 1 :]}"


DAMAGE: Mapping[str, Callable[[str], str]] = {
    "altered": altered,
    "cut": lambda text: text[: len(text) // 2],
    "one_shorter": lambda text: text[:-1],
    "twice": lambda text: text + text,
    "backwards": lambda text: text[::-1],
}
"""What may happen to a text on its way through databases and queues."""
