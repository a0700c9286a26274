"""Rules E1-E13 as a table of values: what each field of the envelope takes, and what it does not."""

from __future__ import annotations

from .model import Json

Values = dict[str, Json]

ULID = "01J3ZK7Q4WXG5R9V2B8C6D0EFH"
UUID = "018f3e2a-7b1c-4d5e-8f90-a1b2c3d4e5f6"
HEX = UUID.replace("-", "")

ID_TAKES: Values = {
    "a ULID": ULID,
    "a lower-case ULID": ULID.lower(),
    "a mixed-case ULID": "01j3zk7q4wXG5R9V2B8C6D0EFH",
    "the smallest ULID": "0" * 26,
    "the largest ULID": "7" + "Z" * 25,
    "a UUID": UUID,
    "an upper-case UUID": UUID.upper(),
    "a bare-hex UUID": HEX,
    "an upper-case bare-hex UUID": HEX.upper(),
}

ID_REFUSES: Values = {
    "an empty string": "",
    "a word": "event-1",
    "25 ULID characters": ULID[:-1],
    "27 ULID characters": ULID + "0",
    "a ULID above 7ZZ": "8" + "0" * 25,
    "a ULID that starts with Z": "Z" + ULID[1:],
    "a ULID with the letter I": ULID[:-1] + "I",
    "a ULID with the letter L": ULID[:-1] + "L",
    "a ULID with the letter O": ULID[:-1] + "O",
    "a ULID with the letter U": ULID[:-1] + "U",
    "a ULID with a small l": ULID.lower()[:-1] + "l",
    "a ULID with a long s (U+017F)": "01J3ZK7Q4WXG5R9V2B8C6D0EF\u017f",
    "a ULID with a Kelvin sign (U+212A)": "01J3Z\u212a7Q4WXG5R9V2B8C6D0EFH",
    "a ULID with a full-width digit": "\uff10" + ULID[1:],
    "a ULID and a line feed": ULID + "\n",
    "a space and a ULID": " " + ULID,
    "a UUID in braces": "{" + UUID + "}",
    "a UUID as a URN": "urn:uuid:" + UUID,
    "a UUID with misplaced hyphens": "018f3e2a7-b1c-4d5e-8f90-a1b2c3d4e5f6",
    "a UUID with one hyphen": "018f3e2a-" + HEX[8:],
    "a UUID with the letter g": UUID[:-1] + "g",
    "a UUID with a full-width digit": UUID[:-1] + "\uff16",
    "31 hex digits": HEX[:-1],
    "a UUID and a line feed": UUID + "\n",
    "a number": 1,
    "a list": [ULID],
}

TIME_TAKES: Values = {
    "Z": "2026-01-01T12:00:00Z",
    "no offset": "2026-01-01T12:00:00",
    "a zero offset": "2026-01-01T12:00:00+00:00",
    "a positive offset": "2026-01-01T12:00:00+05:30",
    "a negative offset": "2026-01-01T12:00:00-08:00",
    "a negative zero offset": "2026-01-01T12:00:00-00:00",
    "the largest offset": "2026-01-01T12:00:00+23:59",
    "one decimal": "2026-01-01T12:00:00.5Z",
    "six decimals": "2026-01-01T12:00:00.123456Z",
    "a space for T": "2026-01-01 12:00:00Z",
    "a space, decimals and an offset": "2026-01-01 12:00:00.250000+00:00",
    "nine decimals": "2026-01-01T12:00:00.123456789Z",
    "decimals and no offset": "2026-01-01T12:00:00.25",
    "a leap day": "2024-02-29T12:00:00Z",
    "the last second of a day": "2026-01-01T23:59:59Z",
    "the first instant": "0001-01-01T00:00:00Z",
    "the first instant by an offset": "0001-01-01T14:00:00+14:00",
    "the last instant": "9999-12-31T23:59:59.999999Z",
    "the last instant by an offset": "9999-12-31T22:59:59-01:00",
}

TIME_REFUSES: Values = {
    "an empty string": "",
    "a word": "now",
    "a number": 1767268800,
    "zero": 0,
    "true": True,
    "a number in a string": "1767268800",
    "a date alone": "2026-01-01",
    "no seconds": "2026-01-01T12:00Z",
    "two spaces for T": "2026-01-01  12:00:00Z",
    "a tab for T": "2026-01-01\t12:00:00Z",
    "a small t": "2026-01-01t12:00:00Z",
    "a small z": "2026-01-01T12:00:00z",
    "second 60": "2026-12-31T23:59:60Z",
    "minute 60": "2026-01-01T12:60:00Z",
    "hour 24": "2026-01-01T24:00:00Z",
    "February 30": "2026-02-30T12:00:00Z",
    "February 29 of a common year": "2026-02-29T12:00:00Z",
    "month 13": "2026-13-01T12:00:00Z",
    "month 0": "2026-00-01T12:00:00Z",
    "day 0": "2026-01-00T12:00:00Z",
    "year 0": "0000-01-01T12:00:00Z",
    "a five-digit year": "12026-01-01T12:00:00Z",
    "a two-digit year": "26-01-01T12:00:00Z",
    "ten decimals": "2026-01-01T12:00:00.1234567890Z",
    "a point without decimals": "2026-01-01T12:00:00.Z",
    "a decimal comma": "2026-01-01T12:00:00,5Z",
    "an offset without colon": "2026-01-01T12:00:00+0530",
    "an offset of hours alone": "2026-01-01T12:00:00+05",
    "an offset of 24 hours": "2026-01-01T12:00:00+24:00",
    "an offset with minute 60": "2026-01-01T12:00:00+05:60",
    "a space before its offset": "2026-01-01T12:00:00 +05:30",
    "a named zone": "2026-01-01T12:00:00[UTC]",
    "a space in front": " 2026-01-01T12:00:00Z",
    "a line feed at the end": "2026-01-01T12:00:00Z\n",
    "Arabic digits": "\u0662\u0660\u0662\u0666-01-01T12:00:00Z",
    "an instant before year 1 in UTC": "0001-01-01T00:00:00+00:01",
    "an instant after year 9999 in UTC": "9999-12-31T23:59:59-00:01",
    "a list": ["2026-01-01T12:00:00Z"],
}

PROJECT_TAKES: Values = {
    "a UUID": UUID,
    "an upper-case UUID": UUID.upper(),
    "the nil UUID": UUID.translate({ord(c): "0" for c in HEX}),
}
PROJECT_REFUSES: Values = {
    "an empty string": "",
    "a bare-hex UUID": HEX,
    "a ULID": ULID,
    "a UUID in braces": "{" + UUID + "}",
    "a UUID as a URN": "urn:uuid:" + UUID,
    "a UUID with misplaced hyphens": "018f3e2a7-b1c-4d5e-8f90-a1b2c3d4e5f6",
    "a UUID with the letter g": UUID[:-1] + "g",
    "a UUID with a full-width digit": UUID[:-1] + "\uff16",
    "a UUID and a line feed": UUID + "\n",
    "a number": 7,
    "a list": [UUID],
}

TEXT_REFUSES: Values = {"an empty string": "", "a number": 7, "true": True, "a list": ["a"], "an object": {}}
SLUG_REFUSES: Values = {"a number": 7, "true": True, "a list": ["a"]}

CLOCK_TAKES: Values = {"zero": 0, "one": 1, "2^53-1": 2**53 - 1, "null": None}
CLOCK_REFUSES: Values = {
    "-1": -1,
    "2^53": 2**53,
    "2^70": 2**70,
    "1.0": 1.0,
    "1.5": 1.5,
    "true": True,
    "a digit in a string": "7",
    "a list": [1],
}

BUILD_TAKES: Values = {"text": "3.0.0+g12ab34c", "an empty string": "", "null": None}

VERSION_TAKES: Values = {"1.0.0": "1.0.0", "numbers of many digits": "10.200.3000", "leading zeros": "01.00.00"}
VERSION_REFUSES: Values = {
    "an empty string": "",
    "two numbers": "1.0",
    "four numbers": "1.0.0.0",
    "a leading v": "v1.0.0",
    "a suffix": "1.0.0-rc1",
    "a line feed at the end": "1.0.0\n",
    "Arabic digits": "\u0661.\u0660.\u0660",
    "a number": 1,
    "null": None,
    "a list": ["1.0.0"],
}

TIER_TAKES: Values = {"0": 0, "4": 4}
TIER_REFUSES: Values = {
    "5": 5,
    "-1": -1,
    "1.0": 1.0,
    "true": True,
    "a digit in a string": "0",
    "null": None,
    "a list": [0],
}

PAYLOAD_REFUSES: Values = {"null": None, "a string": "{}", "a number": 7, "true": True, "a list": [{}]}

# What JSON Schema need not see: a float without a fraction, the calendar, the range of instants (rule E16). The clock
# it sees: a pattern says that there is no hour 24 and no second 60.
BEYOND_SCHEMA = {
    "1.0",
    "February 30",
    "February 29 of a common year",
    "month 13",
    "month 0",
    "day 0",
    "year 0",
    "an instant before year 1 in UTC",
    "an instant after year 9999 in UTC",
}

# Rule, field, whether it is required, values that it takes, values that it does not.
FIELDS: tuple[tuple[str, str, bool, Values, Values], ...] = (
    ("E1", "event_id", True, ID_TAKES, ID_REFUSES),
    ("E2", "event_type", True, {"a type of another family": "BuildFinished"}, TEXT_REFUSES),
    ("E3", "aggregate_id", True, {"any text": "build/7"}, TEXT_REFUSES),
    ("E4", "payload", False, {"an empty object": {}}, PAYLOAD_REFUSES),
    ("E5", "timestamp", True, TIME_TAKES, TIME_REFUSES),
    ("E6", "node_id", True, {"any text": "Büro 7"}, TEXT_REFUSES),
    ("E7", "lamport_clock", False, CLOCK_TAKES, CLOCK_REFUSES),
    ("E8", "project_uuid", True, PROJECT_TAKES, PROJECT_REFUSES),
    ("E9", "correlation_id", True, ID_TAKES, ID_REFUSES),
    ("E10", "causation_id", False, {**ID_TAKES, "null": None}, ID_REFUSES),
    ("E11", "project_slug", False, {"text": "demo", "an empty string": "", "null": None}, SLUG_REFUSES),
    ("E12", "schema_version", False, VERSION_TAKES, VERSION_REFUSES),
    ("E13", "data_tier", False, TIER_TAKES, TIER_REFUSES),
    ("E18", "build_id", False, BUILD_TAKES, SLUG_REFUSES),
)
