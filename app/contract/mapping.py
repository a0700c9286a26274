"""The canonical mapping from payload to envelope: rules for producers, reported and never enforced (M1-M3)."""

from collections.abc import Iterator
from typing import Any, Final

from app.contract.errors import Location
from app.contract.formats import ULID_LENGTH
from app.contract.violations import ModelViolation

MISSION_PREFIX: Final = "mission/"


def judge_mapping(event: dict[str, Any]) -> Iterator[tuple[Location, ModelViolation]]:
    """Tell where a collaboration event's envelope does not fit its payload.

    `event` is an event as sent; members of a wrong type are the other layers' business and are passed over.
    """
    payload = event.get("payload")
    if not isinstance(payload, dict):
        return
    yield from _aggregate(event.get("aggregate_id"), payload.get("mission_id"))
    yield from _correlation(event.get("correlation_id"))
    yield from _participant(payload.get("participant_id"), payload.get("participant_identity"))


def _aggregate(aggregate_id: Any, mission_id: Any) -> Iterator[tuple[Location, ModelViolation]]:
    if not isinstance(aggregate_id, str) or not isinstance(mission_id, str):
        return
    expected = mission_id if mission_id.startswith(MISSION_PREFIX) else MISSION_PREFIX + mission_id
    if aggregate_id != expected:
        yield _violation(("aggregate_id",), "aggregate_id_mismatch", "Input should be `mission/` and the mission_id")


def _correlation(correlation_id: Any) -> Iterator[tuple[Location, ModelViolation]]:
    if isinstance(correlation_id, str) and len(correlation_id) != ULID_LENGTH:
        yield _violation(("correlation_id",), "correlation_id_not_ulid", "Input should be the ULID of the mission run")


def _participant(participant_id: Any, identity: Any) -> Iterator[tuple[Location, ModelViolation]]:
    identified = identity.get("participant_id") if isinstance(identity, dict) else None
    if isinstance(participant_id, str) and isinstance(identified, str) and participant_id != identified:
        yield _violation(
            ("payload", "participant_identity", "participant_id"),
            "participant_id_mismatch",
            "Input should be the same as the payload's participant_id",
        )


def _violation(location: Location, code: str, message: str) -> tuple[Location, ModelViolation]:
    field = ".".join(map(str, location))
    return location, ModelViolation(field=field, message=message, violation_type=code)
