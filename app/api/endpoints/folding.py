"""What `/reduce` and its ordered form share: the query, an accumulator within the limits, the response."""

from typing import Final

from starlette.requests import Request

from app.api.compression import digest
from app.api.negotiation import JSON
from app.api.request_parts import bad_parameter
from app.problems import SEE_LIMITS, Problem
from app.responses import BatchResponse, BatchStatistics
from app.settings import Settings
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.reducer.accumulator import Accumulator, Bounds
from mission_collaboration.reducer.fold import MODES, Mode
from mission_collaboration.reducer.snapshot import encode

WHAT_HELPS: Final = "Let `/admit` settle what cannot change any more, or ask the operator for more; " + SEE_LIMITS
Roster = dict[str, ParticipantIdentity] | None


def new_accumulator(
    settings: Settings, mode: Mode, roster: Roster = None, mission_id: str | None = None
) -> Accumulator:
    """Begin the account of a mission, within the limits of this service."""
    return Accumulator(strict=mode == "strict", roster=roster, mission_id=mission_id, bounds=bounds_of(settings))


MODE: Final = {
    "name": "mode",
    "in": "query",
    "description": "The mode, for NDJSON bodies, `strict` unless said; in JSON it stands in the body.",
    "schema": {"type": "string", "enum": list(MODES)},
}
MISSION_ID: Final = {
    "name": "mission_id",
    "in": "query",
    "description": "The mission, for NDJSON bodies; in JSON it stands in the body.",
    "schema": {"type": "string", "minLength": 1},
}


def read_mission_id(request: Request) -> str | None:
    """Read the mission that the query pins; raises `invalid-request` for an empty one."""
    mission_id = request.query_params.get("mission_id")
    if mission_id == "":
        raise bad_parameter("mission_id", "string_too_short", "Should have at least 1 character")
    return mission_id


def bounds_of(settings: Settings) -> Bounds:
    """Return how many people warnings may name here."""
    return Bounds(settings.max_warning_participants, settings.max_warning_strangers)


def mode_of(accumulator: Accumulator) -> Mode:
    """Name the mode of a fold."""
    return "strict" if accumulator.strict else "permissive"


def encode_state(accumulator: Accumulator, settings: Settings) -> bytes:
    """Write a state; raises `state-too-large`."""
    state = encode(accumulator)
    check_state_size(len(state), settings)
    return state


def check_state_size(size: int, settings: Settings) -> None:
    """Raise `state-too-large`."""
    if size > settings.max_state_bytes:
        detail = f"The state would have {size} bytes. At most {settings.max_state_bytes} bytes are allowed"
        raise Problem("state-too-large", f"{detail}. {WHAT_HELPS}.")


def state_response(accumulator: Accumulator, statistics: BatchStatistics, settings: Settings) -> BatchResponse:
    """Answer with a state's bytes and their digest (RFC 9530); raises `state-too-large`."""
    body = encode_state(accumulator, settings)
    digests = dict.fromkeys(("Repr-Digest", "Unencoded-Digest"), digest(body))
    answer = BatchResponse(body, headers=digests, media_type=JSON)
    answer.statistics = statistics
    return answer
