"""Checks that hold an answer against an earlier one."""

from __future__ import annotations

from .compare import differences, key_order_differences, resolve
from .model import Answer, Check, Difference, Json, Memory, Missing


def same_as(at: str, name: str, where: str = "") -> Check:
    """Expect what an earlier step saved, or what stands at a place of that, the order of keys included."""

    def check(answer: Answer, memory: Memory) -> list[Difference]:
        saved, got = resolve(memory.saved[name], where), resolve(answer.json, at)
        expected = None if isinstance(saved, Missing) else saved
        return differences(expected, got, at) or list(key_order_differences(expected, got, at))

    return check


def differs_from(at: str, name: str) -> Check:
    """Expect something else than what an earlier step saved."""

    def check(answer: Answer, memory: Memory) -> list[Difference]:
        got = resolve(answer.json, at)
        if not isinstance(got, Missing) and differences(memory.saved[name], got):
            return []
        return [Difference(at, f"another value than {name}", got)]

    return check


def stands_in(index: int, at: str) -> Check:
    """Expect this body to stand, byte for byte, in the body of an earlier step, as the value of that place."""

    def check(answer: Answer, memory: Memory) -> list[Difference]:
        earlier = memory.answers[index]
        if answer.body in earlier.body:
            return []
        expected: Json = None if isinstance(answer.json, Missing) else answer.json
        got = resolve(earlier.json, at)
        found = differences(expected, got, at) or list(key_order_differences(expected, got, at))
        return found or [Difference(f"{at} (bytes)", answer.body.decode(errors="replace"), got)]

    return check
