"""Changes of the state as JSON: operations of a JSON Patch (RFC 6902), and JSON Pointers (RFC 6901)."""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

Op = Literal["add", "remove", "replace"]


class Change(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One operation of a JSON Patch over the state as JSON."""

    op: Op
    """What is done."""
    path: str
    """Where, as a JSON Pointer into the state."""
    value: Any = msgspec.UNSET
    """What stands there now; absent for `remove`."""


def token(name: str) -> str:
    """Write a member's name as one step of a JSON Pointer."""
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name


def pointer(location: Iterable[str | int]) -> str:
    """Write a location as a JSON Pointer."""
    return "".join(f"/{token(str(step))}" for step in location)
