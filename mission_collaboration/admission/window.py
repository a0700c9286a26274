"""The window: the newest events of a mission, accepted and pending, folded again with every batch (L3, L4)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import accumulate
from operator import attrgetter
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple, Union

import msgspec
from msgspec import Meta, structs

from mission_collaboration.contract.envelope import LARGEST_CLOCK
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.decoding.structs import PAYLOAD_STRUCTS
from mission_collaboration.reducer.content import content_bytes

HASH_BYTES: Final = 8
Clock = Annotated[int, Meta(ge=0, le=LARGEST_CLOCK)]
Time = Annotated[datetime, Meta(tz=True)]
NOT_FOLDED: Final = frozenset(
    {
        *("auth_principal_id", "invited_by", "link_type", "outcome", "previous_focus_target", "primary_session_id"),
        *("rationale", "reason", "session_id", "severity", "step_description", "wp_id"),
    }
)
"""The members of payloads that the fold does not read; a checkpoint leaves them out."""


class WindowBounds(NamedTuple):
    """How much a window holds."""

    events: int = 1_000
    bytes: int = 4 * 1024 * 1024
    """Counted on the events' content (R31)."""

    @property
    def pending(self) -> "WindowBounds":
        """How much of it may be pending: half of either bound, rounded up."""
        return WindowBounds(-(-self.events // 2), -(-self.bytes // 2))


FOLDED_PAYLOADS: Final[Mapping[str, type[msgspec.Struct]]] = MappingProxyType(
    {
        event_type: msgspec.defstruct(
            f"{event_type}Folded",
            [
                (field.name, field.type) if field.required else (field.name, field.type, field.default)
                for field in structs.fields(struct)  # type: ignore[arg-type] # typed as the model
                if field.name not in NOT_FOLDED
            ],
            tag=event_type,
            array_like=True,
            gc=False,
            namespace={"event_type": event_type},
        )
        for event_type, struct in PAYLOAD_STRUCTS.items()
    }
)
"""Event type → what the fold reads of its payload, as an array with the event's type as its first element."""


READ_FOLDED: Final = {event_type: attrgetter(*kind.__struct_fields__) for event_type, kind in FOLDED_PAYLOADS.items()}
"""Event type → what reads these members of a payload; all payloads have several."""


class WindowEvent(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    """An event in the window: what the fold reads of it, and the hash by which it is known when it comes again."""

    event_id: str
    lamport_clock: Clock | None
    timestamp: Time
    payload: Union[tuple(FOLDED_PAYLOADS.values())]  # type: ignore[valid-type] # noqa: UP007 - made at run time
    content_hash: Annotated[bytes, Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]
    content_bytes: Annotated[int, Meta(ge=1)]
    code: str | None = None
    """Why it is pending; None while it is accepted."""

    @property
    def event_type(self) -> str:
        """The type, which its payload carries."""
        event_type: str = self.payload.event_type
        return event_type

    @property
    def source(self) -> None:
        """The envelope as read, which is not kept."""

    def standing(self, code: str | None) -> "WindowEvent":
        """Give the event as it stands now, pending with this code or accepted."""
        return self if code == self.code else structs.replace(self, code=code)


def content_hash(text: bytes) -> bytes:
    """Hash an event's content."""
    return blake2b(text, digest_size=HASH_BYTES).digest()


def keep(event: FoldEvent) -> WindowEvent:
    """Take an event with a sound payload into the window."""
    event_type = event.event_type
    payload: Any = FOLDED_PAYLOADS[event_type](*READ_FOLDED[event_type](event.payload))
    text = content_bytes(event)
    return WindowEvent(event.event_id, event.lamport_clock, event.timestamp, payload, content_hash(text), len(text))


class Fit(NamedTuple):
    """What of a sequence of events is the window."""

    start: int
    """Where the window begins; all events before it are settled."""
    too_many: Collection[int]
    """The positions of pending events for which there is no room."""


def window_start(events: list[FoldEvent], bounds: WindowBounds) -> int:
    """Find where the longest newest run within the bounds begins, never less than one event (L3).

    The events are in canonical order; those that may be in the window are put into the form that it keeps.
    """
    start = max(0, len(events) - bounds.events)
    newest = [event if type(event) is WindowEvent else keep(event) for event in events[start:]]
    events[start:] = newest
    sizes = [event.content_bytes for event in newest]
    if sum(sizes) <= bounds.bytes:
        return start
    fitting = sum(size <= bounds.bytes for size in accumulate(reversed(sizes)))
    return len(events) - max(1, fitting)


def fit(events: list[FoldEvent], bounds: WindowBounds, held: Collection[str], pending: Collection[int]) -> Fit:
    """Find the window where some of the events are pending, at the positions in `pending` (L4).

    The pending ones of the ids in `held` count first towards their bound, then the others from the newest back; an
    event that goes beyond takes no place.
    """
    room = _room_for_pending(events, bounds, held, pending)
    too_many: list[int] = []
    count = size = 0
    for position in range(len(events) - 1, -1, -1):
        if count == bounds.events:
            return Fit(position + 1, too_many)
        event = events[position]
        kept = event if isinstance(event, WindowEvent) else keep(event)
        if count and size + kept.content_bytes > bounds.bytes:
            return Fit(position + 1, too_many)
        events[position] = kept
        if position in pending and kept.event_id not in held:
            if room.events < 1 or room.bytes < kept.content_bytes:
                too_many.append(position)
                continue
            room = WindowBounds(room.events - 1, room.bytes - kept.content_bytes)
        count, size = count + 1, size + kept.content_bytes
    return Fit(0, too_many)


def _room_for_pending(
    events: Sequence[FoldEvent], bounds: WindowBounds, held: Collection[str], pending: Collection[int]
) -> WindowBounds:
    """Return how many more pending events there may be beside those that are held."""
    sizes = [
        event.content_bytes
        for position in pending
        if isinstance(event := events[position], WindowEvent) and event.event_id in held
    ]
    most = bounds.pending
    return WindowBounds(most.events - len(sizes), most.bytes - sum(sizes))
