"""The canonical mapping of payload and envelope: rules for producers, reported and never enforced (M1-M3)."""

from typing import Any, Final, NamedTuple

from mission_collaboration.contract.errors import Location
from mission_collaboration.contract.formats import ULID_LENGTH

MISSION_PREFIX: Final = "mission/"


class MappingViolation(NamedTuple):
    """A member that does not fit another one."""

    location: Location
    code: str
    message: str


AGGREGATE: Final = MappingViolation(
    ("aggregate_id",), "aggregate_id_mismatch", "Input should be `mission/` and the payload's mission_id"
)
CORRELATION: Final = MappingViolation(
    ("correlation_id",), "correlation_id_not_ulid", "Input should be the ULID of the mission run"
)
PARTICIPANT: Final = MappingViolation(
    ("payload", "participant_identity", "participant_id"),
    "participant_id_mismatch",
    "Input should be the same as the payload's participant_id",
)


def fits_mapping(event: Any) -> bool:
    """Whether the envelope and the typed payload of a collaboration event fit each other (M1 to M3)."""
    payload = event.payload
    if _is_other_aggregate(event.aggregate_id, payload.mission_id) or len(event.correlation_id) != ULID_LENGTH:
        return False
    identity = getattr(payload, "participant_identity", None)
    return identity is None or identity.participant_id == payload.participant_id


def judge_mapping(event: dict[str, Any]) -> list[MappingViolation]:
    """Find where a collaboration event's envelope and payload do not fit each other.

    `event` is an event as sent; members of a wrong type are the other layers' business and are passed over.
    """
    payload = event.get("payload")
    if not isinstance(payload, dict):
        return []
    found = []
    if _is_other_aggregate(event.get("aggregate_id"), payload.get("mission_id")):
        found.append(AGGREGATE)
    correlation_id = event.get("correlation_id")
    if isinstance(correlation_id, str) and len(correlation_id) != ULID_LENGTH:
        found.append(CORRELATION)
    if "participant_identity" in payload and _is_someone_else(payload):
        found.append(PARTICIPANT)
    return found


def _is_other_aggregate(aggregate_id: Any, mission_id: Any) -> bool:
    if not isinstance(aggregate_id, str) or not isinstance(mission_id, str):
        return False
    return aggregate_id != (mission_id if mission_id.startswith(MISSION_PREFIX) else MISSION_PREFIX + mission_id)


def _is_someone_else(payload: dict[str, Any]) -> bool:
    identity, participant_id = payload["participant_identity"], payload.get("participant_id")
    identified = identity.get("participant_id") if isinstance(identity, dict) else None
    return isinstance(identified, str) and isinstance(participant_id, str) and identified != participant_id
