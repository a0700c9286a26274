"""The state at the horizon: everything that was settled, folded, and kept from batch to batch (L3, L8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta
from pydantic import BaseModel

from mission_collaboration.admission.window import Clock, Time
from mission_collaboration.contract.constants import SESSION_LINKED
from mission_collaboration.contract.envelope import LARGEST_CLOCK
from mission_collaboration.contract.identity import FocusTarget, ParticipantIdentity
from mission_collaboration.contract.state import CollaborationAnomaly, CommentEntry, DecisionEntry, WarningEntry
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.decoding.structs import struct_for
from mission_collaboration.reducer.accumulator import Accumulator, Executions

Count = Annotated[int, Meta(ge=0, le=LARGEST_CLOCK)]


class Place(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True, gc=False):
    """An event's place in canonical order (R1)."""

    lamport_clock: Clock | None
    timestamp: Time
    event_id: str


class Link(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    """A linked session and the event that linked it."""

    event_id: str | None
    """None for one from a checkpoint of the first release, which did not keep it (L9)."""
    participant_id: str
    linked_session_id: str


class HorizonState(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    """The account of a mission at its horizon, as a checkpoint has it."""

    participants: dict[str, struct_for(ParticipantIdentity)] = {}  # type: ignore[valid-type]
    departed: dict[str, struct_for(ParticipantIdentity)] = {}  # type: ignore[valid-type]
    invited: list[str] = []
    presence: dict[str, Time] = {}
    drivers: list[str] = []
    focus: dict[str, struct_for(FocusTarget)] = {}  # type: ignore[valid-type]
    warnings: list[struct_for(WarningEntry)] = []  # type: ignore[valid-type]
    decisions: list[struct_for(DecisionEntry)] = []  # type: ignore[valid-type]
    comments: list[struct_for(CommentEntry)] = []  # type: ignore[valid-type]
    executions: dict[str, list[str]] = {}
    links: list[Link] = []
    anomalies: list[struct_for(CollaborationAnomaly)] = []  # type: ignore[valid-type]
    event_count: Count = 0
    last_event_id: str | None = None


@dataclass(frozen=True, slots=True)
class HandedOut:
    """The entries before the horizon, which cannot change any more and were taken out of the state (L8)."""

    comments: Sequence[Any]
    decisions: Sequence[Any]
    linked_sessions: Sequence[Link]
    anomalies: Sequence[Any]


class Horizon:
    """The account of a mission at its horizon, opened to be folded on."""

    def __init__(self, state: HorizonState, mission_id: str | None) -> None:
        self.accumulator: Final = Accumulator(strict=True, roster=state.participants, mission_id=mission_id)
        self.links: Final = state.links
        accumulator = self.accumulator
        accumulator.departed = state.departed
        accumulator.invited = set(state.invited)
        accumulator.presence = state.presence
        accumulator.drivers = set(state.drivers)
        accumulator.focus = state.focus
        accumulator.warnings = {warning.warning_id: warning for warning in state.warnings}
        accumulator.decisions = state.decisions
        accumulator.comments = state.comments
        accumulator.executions = {who: Executions(step_ids) for who, step_ids in state.executions.items()}
        for link in state.links:
            accumulator.linked_sessions.setdefault(link.participant_id, []).append(link.linked_session_id)
        accumulator.anomalies = state.anomalies
        accumulator.event_count = state.event_count
        accumulator.last_event_id = state.last_event_id

    def link(self, events: Iterable[FoldEvent]) -> None:
        """Note which of these accepted events linked sessions; the state itself does not tell."""
        for event in events:
            if event.event_type == SESSION_LINKED:
                payload = event.payload
                self.links.append(Link(event.event_id, payload.participant_id, payload.linked_session_id))

    def hand_out(self) -> HandedOut:
        """Take the entries that cannot change any more out of the state."""
        accumulator = self.accumulator
        settled = HandedOut(accumulator.comments[:], accumulator.decisions[:], self.links[:], accumulator.anomalies[:])
        for entries in (accumulator.comments, accumulator.decisions, self.links, accumulator.anomalies):
            entries.clear()
        accumulator.linked_sessions.clear()
        return settled

    def write(self) -> bytes:
        """Write the account as a checkpoint has it; the same account gives the same bytes."""
        accumulator = self.accumulator
        return write_state(
            HorizonState(
                participants=accumulator.participants,
                departed=accumulator.departed,
                invited=sorted(accumulator.invited),
                presence=accumulator.presence,
                drivers=sorted(accumulator.drivers),
                focus=accumulator.focus,
                warnings=list(accumulator.warnings.values()),
                decisions=accumulator.decisions,
                comments=accumulator.comments,
                executions=accumulator.steps_in_flight(),
                links=self.links,
                anomalies=accumulator.anomalies,
                event_count=accumulator.event_count,
                last_event_id=accumulator.last_event_id,
            )
        )


def write_start(roster: Mapping[str, ParticipantIdentity] | None) -> bytes:
    """Write the account of a mission before its first event (R2)."""
    return write_state(HorizonState(participants=dict(roster or {})))


def as_struct(value: Any) -> Any:
    """Let msgspec write what a Python caller handed over as models, of which only the contract's members count."""
    if isinstance(value, BaseModel):
        model = next(each for each in (ParticipantIdentity, FocusTarget) if isinstance(value, each))
        return struct_for(model)(**{name: getattr(value, name) for name in model.model_fields})
    raise TypeError(f"no MessagePack for {type(value)!r}")


write_state: Final = msgspec.msgpack.Encoder(enc_hook=as_struct, order="deterministic").encode
read_state: Final = msgspec.msgpack.Decoder(HorizonState).decode
