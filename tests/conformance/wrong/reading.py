"""Variants that take too much: constraints, literals, strict types (E1-E15, P1-P14)."""

import re

from conformance.model import Json

from .between import members
from .variant import Around, Variant


def taking(names: str, wrong: Json, right: Json) -> Around:
    """Read one value of some members as if it were another."""
    return members(lambda name, value: right if name in names.split() and same(value, wrong) else value)


def same(one: Json, other: Json) -> bool:
    return type(one) is type(other) and one == other


def converted(name: str, value: Json) -> Json:
    """Read clocks and tiers as lenient readers do."""
    if name not in ("lamport_clock", "data_tier"):
        return value
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]+", value) else value


def whole(name: str, value: Json) -> Json:
    return int(value) if name == "lamport_clock" and isinstance(value, float) and value.is_integer() else value


def at_once(name: str, value: Json) -> Json:
    """Read a number as a time: seconds since 1970."""
    return "1970-01-01T00:00:00Z" if name == "timestamp" and isinstance(value, int) else value


def without_leap_second(name: str, value: Json) -> Json:
    return value.replace(":60", ":59") if name == "timestamp" and isinstance(value, str) else value


def with_small_t(name: str, value: Json) -> Json:
    return re.sub(r"^(\S{10})t", r"\1T", value) if name == "timestamp" and isinstance(value, str) else value


def hyphenated(name: str, value: Json) -> Json:
    if name != "project_uuid" or not isinstance(value, str) or not re.fullmatch("[0-9a-fA-F]{32}", value):
        return value
    return "-".join((value[:8], value[8:12], value[12:16], value[16:20], value[20:]))


def any_literal(name: str, value: Json) -> Json:
    return "active" if name == "intent" and isinstance(value, str) else value


def doubled(name: str, value: Json) -> Json:
    return value * 2 if name == "participant_ids" and isinstance(value, list) and len(value) == 1 else value


def any_letter(name: str, value: Json) -> Json:
    """Read the letters that look like digits, as Crockford's decoders may."""
    if name != "event_id" or not isinstance(value, str) or len(value) != 26:
        return value
    return value.translate(str.maketrans("ILOilo", "110110"))


def clock_limited(name: str, value: Json) -> Json:
    return min(value, 2**53 - 1) if name == "lamport_clock" and isinstance(value, int) else value


VARIANTS = (
    Variant(
        "accepts an empty participant id",
        "A participant without an id may act.",
        "P4",
        "PresenceHeartbeat refuses an empty participant_id",
        ("/valid", "false", "true"),
        around=taking("participant_id", "", "somebody"),
    ),
    Variant(
        "accepts an empty mission id",
        "Events of no mission are taken.",
        "P4",
        "PresenceHeartbeat refuses an empty mission_id",
        ("/valid", "false", "true"),
        around=taking("mission_id", "", "some-mission"),
    ),
    Variant(
        "accepts an unknown intent",
        "Any word that comes as an intent means to drive.",
        "P5",
        "DriveIntentSet refuses an empty intent",
        ("/valid", "false", "true"),
        around=members(any_literal),
    ),
    Variant(
        "accepts a warning about one participant",
        "Someone may collide with themselves.",
        "P9",
        "ConcurrentDriverWarning refuses one id as participant_ids",
        ("/valid", "false", "true"),
        around=members(doubled),
    ),
    Variant(
        "accepts 1.0 as a clock",
        "A number with a decimal point is taken for an integer.",
        "E7",
        "lamport_clock refuses 1.0",
        ("/valid", "false", "true"),
        around=members(whole),
    ),
    Variant(
        "accepts a digit in a string as a clock",
        "Text is read as a number.",
        "E7",
        "lamport_clock refuses a digit in a string",
        ("/valid", "false", "true"),
        around=members(converted),
    ),
    Variant(
        "accepts true as a clock",
        "True is taken for one.",
        "E7",
        "lamport_clock refuses true",
        ("/valid", "false", "true"),
        around=taking("lamport_clock", True, 1),
    ),
    Variant(
        "accepts clocks above 2^53-1",
        "Clocks are taken that others cannot read exactly.",
        "E7",
        "lamport_clock refuses 2^53",
        ("/valid", "false", "true"),
        around=members(clock_limited),
    ),
    Variant(
        "accepts a number as a time",
        "Seconds since 1970 are read as a timestamp.",
        "E5",
        "timestamp refuses a number",
        ("/valid", "false", "true"),
        around=members(at_once),
    ),
    Variant(
        "accepts second 60",
        "A leap second is taken, and shown as the one before.",
        "E5",
        "timestamp refuses second 60",
        ("/valid", "false", "true"),
        around=members(without_leap_second),
    ),
    Variant(
        "accepts a small t between day and time",
        "A time may be written as it comes.",
        "E5",
        "timestamp refuses a small t",
        ("/valid", "false", "true"),
        around=members(with_small_t),
    ),
    Variant(
        "accepts letters in a ULID that look like digits",
        "The letter O is read as zero.",
        "E1",
        "event_id refuses a ULID with the letter I",
        ("/valid", "false", "true"),
        around=members(any_letter),
    ),
    Variant(
        "accepts a project UUID without hyphens",
        "A project may be written in 32 hex digits.",
        "E8",
        "project_uuid refuses a bare-hex UUID",
        ("/valid", "false", "true"),
        around=members(hyphenated),
    ),
    Variant(
        "accepts null as a data tier",
        "A tier that is there and empty is taken for none.",
        "E13",
        "data_tier refuses null",
        ("/valid", "false", "true"),
        around=taking("data_tier", None, 0),
    ),
)
