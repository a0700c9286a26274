"""A request to reduce: what it holds, how its batch is folded, and what a refusal says of the event that is wrong."""

from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from mission_collaboration.contract.errors import EventRefusedError, UnknownParticipantError
from mission_collaboration.contract.identity import Participants
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.events import malformation
from mission_collaboration.decoding.refusals import ArrayLocations, RequestRefusedError, bounded
from mission_collaboration.decoding.requests import RequestReader, refuse_broken
from mission_collaboration.reducer.accumulator import Accumulator, WarningTooLargeError
from mission_collaboration.reducer.fold import Mode, fold
from mission_collaboration.reducer.ordering import canonical

E = TypeVar("E")
LONGEST_REASON: Final = 200


class ReduceRequest(BaseModel, Generic[E]):
    """Events of one mission, and how to fold them."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)

    events: list[E]
    """The events, in any order; duplicates and other event types are legal."""
    mode: Mode | None = "strict"
    """`strict` refuses the first event that breaks a rule; `permissive` records anomalies and goes on."""
    roster: Participants | None = None
    """Participants who have joined already: participant id → identity."""
    mission_id: Annotated[str, Field(min_length=1)] | None = None
    """The mission; without it, the first event in canonical order whose payload fits decides."""


REDUCE_READER: Final = RequestReader(ReduceRequest[Any])


def reduce_batch(accumulator: Accumulator, batch: Batch, locations: ArrayLocations) -> None:
    """Fold a batch; raises `RequestRefusedError` for broken envelopes, and for what strict mode refuses."""
    refuse_broken(batch, locations)
    try:
        fold(accumulator, canonical(batch.events))
    except EventRefusedError as refusal:
        if accumulator.strict and any(event.payload is None for event in batch.events):
            raise malformed_payloads(batch, locations) from None
        refusal.index = batch.index_of(refusal.event)
        raise refused(refusal, locations) from None


def refused(refusal: EventRefusedError, locations: ArrayLocations) -> RequestRefusedError:
    """Make the refusal of a request of the refusal of one of its events, whose `index` is known."""
    assert refusal.index is not None
    about = {"event_id": refusal.event_id, "event_type": refusal.event_type}
    if isinstance(refusal, UnknownParticipantError):
        about["participant_id"] = refusal.participant_id
    reason = refusal.reason
    short = reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1] + "…"
    finding = locations.finding(refusal.index, refusal.location, refusal.code, reason)
    detail = f"{short}: event {refusal.event_id} ({refusal.event_type}) at {locations.name(refusal.index)}"
    is_limit = isinstance(refusal, WarningTooLargeError)
    return RequestRefusedError(refusal.code, detail, (finding,), about, is_limit=is_limit)


def malformed_payloads(batch: Batch, locations: ArrayLocations) -> RequestRefusedError:
    """Make the refusal of a batch for its malformed payloads, naming the first 100 things that are wrong with them."""
    bad = [(index, event) for index, event in zip(batch.indices, batch.events, strict=True) if event.payload is None]
    findings, more = bounded(
        locations.finding(index, location, violation.violation_type, violation.message)
        for index, event in bad
        for location, violation in malformation(event.source.payload, event.event_type)
    )
    others = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
    index, first = bad[0]
    name = f"event {first.event_id} ({first.event_type}) at {locations.name(index)}"
    detail = f"Malformed payload at {findings[0].pointer}: {findings[0].message}: {name}{others}"
    about = {"event_id": first.event_id, "event_type": first.event_type}
    return RequestRefusedError("malformed-payload", detail, findings, about, more=more)
