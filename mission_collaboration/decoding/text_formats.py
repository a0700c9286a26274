"""The texts of one field of many events, held against its format all at once.

Texts of the usual shape are compared with it character by character, by C code alone; all others are put to one
regular expression. Either says yes or nothing.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from pydantic_core import PydanticCustomError

from mission_collaboration.contract.formats import (
    IDENTIFIER_PATTERN,
    INSTANT_PATTERN,
    ULID_LENGTH,
    in_utc,
    normalise_identifier,
)


class Column:
    """The texts of one field, all held against its rule by one regular expression."""

    def __init__(self, rule: str) -> None:
        fast = re.sub(r"(?<!\\)\((?!\?)", "(?:", rule)
        self._match = re.compile(fast).fullmatch
        self._match_lines = re.compile(f"(?:(?:{fast})\n)*+").fullmatch

    def fits(self, texts: Sequence[Any]) -> bool:
        """Whether every text fits the rule; a text with a newline in it never does. What is no text does."""
        if texts.count(texts[0]) == len(texts):
            return not isinstance(texts[0], str) or self._match(texts[0]) is not None
        given = [text for text in texts if isinstance(text, str)]
        joined = "\n".join([*given, ""])
        return self._match_lines(joined) is not None and joined.count("\n") == len(given)


IDS: Final = Column(IDENTIFIER_PATTERN.removeprefix("^").removesuffix("$"))
INSTANTS: Final = Column(INSTANT_PATTERN.removeprefix("^").removesuffix("$"))
DIGITS_ALIKE: Final = bytes.maketrans(b"123456789", b"000000000")
NORMAL_INSTANTS: Final = {
    len(shape): shape + b"\n"
    for shape in (
        b"0000-00-00T00:00:00%b%b" % (decimals, zone)
        for decimals in (b"", b".000", b".000000")
        for zone in (b"Z", b"+00:00")
    )
}
"""The usual shapes of an instant in UTC, as a line, by the length of its text."""
OFFSET_DIGITS: Final = (-6, -5, -3, -2)
"""Where the digits of `+00:00` stand, counted from behind the newline."""
CROCKFORD: Final = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CROCKFORD_ALIKE: Final = bytes(ord("0") if byte in CROCKFORD else byte * (byte == ord("\n")) for byte in range(256))
NORMAL_ULID: Final = b"0" * ULID_LENGTH + b"\n"
NORMAL_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
NORMAL_IDS: Final = Column(f"[0-7][0-9A-HJKMNP-TV-Z]{{25}}|{NORMAL_UUID}")
"""What all ids are when they are in normal form."""


def normal_instants(texts: Sequence[str]) -> list[datetime] | None:
    """Read instants that all have the same usual shape, in UTC; None for others, and where a number is out of range."""
    shape = NORMAL_INSTANTS.get(len(texts[0]))
    lines = _as_lines(texts)
    if shape is None or lines.translate(DIGITS_ALIKE) != shape * len(texts):
        return None
    if b"+" in shape and any(lines[len(shape) + back :: len(shape)].strip(b"0") for back in OFFSET_DIGITS):
        return None  # an offset that is not zero
    try:
        return msgspec.convert(texts, list[datetime])
    except msgspec.ValidationError:
        return None


def read_instants(texts: Sequence[str]) -> Sequence[datetime] | None:
    """Read instants in any spelling; None where a text is none, or a day that no calendar has (E5)."""
    usual = normal_instants(texts)
    if usual is not None:
        return usual
    if not INSTANTS.fits(texts):
        return None
    try:
        return list(map(in_utc, map(datetime.fromisoformat, texts)))
    except (ValueError, PydanticCustomError):
        return None


def normal_ids(ids: Sequence[str]) -> Sequence[str] | None:
    """Normalise ids, and give the same sequence where they are normal already; None where one is none (E1)."""
    if are_normal_ulids(ids) or NORMAL_IDS.fits(ids):
        return ids
    return list(map(normalise_identifier, ids)) if IDS.fits(ids) else None


def are_normal_ulids(texts: Sequence[str]) -> bool:
    """Whether all texts are ULIDs in normal form."""
    lines = _as_lines(texts)
    return lines.translate(CROCKFORD_ALIKE) == NORMAL_ULID * len(texts) and not lines[:: len(NORMAL_ULID)].translate(
        None, b"01234567"
    )


def _as_lines(texts: Sequence[str]) -> bytes:
    """Put each text on a line; where one has a newline in it, there are more lines than texts."""
    return "\n".join([*texts, ""]).encode(errors="replace")
