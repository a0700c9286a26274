"""The three text formats of the contract: identifiers (E1), instants (E5), project UUIDs (E8)."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from mission_collaboration import Event
from tests.support import builders as build

ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
UUID_TEXT = "00c0ffee-0000-7000-8000-00000000000a"


def read(field: str, value: Any) -> Any:
    return getattr(Event.model_validate(build.event("Anything", {}, **{field: value})), field)


def refuses(field: str, value: Any) -> tuple[Any, ...]:
    with pytest.raises(ValidationError) as caught:
        read(field, value)
    (violation,) = caught.value.errors()
    return violation["loc"]


@pytest.mark.parametrize("field", ["event_id", "correlation_id", "causation_id"])  # E1, E9, E10
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (ULID, ULID),
        (ULID.lower(), ULID),
        ("01arz3ndektsv4rrffQ69G5FAV", ULID),
        ("7" + "Z" * 25, "7" + "Z" * 25),
        ("0" * 26, "0" * 26),
        (UUID_TEXT, UUID_TEXT),
        (UUID_TEXT.upper(), UUID_TEXT),
        ("00C0FFEE00007000800000000000000a", UUID_TEXT),
        ("0" * 32, "00000000-0000-0000-0000-000000000000"),
        (UUID(UUID_TEXT), UUID_TEXT),
    ],
)
def test_an_identifier_has_one_normal_form(field: str, sent: object, kept: str) -> None:
    assert read(field, sent) == kept


@pytest.mark.parametrize("field", ["event_id", "correlation_id", "causation_id"])  # E1, E9, E10
@pytest.mark.parametrize(
    "sent",
    [
        *("", " ", "x", "0" * 25, "0" * 27, "0" * 31, "0" * 33, "0" * 36, 7, True, [], {}, 1.0, b"0" * 26),
        *("8" + "0" * 25, "9" + "0" * 25, "Z" * 26),  # above 7ZZ…
        *("0" * 25 + letter for letter in "ILOUilou-\n\uff10\u0661\ud800"),
        *("0" * 26 + "\n", "0" * 32 + "\n", UUID_TEXT + "\n", " " + UUID_TEXT, UUID_TEXT + " "),
        *("{" + UUID_TEXT + "}", "urn:uuid:" + UUID_TEXT, UUID_TEXT[:-1] + "g", UUID_TEXT[:-1] + "\u0661"),
        *("00c0ffee-00007000-8000-00000000000a", "00c0ffee0000-7000-8000-00000000000a"),
        "00c0-ffee0000-7000-8000-00000000000a",
    ],
)
def test_what_is_no_identifier_is_refused(field: str, sent: object) -> None:
    assert refuses(field, sent) == (field,)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05+01:30", datetime(2026, 1, 2, 1, 34, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05-23:59", datetime(2026, 1, 3, 3, 3, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05-00:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02 03:04:05.000001+00:00", datetime(2026, 1, 2, 3, 4, 5, 1, tzinfo=UTC)),
        ("2026-01-02T03:04:05.5Z", datetime(2026, 1, 2, 3, 4, 5, 500_000, tzinfo=UTC)),
        ("2026-01-02T03:04:05.12345", datetime(2026, 1, 2, 3, 4, 5, 123_450, tzinfo=UTC)),
        ("2026-01-02T03:04:05.123456999Z", datetime(2026, 1, 2, 3, 4, 5, 123_456, tzinfo=UTC)),
        ("2026-01-02T03:04:05.000000999+00:01", datetime(2026, 1, 2, 3, 3, 5, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00-00:01", datetime(1, 1, 1, 0, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999999Z", datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("9999-12-31T23:59:59+00:01", datetime(9999, 12, 31, 23, 58, 59, tzinfo=UTC)),
    ],
)
def test_a_timestamp_means_an_instant(sent: str, meant: datetime) -> None:
    """E5."""
    instant = read("timestamp", sent)
    assert instant == meant
    assert instant.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (datetime(2026, 1, 2, 3, 4, 5), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)),
        (
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=-5))),
            datetime(2026, 1, 2, 8, 4, 5, tzinfo=UTC),
        ),
    ],
)
def test_a_datetime_object_is_read_beside_its_text(sent: datetime, meant: datetime) -> None:
    """E15."""
    instant = read("timestamp", sent)
    assert instant == meant
    assert instant.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "sent",
    [
        *("", "2026-01-02", "2026-01-02T03:04Z", "2026-01-02T03:04:60Z", "2026-01-02T03:60:00Z", "now"),
        *("2026-01-02  03:04:05Z", "2026-01-02\t03:04:05Z", "2026-01-02_03:04:05Z"),
        *("2026-01-02t03:04:05Z", "2026-01-02T03:04:05z", "20260102T030405Z"),
        *("2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z"),
        *("2026-01-00T00:00:00Z", "2026-01-02T24:00:00Z", "2026-W01-1T00:00:00Z", "2026-1-2T3:4:5Z"),
        *("2026-01-02T03:04:05.Z", "2026-01-02T03:04:05,5Z", "2026-01-02T03:04:05.1234567890Z"),
        *("2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05+00:60", "2026-01-02T03:04:05+0100"),
        *("2026-01-02T03:04:05+01", "2026-01-02T03:04:05+01:00:00", "2026-01-02T03:04:05\u22121:00"),
        *("2026-01-02T03:04:05Z\n", "\n2026-01-02T03:04:05Z", "2026-01-02T03:04:0\u0661Z"),
        *("0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"),
        *("10000-01-01T00:00:00Z", "+2026-01-01T00:00:00Z", 0, 1767225600, 1767225600.5, True, None, [], {}),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(minutes=1))),
    ],
)
def test_what_is_no_timestamp_is_refused(sent: object) -> None:
    """E5, E15."""
    assert refuses("timestamp", sent) == ("timestamp",)


@pytest.mark.parametrize("sent", [UUID_TEXT, UUID_TEXT.upper(), UUID(UUID_TEXT)])
def test_a_project_is_a_hyphenated_uuid(sent: object) -> None:
    """E8."""
    assert read("project_uuid", sent) == UUID(UUID_TEXT)


@pytest.mark.parametrize(
    "sent",
    [
        *("", "x", "0" * 32, "0" * 36, ULID, "{" + UUID_TEXT + "}", "urn:uuid:" + UUID_TEXT, UUID_TEXT + "\n"),
        *(UUID_TEXT[:-1] + "g", UUID_TEXT[:-1] + "\uff10", "00c0ffee-00007000-8000-0000-0000000a", 7, None, []),
        UUID(UUID_TEXT).bytes,
    ],
)
def test_what_is_no_hyphenated_uuid_is_refused(sent: object) -> None:
    """E8."""
    assert refuses("project_uuid", sent) == ("project_uuid",)


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05.000000Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05.0000009Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500000Z"),
        ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05Z"),
        ("0999-01-01T00:00:00Z", "0999-01-01T00:00:00Z"),
    ],
)
def test_an_instant_is_written_in_utc(sent: str, written: str) -> None:
    """S16."""
    event = Event.model_validate(build.event("Anything", {}, timestamp=sent))
    assert event.model_dump(mode="json")["timestamp"] == written


def test_identifiers_and_projects_are_written_as_text() -> None:
    """E1, E8."""
    event = Event.model_validate(build.event("Anything", {}, project_uuid=UUID_TEXT.upper(), event_id=ULID.lower()))
    written = event.model_dump(mode="json")
    assert (written["project_uuid"], written["event_id"]) == (UUID_TEXT, ULID)
