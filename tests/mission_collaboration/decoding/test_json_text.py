"""JSON text, by RFC 8259 and no further, held against a strict reading by the standard library."""

import json
import math
from typing import Any, NoReturn

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mission_collaboration.decoding.json_text import JsonTextError, TooDeepError, decode_json, is_deeper
from tests.support.valid_events import json_values

REFUSED = object()
LIMIT = 50
LONGEST_INTEGER = 4_300


def strictly(text: bytes) -> Any:
    """Read text as RFC 8259 has it, within a double's range, 4,300 digits, and Unicode."""
    try:
        value = json.loads(
            text.decode(),
            parse_constant=no_constant,
            parse_float=finite,
            parse_int=short,
            object_pairs_hook=sound_members,
        )
        refuse_half_characters(value)
    except (ValueError, RecursionError):
        return REFUSED
    return value


def no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def finite(text: str) -> float:
    if math.isinf(number := float(text)):
        raise ValueError("beyond a double")
    return number


def short(text: str) -> int:
    if len(text.removeprefix("-")) > LONGEST_INTEGER:
        raise ValueError("too many digits")
    return int(text)


def sound_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for pair in pairs:
        refuse_half_characters(pair)  # the values of repeated members are part of the text as well
    return dict(pairs)


def refuse_half_characters(value: Any) -> None:
    """Raise a `ValueError` for half a surrogate pair."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict):
        refuse_half_characters([*value.items()])
    elif isinstance(value, list | tuple):
        for item in value:
            refuse_half_characters(item)


def read(text: bytes) -> Any:
    try:
        return decode_json(text, max_nesting=LIMIT)
    except JsonTextError as error:
        line = text.decode("utf-8", "replace").split("\n")[error.line - 1]
        return REFUSED if 1 <= error.column <= len(line) + 1 else f"no column {error.column} in line {error.line}"


def fragments() -> SearchStrategy[bytes]:
    """Draw text made of what JSON is made of."""
    pieces = (
        *('"', "\\", "\\u", "\\ud83d", "\\ude80", "\\uD800", "\\udfff", "\\u0000", "\\\\", '\\"', "\\n", "\\x"),
        *("{", "}", "[", "]", ":", ",", " ", "\n", "\t", "\r", "\f", "\x00", "\ufeff", "\u00a0", "\U0001f680"),
        *("0", "7", "-", "+", ".", "e", "E", "-0", "1e400", "-1e999", "1e-999", "2e308", "1" * 310, "9" * 4_301),
        *("NaN", "Infinity", "-Infinity", "null", "true", "false", "nul", "True", "'", '"a"', '{"a":1}', "[1]"),
    )
    return st.lists(st.sampled_from(pieces), max_size=8).map(lambda drawn: "".join(drawn).encode())


def texts_of_escapes() -> SearchStrategy[bytes]:
    """Draw a string in a list, most often of escapes that are sound or nearly so."""
    pieces = ("\\ud83d", "\\ude80", "\\uD800", "\\uDfFF", "\\u00e9", "\\u", "d83d", "\\\\", "\\", '\\"', '"', "x")
    return st.lists(st.sampled_from(pieces), max_size=5).map(lambda drawn: f'["{"".join(drawn)}"]'.encode())


def nearly_json() -> SearchStrategy[bytes]:
    """Draw JSON in which some bytes are missing, added or cut off."""
    texts = st.builds(
        lambda value, ascii_only, indent: json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode(),
        json_values(max_leaves=8),
        st.booleans(),
        st.sampled_from((None, 1)),
    )
    return (
        st.builds(
            lambda text, start, length, added: text[: start % (len(text) + 1)] + added + text[start % 99 + length :],
            texts,
            st.integers(0, 99),
            st.integers(0, 3),
            fragments() | st.binary(max_size=2) | st.just(b""),
        )
        | texts
    )


def same(one: Any, other: Any) -> bool:
    """Compare values with their types: `1` is not `1.0`, nor `true`, nor `-0.0` `0.0`."""
    return repr(one) == repr(other)


@given(nearly_json() | fragments() | texts_of_escapes() | st.binary(max_size=6))
@example(b"")
@example(b'"\xed\xa0\x80"')
@example(b"\xef\xbb\xbf1")
@example(b'{"a":"\\ud800","a":1}')
@example(b"1.7976931348623157e308")
@example(b"1.7976931348623159e308")
def test_text_is_read_exactly_as_a_strict_reader_does(text: bytes) -> None:
    assert same(read(text), strictly(text))


@given(nearly_json() | fragments() | texts_of_escapes() | st.binary(max_size=6))
@example(b'"\\ud800"')
@example(b"NaN")
@example(b"-Infinity")
@example(b'"\x01"')
def test_a_number_that_only_python_reads_changes_nothing_about_the_rest(text: bytes) -> None:
    with_number = b"[-%b,%b]" % (b"1" * 4_300, text)
    assert same(read(with_number), strictly(with_number))


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        (b'"\\ud800"', "Half a surrogate pair"),
        (b"NaN", "NaN is no JSON number"),
        (b'"\x01"', "Invalid character"),
        (b"1e999", "A number is beyond"),
    ],
)
def test_what_is_wrong_behind_a_long_number_is_told_with_its_place(rest: bytes, reason: str) -> None:
    with pytest.raises(JsonTextError, match=reason) as refused:
        decode_json(b"[-%b,%b]" % (b"1" * 4_300, rest), max_nesting=LIMIT)
    assert refused.value.column in (4_304, 4_305)


@pytest.mark.parametrize("sign", [b"", b"-"])
def test_an_integer_may_have_4300_digits(sign: bytes) -> None:
    """The sign is no digit."""
    longest = sign + b"1" * LONGEST_INTEGER
    assert decode_json(longest, max_nesting=9) == int(longest)
    with pytest.raises(JsonTextError):
        decode_json(longest + b"1", max_nesting=9)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        *((b"", 1, 1), (b"  ", 1, 3), (b"[1", 1, 3), (b'"abc', 1, 5), (b'{"a"', 1, 5)),  # the end
        *((b"[1,]", 1, 4), (b'{"a":1,}', 1, 8), (b"[.5]", 1, 2), (b"[+1]", 1, 2), (b"{1:2}", 1, 2)),
        *((b"[NaN]", 1, 2), (b"[1, -Infinity]", 1, 5), (b"[\n  NaN]", 2, 3), (b"[Infinity", 1, 2)),
        *((b'["a\xff"]', 1, 4), (b'{"\n', 1, 3), (b'"\x00"', 1, 2), (b"\xef\xbb\xbf{}", 1, 1)),
        *((b'["\\ud800"]', 1, 3), (b'{"x": "\\\\\\ud800"}', 1, 10), (b'["\\udc00\\ud800"]', 1, 3)),
        *((b"[1, 1e400]", 1, 5), (b'["1e400", -1e999]', 1, 11), (b"[" + b"1" * 4_301 + b"]", 1, 2)),
        *(('["\U0001f680", NaN]'.encode(), 1, 7), (b"[1]\n\n[2]", 3, 1), (b"[1] x", 1, 5), (b"nulll", 1, 5)),
    ],
)
def test_the_place_of_what_is_wrong_is_told(text: bytes, line: int, column: int) -> None:
    """Lines and columns count from 1, columns in characters."""
    with pytest.raises(JsonTextError) as caught:
        decode_json(text, max_nesting=9)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.code == "malformed-json"
    assert f"line {line}, column {column}" in str(caught.value)


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_is_counted_around_the_innermost_value(opening: bytes, closing: bytes) -> None:
    text = opening * 3 + b"1" + closing * 3
    assert decode_json(text, max_nesting=3) is not None
    with pytest.raises(TooDeepError) as caught:
        decode_json(text, max_nesting=2)
    assert (caught.value.limit, caught.value.code) == (2, "too-deep")
    assert "2" in str(caught.value)


@pytest.mark.parametrize("text", [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000])
def test_nesting_without_end_is_refused(text: bytes) -> None:
    with pytest.raises(TooDeepError):
        decode_json(text, max_nesting=LIMIT)


@given(json_values(max_leaves=12), st.integers(0, 6))
def test_depth_is_that_of_the_deepest_branch(value: Any, limit: int) -> None:
    def depth(part: Any) -> int:
        if isinstance(part, dict):
            return 1 + max(map(depth, part.values()), default=0)
        return 1 + max(map(depth, part), default=0) if isinstance(part, list) else 0

    assert is_deeper(value, limit) == (depth(value) > limit)


def test_of_a_repeated_member_the_last_one_counts() -> None:
    assert decode_json(b'{"a":1,"b":2,"a":3}', max_nesting=9) == {"a": 3, "b": 2}


def test_the_text_itself_is_never_repeated() -> None:
    for text in (b'["s3cret', b"[s3cret]", b'{"s3cret": NaN}', b'"s3cret" 1', b'"s3cret\\ud800"'):
        with pytest.raises(JsonTextError) as caught:
            decode_json(text, max_nesting=9)
        assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("number", ["1e400", "-1e999", "1" * 4_301, "1" * 310 + ".5", "-" + "1" * 310 + ".0"])
def test_a_number_that_is_too_large_is_told_by_its_place(number: str) -> None:
    text = f'["1e999", {"1" * 400}, {number}]'
    with pytest.raises(JsonTextError) as refused:
        decode_json(text.encode(), max_nesting=LIMIT)
    assert (refused.value.line, refused.value.column) == (1, text.rindex(number) + 1)
