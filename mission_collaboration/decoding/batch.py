"""A batch of events as it was read: what can be folded, what is ignored, and what is no event at all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec
from pydantic import ValidationError

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import Location
from mission_collaboration.contract.violations import ModelViolation, model_violations

LONGEST_NAME: Final = 200
"""How many characters of an id or a type that may be no such thing are repeated."""
MOST_EXPLAINED: Final = 1_000
"""Of how many malformed events of a batch an answer says what is wrong; the others have their code alone."""
INVALID_ENVELOPE: Final = "invalid-request"
"""The code of an event whose envelope breaks its model."""


class FoldEvent(Protocol):
    """What the fold asks of an event."""

    @property
    def event_id(self) -> str:
        """The normalised id (E1)."""

    @property
    def event_type(self) -> str:
        """One of the collaboration types."""

    @property
    def lamport_clock(self) -> int | None:
        """The first key of the canonical order; None for an unclocked event (E7)."""

    @property
    def timestamp(self) -> datetime:
        """An instant in UTC, the second key."""

    @property
    def payload(self) -> Any:
        """The typed payload: its model, or a struct with the same members; None when it is malformed."""

    @property
    def source(self) -> Any:
        """The envelope as read, its payload included: typed, or as it was sent when it is malformed."""


class OtherEvent(msgspec.Struct, frozen=True, gc=False):
    """An event of another type, of which nothing but the type is asked (E19)."""

    index: int
    """The event's index in the batch as sent, from 0."""
    event_type: str
    read: Any
    """Its envelope, where that was read (an `Event` or an `envelope_struct`), or else decoded JSON."""

    @property
    def event_id(self) -> str | None:
        """The id as sent, where it is a string; cut at 200 characters."""
        return writable(self.read.get("event_id") if isinstance(self.read, dict) else self.read.event_id)

    @property
    def value(self) -> Any:
        """The event as sent, for callers that ask more of it; decoded JSON, or the `Event` of a Python caller."""
        return msgspec.to_builtins(self.read) if isinstance(self.read, msgspec.Struct) else self.read


class BrokenEvent(msgspec.Struct, frozen=True):
    """Something in a batch that has no sound envelope."""

    index: int
    """Its index in the batch as sent, from 0."""
    value: Any
    """The JSON value as sent; None where the text is no JSON."""
    text: bytes | None = None
    """The text, where it is no JSON or is nested too deep."""

    @property
    def event_id(self) -> str | None:
        """The id as sent, where it is a string; cut at 200 characters."""
        return text_member(self.value, "event_id")

    @property
    def event_type(self) -> str | None:
        """The type as sent, where it is a string; cut at 200 characters."""
        return text_member(self.value, "event_type")

    @property
    def mission_id(self) -> str | None:
        """The mission that the payload names, where it is a non-empty string."""
        return named_mission(self.value.get("payload")) if isinstance(self.value, dict) else None

    def violations(self) -> Iterator[tuple[Location, ModelViolation]]:
        """Find what breaks the envelope's model, with locations in the event; made only as far as asked for."""
        try:
            Event.model_validate(self.value)
        except ValidationError as error:
            yield from model_violations(error)


@dataclass(frozen=True, slots=True)
class Batch:
    """The events of a batch, parted by what can be done with them."""

    events: Sequence[FoldEvent]
    """The collaboration events with a sound envelope, in input order."""
    indices: Sequence[int]
    """The index of each of `events` in the batch as sent."""
    others: Sequence[OtherEvent]
    """The events of other types, in input order."""
    broken: Sequence[BrokenEvent]
    """What has no sound envelope, in input order."""
    total: int
    """How many events were sent."""
    sent_ids: Sequence[str] = ()
    """The id of each of `events` as it was sent, for callers that answer with it."""

    def index_of(self, event: FoldEvent) -> int:
        """Find where an event of `events` stands in the batch as sent; by identity, in linear time."""
        return next(index for index, other in zip(self.indices, self.events, strict=True) if other is event)


def explained(
    broken: Iterable[BrokenEvent],
) -> Iterator[tuple[BrokenEvent, tuple[Location, ModelViolation] | None]]:
    """Give each broken event with the first thing that is wrong with it; after the first thousand None beside it."""
    for number, event in enumerate(broken):
        yield event, next(event.violations()) if number < MOST_EXPLAINED else None


def named_mission(payload: Any) -> str | None:
    """Read which mission a payload as sent names; None where it names none."""
    mission_id = payload.get("mission_id") if isinstance(payload, dict) else None
    return mission_id if isinstance(mission_id, str) and mission_id else None


def mission_of(event: FoldEvent) -> str | None:
    """Read which mission an event's payload names, sound or not; None where it names none."""
    payload = event.payload
    if payload is None:
        return named_mission(event.source.payload)
    mission_id: str = payload.mission_id
    return mission_id


def text_member(value: Any, name: str) -> str | None:
    """Read a member of something that may be an event, where it is a string that can be written."""
    return writable(value.get(name) if isinstance(value, dict) else None)


def writable(name: Any) -> str | None:
    """Cut a name, and replace what UTF-8 has no bytes for; None for what is no string."""
    if not isinstance(name, str):
        return None
    cut = name[:LONGEST_NAME]
    return cut if cut.isascii() else cut.encode("utf-8", "replace").decode()
