"""What `/reduce` and its ordered form share: an accumulator within the limits, the response, a refusal's problem."""

from typing import Final

from app.api.body.locations import ArrayLocations
from app.api.compression import digest
from app.api.schemas import ReduceRequest
from app.problems import SEE_LIMITS, Problem, shortened
from app.responses import BatchResponse, BatchStatistics
from app.settings import Settings
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import EventRefusedError, UnknownParticipantError
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.decoding.events import ReadEvent
from mission_collaboration.decoding.reader import SureReader
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.bounds import Bounds, WarningTooLargeError
from mission_collaboration.reducer.fold import Mode
from mission_collaboration.reducer.snapshot import encode

SURE_READER: Final = SureReader(ReduceRequest[Event])
Roster = dict[str, ParticipantIdentity] | None


def new_accumulator(limits: Settings, mode: Mode, roster: Roster = None) -> Accumulator:
    """Begin the account of a mission, within the limits of this service."""
    return Accumulator(strict=mode == "strict", roster=roster, bounds=bounds_of(limits))


def bounds_of(limits: Settings) -> Bounds:
    """Tell how many people warnings may name here."""
    return Bounds(limits.max_warning_participants, limits.max_warning_strangers)


def are_keys_ids(roster: Roster) -> bool:
    """Tell whether every key of a roster is its identity's id."""
    return not roster or all(key == identity.participant_id for key, identity in roster.items())


def mode_of(accumulator: Accumulator) -> Mode:
    """Name the mode of a fold."""
    return "strict" if accumulator.strict else "permissive"


def state_response(accumulator: Accumulator, statistics: BatchStatistics) -> BatchResponse:
    """Answer with a state's bytes and their digest (RFC 9530)."""
    body = encode(accumulator)
    digests = dict.fromkeys(("Repr-Digest", "Unencoded-Digest"), digest(body))
    answer = BatchResponse(body, headers=digests, media_type="application/json")
    answer.statistics = statistics
    return answer


def refused(refusal: EventRefusedError, places: ArrayLocations) -> Problem:
    """Make the problem of an event that strict mode refuses."""
    assert refusal.index is not None
    about = {"event_id": refusal.event_id, "event_type": refusal.event_type}
    if isinstance(refusal, UnknownParticipantError):
        about["participant_id"] = refusal.participant_id
    finding = places.finding(refusal.index, refusal.location, refusal.code, refusal.reason)
    see = f"; {SEE_LIMITS}" if isinstance(refusal, WarningTooLargeError) else ""
    detail = f"{shortened(refusal.reason)}: {event_name(refusal, places)}{see}."
    return Problem(refusal.code, detail, (finding,), about=about)


def event_name(event: EventRefusedError | ReadEvent, places: ArrayLocations) -> str:
    """Name an event, its type and its place."""
    return f"event {event.event_id} ({event.event_type}) at {places.name(event.index or 0)}"
