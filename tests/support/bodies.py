"""Bodies that are no JSON, each with the line and column where that shows."""

from typing import NamedTuple


class BadText(NamedTuple):
    """A body that is no JSON."""

    text: bytes
    line: int
    column: int


def in_a_list(value: bytes) -> bytes:
    """Put a value into a request; it stands at column 13."""
    return b'{"events": [' + value + b"]}"


HUGE = b"7" * 5_000
NOT_JSON = {
    "NaN": BadText(in_a_list(b"NaN"), 1, 13),
    "Infinity": BadText(in_a_list(b"Infinity"), 1, 13),
    "-Infinity": BadText(in_a_list(b"-Infinity"), 1, 13),
    "NaN in a payload": BadText(in_a_list(b'{"payload": {"a": [1, NaN]}}'), 1, 35),
    "5,000-digit integer": BadText(in_a_list(HUGE), 1, 13),
    "5,000-digit negative": BadText(in_a_list(b"-" + HUGE), 1, 13),
    "1e400": BadText(in_a_list(b"1e400"), 1, 13),
    "-1e400": BadText(in_a_list(b'"1e400", -1e400'), 1, 22),
    "1E+999": BadText(in_a_list(b"1.5E+999"), 1, 13),
    "high surrogate": BadText(in_a_list(b'"\\ud800"'), 1, 14),
    "low surrogate": BadText(in_a_list(b'"\\udc00"'), 1, 14),
    "high surrogate in a name": BadText(b'{"a\\uD83D": 1}', 1, 4),
    "low surrogate in a name": BadText(b'{"a\\uDE80": 1}', 1, 4),
    "high surrogate before other text": BadText(in_a_list(b'"\\ud83dx\\ude80"'), 1, 14),
    "surrogates the wrong way round": BadText(in_a_list(b'"\\ude80\\ud83d"'), 1, 14),
    "low surrogate after a pair": BadText(in_a_list(b'"\\ud83d\\ude80\\ude80"'), 1, 26),
    "surrogate in UTF-8": BadText(in_a_list(b'"\xed\xa0\x80"'), 1, 14),
    "invalid UTF-8": BadText(in_a_list(b'"\xff"'), 1, 14),
    "overlong UTF-8": BadText(in_a_list(b'"\xc0\xaf"'), 1, 14),
    "cut UTF-8": BadText(b'{"a": "\xe2\x82', 1, 8),
    "Latin-1": BadText(in_a_list("é".encode("latin-1")), 1, 13),
    "byte order mark": BadText(b'\xef\xbb\xbf{"events": []}', 1, 1),
    "UTF-16": BadText('{"events": []}'.encode("utf-16"), 1, 1),
    "empty": BadText(b"", 1, 1),
    "blank": BadText(b" \n\n ", 3, 2),
    "truncated": BadText(b'{"events": [', 1, 13),
    "truncated string": BadText(b'{\n"eve', 2, 5),
    "trailing comma": BadText(in_a_list(b"1,"), 1, 15),
    "trailing text": BadText(b'{"events": []} x', 1, 16),
    "two values": BadText(b'{"events": []}\n{"events": []}', 2, 1),
    "no quotes": BadText(b'{\n  "events": [],\n  oops: 1\n}', 3, 3),
    "single quotes": BadText(b"{'events': []}", 1, 2),
    "comment": BadText(b'{"events": [] /* none */}', 1, 15),
    "leading zero": BadText(in_a_list(b"01"), 1, 14),
    "hexadecimal": BadText(in_a_list(b"0x1"), 1, 14),
    "newline in a string": BadText(in_a_list(b'"a\nb"'), 1, 15),
    "after wide characters": BadText('{"ключ": "\U0001f680", "b": NaN}'.encode(), 1, 20),
}
