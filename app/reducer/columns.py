"""The texts of one field of many events, held against its format all at once.

Texts of the usual shape are compared with it character by character, by C code alone; all others are put to one
regular expression. Either says yes or nothing.
"""

import re
from collections.abc import Sequence
from typing import Final

from app.contract.formats import ULID_LENGTH


class Column:
    """The texts of one field, all held against its rule by one regular expression."""

    def __init__(self, rule: str) -> None:
        lines = f"(?:(?:{rule})\n)*+"
        self._match = re.compile(re.sub(r"(?<!\\)\((?!\?)", "(?:", lines)).fullmatch

    def fits(self, texts: Sequence[str]) -> bool:
        """Tell whether every text fits the rule; a text with a newline in it never does."""
        if not texts or texts.count(texts[0]) == len(texts):
            texts = texts[:1]
        joined = "\n".join([*texts, ""])
        return self._match(joined) is not None and joined.count("\n") == len(texts)


DIGITS_ALIKE: Final = bytes.maketrans(b"123456789", b"000000000")
NORMAL_INSTANTS: Final = {
    len(shape): shape for shape in (b"0000-00-00T00:00:00" + decimals + b"Z" for decimals in (b"", b".000", b".000000"))
}
"""The usual shapes of an instant, by their length."""
CROCKFORD: Final = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NORMAL_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
NORMAL_IDS: Final = Column(f"[0-7][0-9A-HJKMNP-TV-Z]{{25}}|{NORMAL_UUID}")
"""What all ids are when they are in normal form."""


def are_normal_instants(texts: Sequence[str]) -> bool:
    """Tell whether all texts have the same usual shape of an instant in UTC; its numbers may be out of range."""
    shape = NORMAL_INSTANTS.get(len(texts[0]))
    return shape is not None and _joined(texts).translate(DIGITS_ALIKE) == shape * len(texts)


def are_normal_ulids(texts: Sequence[str]) -> bool:
    """Tell whether all texts are ULIDs in normal form."""
    joined = _joined(texts)
    return len(texts[0]) == ULID_LENGTH and not (
        joined.translate(None, CROCKFORD) or joined[::ULID_LENGTH].translate(None, b"01234567")
    )


def _joined(texts: Sequence[str]) -> bytes:
    """Join ASCII texts of one length; others give a text that has no shape at all."""
    joined = "".join(texts)
    if not joined.isascii() or set(map(len, texts)) != {len(texts[0])}:
        return b"?"
    return joined.encode()
