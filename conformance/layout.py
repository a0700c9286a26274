"""Writes data files so that people can read them: short values on one line, one event a line."""

from __future__ import annotations

import json

from .model import Json

WIDTH = 120


def layout(value: Json) -> str:
    """Write a whole file. It is ASCII, so that look-alike letters show as what they are."""
    return _layout(value, 0, one_line=False) + "\n"


def _layout(value: Json, indent: int, *, one_line: bool) -> str:
    short = json.dumps(value)
    if one_line or len(short) + indent <= WIDTH or not isinstance(value, dict | list):
        return short
    inner = indent + 2
    if isinstance(value, dict):
        # An event is read like a line of a log, whatever its length.
        parts = [_member(key, member, inner) for key, member in value.items()]
        return _block("{", parts, "}", indent)
    return _block("[", [_layout(element, inner, one_line=False) for element in value], "]", indent)


def _member(key: str, value: Json, indent: int) -> str:
    if key == "events" and isinstance(value, list) and value:
        parts = [_layout(event, indent + 2, one_line=True) for event in value]
        return f'"events": {_block("[", parts, "]", indent)}'
    return f"{json.dumps(key)}: {_layout(value, indent, one_line=False)}"


def _block(opening: str, parts: list[str], closing: str, indent: int) -> str:
    line = "\n" + " " * indent
    return opening + ",".join(f"{line}  {part}" for part in parts) + line + closing
