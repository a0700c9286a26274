"""What the live loop refuses as a whole; a single event is never refused here, but has its verdict.

SpecKittyEventsError
├── BadCheckpointError     no checkpoint of this service, or not as it was handed out
├── LargeCheckpointError   one that is larger than is worked on
└── LateEventsError        events that come too late, for a caller who wants to hear of it first
"""

from collections.abc import Sequence
from typing import Final

from mission_collaboration.admission.verdicts import Verdict
from mission_collaboration.contract.errors import SpecKittyEventsError


class BadCheckpointError(SpecKittyEventsError):
    """A checkpoint is altered, truncated, foreign, or of a version that is not read."""

    code = "bad-checkpoint"


class LargeCheckpointError(SpecKittyEventsError):
    """A checkpoint is larger than the caller allows, decompressed."""

    code = "body-too-large"


class LateEventsError(SpecKittyEventsError):
    """Events sort at or before what the checkpoint has folded; nothing was applied."""

    code = "late-events"

    def __init__(self, late: Sequence[Verdict]) -> None:
        self.late: Final = tuple(late)
        first, *others = self.late
        more = f", and {len(others)} more" if others else ""
        super().__init__(f"Event {first.event_id} ({first.event_type}) comes too late{more}; nothing was applied")
