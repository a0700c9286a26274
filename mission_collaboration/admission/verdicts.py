"""What is said of events: a verdict on each one sent, and a revision of each earlier verdict that changed."""

from typing import Final, Literal, NamedTuple

import msgspec

from mission_collaboration.contract.errors import EventRefusedError, Location
from mission_collaboration.decoding.batch import BrokenEvent, FoldEvent

Standing = Literal["accepted", "pending"]
"""What an event in the window stands as."""
Outcome = Literal["accepted", "pending", "duplicate", "ignored", "rejected"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("accepted", "pending", "duplicate", "ignored", "rejected")

LATE_EVENT: Final = "late-event"
"""The code of an event that sorts at or before the horizon."""
CLOCK_JUMP: Final = "clock-jump"
"""The code of an event whose clock is further ahead than it may be."""
TOO_MANY_PENDING: Final = "too-many-pending"
"""The code of a pending event for which the window has no room."""
MISSION_NOT_NAMED: Final = "mission-not-named"
"""The code of an event of a mission that the request does not name."""


class Fate(NamedTuple):
    """What becomes of an event that is looked at for the first time, or again."""

    verdict: Literal["accepted", "pending", "rejected"]
    code: str | None = None
    """Why it is not accepted; stable."""
    detail: str | None = None
    """The same in a sentence."""
    location: Location | None = None
    """Where in the event the cause stands."""

    @classmethod
    def of(cls, refusal: EventRefusedError, verdict: Literal["pending", "rejected"] = "rejected") -> "Fate":
        """Tell the fate of an event that is refused."""
        return cls(verdict, refusal.code, refusal.reason, refusal.location)


ACCEPTED: Final = Fate("accepted")


class Verdict(msgspec.Struct, gc=False, omit_defaults=True):
    """The verdict on one event that was sent."""

    index: int
    """The index of the event in the batch as sent, from 0."""
    event_id: str | None
    """Its id, normalised; as it was sent where there is no sound envelope, and None where it is no string."""
    event_type: str | None
    """Its type, likewise."""
    verdict: Outcome
    """`accepted`, `pending`, `duplicate` of an event that is held, `ignored` for its type, or `rejected`."""
    stands: Standing | None = None
    """Of a duplicate: what the event that is held stands as."""
    code: str | None = None
    """Why it is pending or rejected; stable."""
    detail: str | None = None
    """The same in a sentence."""
    location: Location | None = None
    """Where in the event the cause stands."""
    mission_id: str | None = None
    """The mission that its payload names, where several missions are admitted at once."""


def judged(index: int, event: FoldEvent | BrokenEvent, fate: Fate) -> Verdict:
    """Make the verdict on an event."""
    verdict, code, detail, location = fate
    return Verdict(index, event.event_id, event.event_type, verdict, None, code, detail, location)


class Revision(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A verdict or a code of an event of an earlier batch that this batch changed (L5)."""

    event_id: str
    event_type: str
    was: Standing
    """The verdict before."""
    verdict: Literal["accepted", "pending", "rejected"]
    """The verdict now; `rejected` for good where the horizon passed a pending event."""
    code: str | None = None
    """Why it is pending or rejected; stable."""
    detail: str | None = None
    """The same in a sentence."""
