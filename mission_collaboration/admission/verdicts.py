"""What is said of each event that is sent: one verdict, in the place where it was sent."""

from typing import Final, Literal

import msgspec

from mission_collaboration.contract.errors import Location

Outcome = Literal["accepted", "duplicate", "ignored", "rejected"]

INVALID_ENVELOPE: Final = "invalid-request"
"""The code of an event whose envelope breaks its model."""
LATE_EVENT: Final = "late-event"
"""The code of an event that sorts at or before what has been folded."""
CLOCK_JUMP: Final = "clock-jump"
"""The code of an event whose clock is further ahead than it may be."""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """The verdict on one event; `code`, `detail` and `location` say why it was rejected."""

    index: int
    """Where the event stands in the batch as given, from 0."""
    event_id: str | None
    """Its id, normalised; as it was sent where the envelope is no envelope, and None where it is no text."""
    event_type: str | None
    """Its type, likewise."""
    verdict: Outcome
    """`accepted` into the state, `duplicate` of one accepted lately, `ignored` for its type, or `rejected`."""
    code: str | None = None
    """Why it was rejected, stable."""
    detail: str | None = None
    """The same in a sentence."""
    location: Location | None = None
    """Where in the event the cause stands."""
