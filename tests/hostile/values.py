"""Values that are legal JSON and trouble somewhere: in every place of an event where a value stands."""

import json
from collections.abc import Iterator
from typing import Any, Final

from tests.hostile.cases import NDJSON, Case, one_of, post, shown, write
from tests.support import builders as build

HOLE: Final = "@@"

WRONG_FOR_TEXT: Final = ("null", "true", "0", "-0", "1e308", "[]", "{}", '[""]', '{"a": []}', str(2**70), "1.5")
STRINGS: Final = (
    '""',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\n"',
    '" "',
    '"\\u202e\\u2066evil\\u2069"',
    '"\\u200b"',
    '"\\ufeff"',
    '"\\uffff"',
    '"\\ud83d\\ude80"',
    '"__proto__"',
    '"constructor"',
    '"../../etc/passwd"',
    '"<script>alert(1)</script>"',
    '"\' OR 1=1 --"',
    '"{{7*7}} ${7*7} %s %n {0}"',
    '"\\\\"',
    '"/"',
    '"~0~1"',
    '"e\\u0301"',
    '"\\u0130\\u0131\\u017f\\u212a"',
    json.dumps("x" * 100_000),
    json.dumps("\x01" * 10_000),
)
NUMBERS: Final = {
    "null": True,  # an event without a clock
    **dict.fromkeys(("0", "1", "9007199254740991"), True),
    **dict.fromkeys(("-1", "9007199254740992", str(2**63 - 1), str(2**63), str(2**64), str(-(2**63) - 1)), False),
    **dict.fromkeys((str(2**70), "1.0", "1.5", "-0.0", "1e0", "1e2", "1E+2", "1e-400", "1e308", "-1e308"), False),
    **dict.fromkeys(("9" * 4_300, "true", "false", '"1"', '""', "[1]", "{}", "0.1"), False),
}
"""Clocks, and whether they are good ones."""
NUMBERS_OUT_OF_RANGE: Final = ("1e309", "1e400", "-1e400", "9" * 4_301, "9" * 100_000, "1" + "0" * 400 + ".0")
IDS: Final = {
    "lower case": (build.ulid(1).lower(), True),
    "UUID": (build.uuid_text(1), True),
    "bare UUID": (build.uuid_text(1).replace("-", ""), True),
    "long s": ("01J0000000000000000000000\u017f", False),
    "Kelvin sign": ("01J0000000000000000000000\u212a", False),
    "dotless i": ("01J0000000000000000000000\u0131", False),
    "full-width digits": ("\uff10\uff11\uff2a00000000000000000000000", False),
    "Arabic digits": ("01J000000000000000000000\u0661", False),
    "above the last": ("8" + "0" * 25, False),
    "letter that is none": ("01J0000000000000000000000U", False),
    "too short": ("01J", False),
    "trailing newline": (build.ulid(1) + "\n", False),
    "leading space": (" " + build.ulid(1), False),
    "null byte": (build.ulid(1)[:-1] + "\0", False),
    "braces": ("{" + build.uuid_text(1) + "}", False),
    "URN": ("urn:uuid:" + build.uuid_text(1), False),
    "a megabyte": ("0" * 1_000_000, False),
}
TIMES: Final = {
    **dict.fromkeys(("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2024-02-29T00:00:00+14:00"), True),
    **dict.fromkeys(
        ("2026-01-01T00:00:00", "2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00-00:00", "2026-01-01 00:00:00Z"),
        True,
    ),
    **dict.fromkeys(("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "0000-01-01T00:00:00Z"), False),
    **dict.fromkeys(("2026-06-30T23:59:60Z", "2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "1700000000"), False),
    **dict.fromkeys(("2026-01-01", "2026-01-01  00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00z"), False),
    **dict.fromkeys(("2026-01-01T00:00Z", "20260101T000000Z", "2026-W01-1T00:00:00Z", "+12026-01-01T00:00:00Z"), False),
    **dict.fromkeys(("2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60", "2026-01-01T00:00:00.Z"), False),
    **dict.fromkeys(
        ("2026-01-01T00:00:00Z\n", "\uff12\uff10\uff12\uff16-01-01T00:00:00Z", "2026-01-01T00:00:00\u221201:00"), False
    ),
    **dict.fromkeys(("", "now", "\0", "2026-01-01T00:00:00." + "1" * 100_000 + "Z", "-2026-01-01T00:00:00Z"), False),
}
TEXTS: Final = ("event_type", "aggregate_id", "node_id", "project_slug")
OTHERS: Final = ("payload", "project_uuid", "schema_version", "data_tier", "correlation_id", "causation_id", "made_up")


def cases() -> Iterator[Case]:
    """Put each value where it hurts."""
    yield from _anything_anywhere()
    for text, is_good in NUMBERS.items():
        yield from _sent(f"clock {shown(text)}", _event("lamport_clock", text), is_good=is_good)
    for text in NUMBERS_OUT_OF_RANGE:
        for field in ("lamport_clock", "made_up", "payload"):
            yield from _sent(f"{field} {shown(text)}", _event(field, text), is_good=None)
    for name, (text, is_good) in IDS.items():
        for field in ("event_id", "correlation_id", "causation_id"):
            yield from _sent(f"{field} {name}", _event(field, json.dumps(text, ensure_ascii=False)), is_good=is_good)
    for text, is_good in TIMES.items():
        yield from _sent(f"timestamp {shown(text)!r}", _event("timestamp", json.dumps(text)), is_good=is_good)
    yield from _in_payloads()


def _anything_anywhere() -> Iterator[Case]:
    """Put values of any kind into every field, where only the bounds of the answer are known."""
    for field in (*TEXTS, *OTHERS):
        for text in (*WRONG_FOR_TEXT, *STRINGS):
            yield Case(
                f"/reduce {field}: {shown(text)}", _reduce(_event(field, text), "permissive"), one_of(200, 413, 422)
            )
            yield Case(
                f"/validate/batch {field}: {shown(text)}",
                post("/validate/batch", b'{"events": [%b]}' % _event(field, text)),
                one_of(200, 413),
            )


def _in_payloads() -> Iterator[Case]:
    for field in ("mission_id", "participant_id", "participant_identity", "auth_principal_id", "made_up"):
        for text in (*WRONG_FOR_TEXT, *STRINGS):
            event = _with_hole(build.event(*build.joined("p1", **{field: HOLE})), text)
            for mode in ("strict", "permissive"):
                yield Case(f"{mode} payload {field}: {shown(text)}", _reduce(event, mode), one_of(200, 413, 422))
            yield Case(f"/validate payload {field}: {shown(text)}", post("/validate", event), one_of(200, 413))


def _sent(name: str, event: bytes, *, is_good: bool | None) -> Iterator[Case]:
    """Send an event every way there is; whether it is good decides, and None says that it is no JSON."""
    expected = one_of(400) if is_good is None else one_of(200) if is_good else one_of(422)
    yield Case(f"strict {name}", _reduce(event, "strict"), expected)
    yield Case(f"permissive {name}", _reduce(event, "permissive"), expected)
    yield Case(f"ordered {name}", write("POST", "/reduce?ordered=true", NDJSON, body=event), expected)
    judged = one_of(400) if is_good is None else one_of(200)
    yield Case(f"judged {name}", post("/validate/batch", b'{"events": [%b]}' % event), judged)


def _reduce(event: bytes, mode: str) -> bytes:
    return post("/reduce", b'{"events": [%b], "mode": "%b"}' % (event, mode.encode()))


def _event(field: str, text: str) -> bytes:
    return _with_hole(build.event(*build.joined("p1")) | {field: HOLE}, text)


def _with_hole(event: dict[str, Any], text: str) -> bytes:
    return json.dumps(event).replace(json.dumps(HOLE), text).encode()
