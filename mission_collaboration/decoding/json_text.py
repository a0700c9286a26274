"""JSON text to plain objects, by RFC 8259 and no further, with the place of what is wrong.

No NaN, no infinities, numbers within a double's range and 4,300 digits, UTF-8 without a byte order mark, no lone
surrogates. Of a repeated member the last one counts, as in Python.
"""

import json
import math
import re
from typing import Any, Final, NoReturn

import msgspec
from typing_extensions import Buffer

from mission_collaboration.contract.errors import SpecKittyEventsError

_BYTE = re.compile(r"\(byte (\d+)\)$")
_LONE_SURROGATE = re.compile(
    rb"(?<!\\)(?:\\\\)*(?:(\\u[dD][89abAB][0-9a-fA-F]{2})(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})(\\u[dD][c-fC-F][0-9a-fA-F]{2}))"
)
_STRING_OR_VALUE = re.compile(rb'"(?:[^"\\]++|\\.)*+"|(-?[0-9][0-9.]*+[eE]\+?[0-9]+|-?[0-9]{309,}+(?:\.[0-9]+)?)')
_TRAILING = "JSON is malformed: trailing characters"
_FOLLOWS = "Something follows the JSON value (NDJSON has one value a line)"
MOST_DIGITS: Final = 4300
MAX_NESTING: Final = 64
"""How deep objects and arrays of a file may nest, as in a request to the service."""
_NO_NUMBER = re.compile(rb"-?(NaN|Infinity)")
NOT_JSON: Final = object()
"""What `try_decode` gives for a text that is no JSON, or is nested too deep."""


class JsonTextError(SpecKittyEventsError):
    """The text is no JSON; `line` and `column` (in characters, both from 1) are where that shows."""

    code = "malformed-json"

    def __init__(self, reason: str, text: bytes, offset: int) -> None:
        before = text[:offset]
        self.reason: Final = reason
        self.line: Final = before.count(b"\n") + 1
        self.column: Final = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        super().__init__(f"{reason} at line {self.line}, column {self.column}")


class TooDeepError(SpecKittyEventsError):
    """Objects and arrays are nested deeper than allowed."""

    code = "too-deep"

    def __init__(self, limit: int) -> None:
        self.limit: Final = limit
        super().__init__(f"Objects and arrays are nested more than {limit} deep")


def decode_json(text: Buffer, *, max_nesting: int) -> Any:
    """Decode one JSON value; raises `JsonTextError` or `TooDeepError`, which a reader can act on.

    `max_nesting` counts objects and arrays around the innermost value.
    """
    text = bytes(text)
    value = try_decode(text, max_nesting=max_nesting)
    if value is not NOT_JSON:
        return value
    try:
        text.decode()
        try:
            msgspec.json.decode(text)
        except msgspec.ValidationError:
            _decode_numbers(text)
    except UnicodeDecodeError as error:
        raise JsonTextError("The text is not UTF-8", text, error.start) from None
    except msgspec.DecodeError as error:
        _explain_syntax(text, str(error))
    except RecursionError:
        pass
    raise TooDeepError(max_nesting)


def try_decode(text: bytes, *, max_nesting: int) -> Any:
    """Decode one JSON value, or give `NOT_JSON` for what `decode_json` refuses, without finding out why."""
    try:
        text.decode()
        value = msgspec.json.decode(text)
    except msgspec.ValidationError:
        try:
            value = _decode_numbers(text)
        except (JsonTextError, msgspec.DecodeError, RecursionError):
            return NOT_JSON
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return NOT_JSON
    may_be_deep = text.count(b"{") + text.count(b"[") > max_nesting
    return NOT_JSON if may_be_deep and is_deeper(value, max_nesting) else value


def is_deeper(value: Any, limit: int) -> bool:
    """Whether objects and arrays nest more than `limit` deep in `value`."""
    layer = [value] if isinstance(value, dict | list) else []
    for _ in range(limit):
        if not layer:
            return False
        layer = [
            child
            for node in layer
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
    return bool(layer)


def _decode_numbers(text: bytes) -> Any:
    """Decode a text with a number that msgspec does not read; Python reads 4,300 digits with a sign before them.

    Raises `JsonTextError` for a number that is too large, and `msgspec.DecodeError` for anything else that is wrong.
    """
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=_no_number)
    except ValueError:
        value = NOT_JSON
    if value is not NOT_JSON and not (b"\\u" in text and _LONE_SURROGATE.search(text)):  # which Python lets through
        return value
    large = ((found.start(), found[1].lstrip(b"-")) for found in _STRING_OR_VALUE.finditer(text) if found[1])
    offsets = (
        offset
        for offset, number in large
        if (len(number) > MOST_DIGITS if number.isdigit() else math.isinf(float(number)))
    )
    offset = next(offsets, None)
    if offset is None:  # it is none of the numbers: msgspec says what it is once it can read them
        msgspec.json.decode(_STRING_OR_VALUE.sub(_short, text))
    raise JsonTextError("A number is beyond a double's range or 4,300 digits", text, offset or 0)


def _finite(number: str) -> float:
    if math.isinf(value := float(number)):
        raise ValueError("beyond a double's range")
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _short(found: re.Match[bytes]) -> bytes:
    """Write 0 for a long number, and spaces so that all that follows stays where it is."""
    return b"0".ljust(len(found[0])) if found[1] else found[0]


def _explain_syntax(text: bytes, message: str) -> NoReturn:
    if text.startswith(b"\xef\xbb\xbf"):
        raise JsonTextError("The text starts with a byte order mark, which JSON must not have", text, 0) from None
    if not text.strip():
        raise JsonTextError("The text is empty", text, len(text)) from None
    if surrogate := _LONE_SURROGATE.search(text):
        offset = surrogate.start(surrogate.lastindex or 0)
        raise JsonTextError("Half a surrogate pair is not a character", text, offset) from None
    found = _BYTE.search(message)
    if not found:
        raise JsonTextError("The text ends in the middle of a value", text, len(text)) from None
    offset = int(found[1])
    if message.startswith(_TRAILING):
        raise JsonTextError(_FOLLOWS, text, offset - 1) from None
    if literal := _NO_NUMBER.match(text, max(0, offset - 1)) or _NO_NUMBER.match(text, offset):
        raise JsonTextError(f"{literal[0].decode()} is no JSON number", text, literal.start()) from None
    reason = message[: found.start()].removeprefix("JSON is malformed: ").strip()
    raise JsonTextError(reason[0].upper() + reason[1:], text, offset) from None
