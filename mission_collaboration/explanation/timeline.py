"""What is told of each event: the entries of an explanation's timeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

import msgspec

from mission_collaboration.contract.state import Change

Effect = Literal[
    "changed",
    "redundant",
    "invited",
    "anomaly",
    "refused",
    "pending",
    "not-reached",
    "duplicate",
    "ignored",
    "other-mission",
    "malformed",
]
"""What an event came to.

- `changed`: the state is another one; `redundant`: the state was so already; `invited`: kept, not shown in the state;
- `anomaly`: an anomaly was recorded; `other-mission`: it belongs to another mission; `refused`: not applied, for good;
- `pending`: not applied, for want of something that may yet come from an earlier place;
- `not-reached`: it stands behind the event that stopped a strict fold;
- `duplicate`: a copy of another event; `ignored`: of another type; `malformed`: no event at all.
"""

S = TypeVar("S")


class TimelineEntry(msgspec.Struct, gc=False, omit_defaults=True):
    """One event of a batch: where it stands, what it did, and why it did nothing."""

    index: int
    """The event's index in the batch as sent, from 0."""
    position: int | None
    """Its place in canonical order, from 0; None for what has none: copies, other types, malformed envelopes."""
    event_id: str | None
    """The normalised id; as sent where the envelope is malformed or not asked for, None where it is no string."""
    event_type: str | None
    """The event's type, likewise."""
    lamport_clock: int | None
    """The producer's logical clock; None for an unclocked event, and where the envelope was not read."""
    timestamp: datetime | None
    """The producer's time in UTC; None where the envelope was not read."""
    participant_ids: tuple[str, ...]
    """The payload's `participant_id` or `participant_ids`, as far as they are texts."""
    effect: Effect
    """What the event came to."""
    changes: tuple[Change, ...]
    """The patch from the state before this event to the state after it."""
    code: str | None = None
    """Why it was not applied as it stood, stable: the code with which strict mode refuses it."""
    reason: str | None = None
    """The same in a sentence."""
    pointer: str | None = None
    """Where the cause stands, for a malformed envelope: into the body as sent, for NDJSON into its line."""
    line: int | None = None
    """The line of an NDJSON body that `pointer` points into."""
    duplicate_of: int | None = None
    """The index of the event that this one is a copy of."""
    superseded_by: tuple[str, ...] = ()
    """The events that overwrote all that this one had changed, ten at most; empty while any of it stands."""


@dataclass(frozen=True, slots=True)
class Explanation(Generic[S]):
    """What every event of a batch did, and who is to blame for every entry of the state."""

    mission_id: str
    """The mission that was folded; empty when no event names one."""
    mode: str
    """The rules of the fold."""
    timeline: tuple[TimelineEntry, ...]
    """All events: in canonical order, copies behind their first, what has no place in the order last."""
    state: S
    """The state at the point that was asked for, by default the end."""
    blame: Mapping[str, str]
    """Entry of the state → id of the last event that touched it; what the roster brought is left out."""
    gone: Mapping[str, str]
    """Entry that is no longer there → id of the last event that removed it."""
