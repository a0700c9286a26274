"""What `/admit` and `/missions/admit` share: from a mission and a batch to what is answered for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType, structs

from app.api.endpoints.folding import WHAT_HELPS, Roster, bounds_of, encode_state
from app.api.schemas.live_loop import AdmitRequest, AnyMissionsAdmit
from app.problems import LONGEST_DETAIL, SEE_LIMITS, Finding, Problem, finding_of, shortened
from app.settings import Settings
from app.workers.capacity import hold_unpacked
from app.workers.pool import TooMuchInPlaceError, is_in_place
from mission_collaboration.admission.admit import Answer
from mission_collaboration.admission.advice import PlainAdvisory, advise_on_accumulator
from mission_collaboration.admission.batch import AdmittedBatch, Options, admit_batch
from mission_collaboration.admission.changes import state_changes
from mission_collaboration.admission.checkpoint import read_checkpoint, write_checkpoint
from mission_collaboration.admission.errors import (
    BadCheckpointError,
    CheckpointMissionError,
    CheckpointSizeError,
    LateEventsError,
)
from mission_collaboration.admission.merge import Memory
from mission_collaboration.admission.mission import Mission, pinned, start_mission
from mission_collaboration.admission.verdicts import OUTCOMES, Revision, Verdict
from mission_collaboration.admission.window import WindowBounds
from mission_collaboration.contract.errors import pointer
from mission_collaboration.contract.state import Change
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.refusals import IN_ARRAY, bounded

AROUND_CHECKPOINT: Final = len('{"checkpoint":"","events":[]}')
"""The bytes of a request that has a checkpoint and nothing else."""
UNPACKED: Final = 4
"""How many times as large as the largest body that is worked on in place a checkpoint may be there, decompressed."""


class PointedVerdict(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True):
    """A verdict with a reason, as it is answered: what `Admitted` publishes."""

    index: int
    mission_id: str | None = None
    event_id: str | None
    event_type: str | None
    verdict: str
    code: str | None
    detail: str
    pointer: str


COUNTED_AT_ONCE: Final = 1024 * 1024
"""Unpacked bytes are counted by so many: a pool process asks its server, which takes as long as a small mission."""


class PlainMissionAnswer(msgspec.Struct, gc=False, kw_only=True):
    """What is answered for one mission, its members in their order; those that were not asked for are left out."""

    mission_id: str | None
    state: msgspec.Raw | UnsetType = UNSET
    changes: list[Change] | UnsetType = UNSET
    checkpoint: str
    horizon: dict[str, Any] | None
    accepted: int
    pending: int
    duplicate: int
    ignored: int | UnsetType = UNSET
    """Of one mission alone; of many it is counted for the whole batch, as are the results."""
    rejected: int
    results: list[Verdict | PointedVerdict] | UnsetType = UNSET
    revised: list[Revision]
    settled: dict[str, Any] | UnsetType = UNSET
    advisories: list[PlainAdvisory]


@dataclass(frozen=True, slots=True)
class AdmitOptions:
    """What a request asks for, the same for every mission in it."""

    answer: Answer
    for_batch: Options


def options_of(request: AdmitRequest[Any] | AnyMissionsAdmit[Any], settings: Settings) -> AdmitOptions:
    """Read what a request asks for; null is the same as nothing, but for the clock step."""
    memory = Memory(WindowBounds(settings.window_events, settings.window_bytes), settings.recent_events)
    for_batch = Options(
        bool(request.settle), request.on_late or "reject", request.max_clock_step, bounds_of(settings).named, memory
    )
    return AdmitOptions(request.answer or "state", for_batch)


def largest_content(settings: Settings) -> int:
    """Return how many bytes a checkpoint may have after decompression."""
    return settings.max_state_bytes + settings.window_bytes


class Room:
    """The bytes that checkpoints may have after decompression, all those of one request together."""

    def __init__(self, body: bytes, settings: Settings) -> None:
        self.is_in_place: Final = settings.pool_size > 0 and is_in_place(body)
        held = max(0, settings.max_held_bytes - len(body))
        self.total = UNPACKED * settings.inline_body_bytes if self.is_in_place else held
        """What all checkpoints of the request may have together."""
        self.left = self.total
        self.largest: Final = largest_content(settings)
        """What one checkpoint may have at most."""
        self.uncounted = 0

    def read(self, checkpoint: str) -> Mission:
        """Read a checkpoint; raises `Problem`, and `TooMuchInPlaceError` for a pool process to take the request."""
        largest = min(self.largest, self.left)
        try:
            mission = read_checkpoint(checkpoint, largest=largest)
        except CheckpointSizeError as refusal:
            if self.is_in_place:
                raise TooMuchInPlaceError from None
            if refusal.limit < self.largest:
                most = f"At most {self.total} bytes in all checkpoints of a request, after decompression"
                finding = Finding(pointer="/checkpoint", code="too_long", message=most)
                detail = f"The checkpoints of the request have more than {self.total} bytes after decompression"
                remedy = f"Send fewer missions in a request; {SEE_LIMITS}"
                raise Problem("checkpoint-too-large", f"{detail}. {remedy}.", (finding,)) from None
            finding = Finding(pointer="/checkpoint", code="too_long", message=f"At most {refusal.limit} bytes")
            raise Problem("checkpoint-too-large", f"{refusal}. {WHAT_HELPS}.", (finding,)) from None
        except BadCheckpointError as refusal:
            raise _bad_checkpoint(refusal) from None
        size = min(mission.size, largest)  # a forged one may claim that its events have any size
        self.left -= size
        self.uncounted += size
        if self.uncounted >= COUNTED_AT_ONCE:
            hold_unpacked.get()(self.uncounted)
            self.uncounted = 0
        return mission


def open_mission(checkpoint: str | None, mission_id: str | None, roster: Roster, room: Room) -> Mission:
    """Start a mission, or go on from a checkpoint; raises `Problem`, and `TooMuchInPlaceError`."""
    if checkpoint is None:
        return start_mission(mission_id, roster)
    if roster is not None:
        message = "A checkpoint already has the participants; send a roster only without a checkpoint"
        finding = Finding(pointer="/roster", code="roster_beside_checkpoint", message=message)
        raise Problem("invalid-request", f"{message}.", (finding,))
    return room.read(checkpoint)


def _bad_checkpoint(refusal: BadCheckpointError) -> Problem:
    finding = Finding(pointer="/checkpoint", code=refusal.code, message=str(refusal))
    return Problem(refusal.code, f"The checkpoint cannot be read: {refusal}.", (finding,))


def admit_to(before: Mission, mission_id: str | None, batch: Batch, options: AdmitOptions) -> AdmittedBatch:
    """Admit a batch; raises `Problem`."""
    try:
        return admit_batch(pinned(before, mission_id), batch, options.for_batch)
    except BadCheckpointError as refusal:
        raise _bad_checkpoint(refusal) from None
    except CheckpointMissionError as refusal:
        finding = Finding(pointer="/mission_id", code=refusal.code, message=str(refusal))
        raise Problem(refusal.code, f"{refusal}.", (finding,)) from None
    except LateEventsError as refusal:
        late = refusal.late
        found, more = bounded(
            IN_ARRAY.finding(each.index, each.location or (), each.code or "", each.detail or "") for each in late
        )
        about = {"event_id": late[0].event_id or "", "event_type": late[0].event_type or ""}
        raise Problem(refusal.code, f"{refusal}.", tuple(map(finding_of, found)), more, about) from None


def answer_for(before: Mission, done: AdmittedBatch, options: AdmitOptions, settings: Settings) -> PlainMissionAnswer:
    """Answer for a mission that a batch has moved on; raises `Problem` for a state or checkpoint that is too large."""
    mission, accumulator, settled = done.merged.mission, done.merged.accumulator, done.merged.settled
    state = msgspec.Raw(encode_state(accumulator, settings)) if options.answer == "state" else UNSET
    changes = state_changes(before.fold(), accumulator) if options.answer == "changes" else UNSET
    try:
        checkpoint = write_checkpoint(mission, largest=largest_content(settings))
    except CheckpointSizeError as refusal:
        raise _too_large(refusal.size, refusal.limit, "after decompression") from None
    if len(checkpoint) + AROUND_CHECKPOINT > settings.max_body_bytes:  # it could not be sent back
        raise _too_large(len(checkpoint), settings.max_body_bytes, "as text in a request of its own")
    told = counts(done.verdicts)
    answer = PlainMissionAnswer(
        mission_id=mission.mission_id,
        state=state,
        changes=changes,
        checkpoint=checkpoint,
        horizon=None if mission.horizon is None else structs.asdict(mission.horizon),
        accepted=told["accepted"],
        pending=told["pending"],
        duplicate=told["duplicate"],
        rejected=told["rejected"],
        revised=done.revised,
        advisories=advise_on_accumulator(accumulator),
    )
    if settled is not None:
        answer.settled = {
            "comments": settled.comments,
            "decisions": settled.decisions,
            "linked_sessions": list(map(structs.asdict, settled.linked_sessions)),
            "anomalies": settled.anomalies,
        }
    return answer


def counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Count the events by verdict."""
    told = [verdict.verdict for verdict in verdicts]
    return {outcome: told.count(outcome) for outcome in OUTCOMES}


def window_and_checkpoint_size(answer: PlainMissionAnswer, done: AdmittedBatch) -> tuple[int, int]:
    """Count the events of a mission's window, and the bytes of its new checkpoint."""
    return len(done.merged.mission.window), len(answer.checkpoint)


def results(verdicts: Iterable[Verdict]) -> list[Verdict | PointedVerdict]:
    """Write verdicts as they are answered: a location becomes a pointer into the body."""
    return [
        verdict
        if verdict.location is None
        else PointedVerdict(
            index=verdict.index,
            event_id=verdict.event_id,
            event_type=verdict.event_type,
            verdict=verdict.verdict,
            code=verdict.code,
            detail=shortened(verdict.detail or "", LONGEST_DETAIL),
            pointer=shortened(pointer(("events", verdict.index, *verdict.location))),
            mission_id=verdict.mission_id,
        )
        for verdict in verdicts
    ]


def _too_large(size: int, limit: int, counted: str) -> Problem:
    detail = f"The checkpoint would have {size} bytes; {limit} are allowed {counted}"
    finding = Finding(pointer="/checkpoint", code="too_long", message=f"At most {limit} bytes {counted}")
    return Problem("checkpoint-too-large", f"{detail}. {WHAT_HELPS}.", (finding,))
