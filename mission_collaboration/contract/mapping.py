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


def aggregate_of(mission_id: str) -> str:
    """Name the aggregate that the events of a mission are about (M1)."""
    return mission_id if mission_id.startswith(MISSION_PREFIX) else MISSION_PREFIX + mission_id


def fits_mapping(event: Any) -> bool:
    """Whether the envelope and the typed payload of a collaboration event fit each other (M1 to M3)."""
    payload = event.payload
    if event.aggregate_id != aggregate_of(payload.mission_id) or len(event.correlation_id) != ULID_LENGTH:
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
    mission_id, correlation_id = payload.get("mission_id"), event.get("correlation_id")
    if isinstance(mission_id, str) and _is_other_text(event.get("aggregate_id"), aggregate_of(mission_id)):
        found.append(AGGREGATE)
    if isinstance(correlation_id, str) and len(correlation_id) != ULID_LENGTH:
        found.append(CORRELATION)
    identity = payload.get("participant_identity")
    if isinstance(identity, dict) and _is_other_text(identity.get("participant_id"), payload.get("participant_id")):
        found.append(PARTICIPANT)
    return found


def _is_other_text(one: Any, other: Any) -> bool:
    return isinstance(one, str) and isinstance(other, str) and one != other
