"""Explains a batch: the function behind `POST /explain`, the command line and the Python API."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.state import ReducedCollaborationState
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.events import read_batch
from mission_collaboration.decoding.refusals import IN_LIST, ArrayLocations, RequestFinding, invalid_request
from mission_collaboration.explanation.explained_fold import ExplainedFold, ExplainMode
from mission_collaboration.explanation.requests import ExplainRequest, NoSuchPointError, Until
from mission_collaboration.explanation.timeline import Explanation
from mission_collaboration.explanation.unplaced import Locate, unplaced
from mission_collaboration.reducer.accumulator import UNBOUNDED, Accumulator, Bounds
from mission_collaboration.reducer.snapshot import encode, freeze, plain

S = TypeVar("S")
_write: Final = msgspec.json.Encoder(enc_hook=plain).encode


class Point(NamedTuple, Generic[S]):
    """What is told of one point of a history."""

    state: S
    blame: dict[str, str]
    gone: dict[str, str]


def explain(
    events: Sequence[Any],
    *,
    mode: ExplainMode = "permissive",
    roster: Mapping[str, ParticipantIdentity] | None = None,
    mission_id: str | None = None,
    until: Until | None = None,
) -> Explanation[ReducedCollaborationState]:
    """Return what the fold did with each event, why, and which event is to blame for every entry of the state; pure.

    Each of `events` is an `Event` or what ought to be one; none is refused. `mode` is `permissive` or `strict`, as for
    `reduce_collaboration_events`, or `admit`: the rules of the live loop, with all events in one batch. `roster` seeds
    participants as already joined, `mission_id` pins the mission, `until` says at which point state, blame and gone are
    taken. Raises `NoSuchPointError` where no event stands at that point.
    """
    return explain_batch(read_batch(events), freeze, mode=mode, roster=roster, mission_id=mission_id, until=until)


def explain_batch(
    batch: Batch,
    take_state: Callable[[Accumulator], S],
    *,
    mode: ExplainMode = "permissive",
    roster: Mapping[str, ParticipantIdentity] | None = None,
    mission_id: str | None = None,
    until: Until | None = None,
    bounds: Bounds = UNBOUNDED,
    finding: Locate = IN_LIST.finding,
) -> Explanation[S]:
    """Explain a batch that was read already; raises `NoSuchPointError`.

    `take_state` makes the state of an accumulator, as a model or as bytes; `finding` says where something stands.
    """

    def new_fold() -> ExplainedFold:
        return ExplainedFold(mode, roster=roster, mission_id=mission_id, bounds=bounds)

    def point_of(fold: ExplainedFold) -> Point[S]:
        return Point(take_state(fold.accumulator), *fold.blame_and_gone())

    whole = new_fold()
    point: Point[S] | None = None
    for entry in whole.run(batch.events, batch.indices):
        if until is not None and point is None and until.is_at(entry):
            point = point_of(whole)
    if until is None:
        point = point_of(whole)
    elif point is None:
        if until.timestamp is None:
            raise NoSuchPointError(until)
        point = point_of(new_fold().up_to(until.timestamp, batch.events, batch.indices))
    timeline = (*whole.timeline(), *unplaced(batch, finding))
    return Explanation(whole.mission_id, mode, timeline, point.state, point.blame, point.gone)


def explain_request(
    request: ExplainRequest[Any],
    batch: Batch,
    locations: ArrayLocations,
    take_state: Callable[[Accumulator], S],
    bounds: Bounds = UNBOUNDED,
) -> Explanation[S]:
    """Explain the batch of a request; raises `RequestRefusedError` where no event stands at `until`."""
    try:
        return explain_batch(
            batch,
            take_state,
            mode=request.mode or "permissive",
            roster=request.roster,
            mission_id=request.mission_id,
            until=request.until,
            bounds=bounds,
            finding=locations.finding,
        )
    except NoSuchPointError as refusal:
        finding = RequestFinding(f"/until/{refusal.member}", "no_such_event", str(refusal))
        raise invalid_request(iter((finding,))) from None


def take_raw_state(accumulator: Accumulator) -> msgspec.Raw:
    """Write the state as `/reduce` answers it, to stand as it is in an explanation."""
    return msgspec.Raw(encode(accumulator))


def encode_explanation(explanation: Explanation[msgspec.Raw]) -> bytes:
    """Write an explanation whose state was written already: what `POST /explain` answers."""
    return _write(explanation)
