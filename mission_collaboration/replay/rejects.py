"""Rejected lines: why, and the line itself, so that it can be mended and sent again."""

import base64
from typing import Any, NamedTuple

import msgspec

from mission_collaboration.contract.errors import Location
from mission_collaboration.contract.json_patch import pointer


class Reason(NamedTuple):
    """Why a line is rejected."""

    code: str
    detail: str
    location: Location | None = None
    """Where in the event the cause stands."""


class Line(NamedTuple):
    """A line of a file."""

    path: str
    number: int
    text: bytes


class Names(NamedTuple):
    """What a line says of itself, as far as it does."""

    mission_id: str | None = None
    event_id: str | None = None
    event_type: str | None = None


def rejected(line: Line, names: Names, reason: Reason) -> bytes:
    """Write the entry of a rejected line, as one line of JSON."""
    entry: dict[str, Any] = {"file": line.path, "line": line.number}
    entry.update((name, value) for name, value in names._asdict().items() if value is not None)
    entry.update(code=reason.code, detail=reason.detail)
    if reason.location is not None:
        entry["pointer"] = pointer(reason.location)
    try:
        entry["raw"] = line.text.decode()
    except UnicodeDecodeError:
        entry["raw_base64"] = base64.b64encode(line.text).decode()
    return msgspec.json.encode(entry)
