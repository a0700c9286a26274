"""What the live loop refuses as a whole; a single event is never refused here, but has its verdict.

SpecKittyEventsError
├── BadCheckpointError        no checkpoint of this service, or not as it was handed out
├── CheckpointSizeError       a checkpoint with more content than allowed
├── CheckpointMissionError    a checkpoint of another mission than the one that is named
└── LateEventsError           late events, for a caller who wants to hear of them first
"""

from collections.abc import Sequence
from typing import Final

from mission_collaboration.admission.verdicts import Verdict
from mission_collaboration.contract.errors import SpecKittyEventsError

NO_MISSION: Final = "Its digest is right, but its content is not that of a mission"


class BadCheckpointError(SpecKittyEventsError):
    """A checkpoint is altered, truncated, foreign, or of a version that is not read."""

    code = "bad-checkpoint"


class CheckpointSizeError(SpecKittyEventsError):
    """A checkpoint has more bytes than allowed, after decompression; `size` is how many, as far as counted."""

    code = "checkpoint-too-large"

    def __init__(self, size: int, limit: int) -> None:
        self.size: Final = size
        self.limit: Final = limit
        super().__init__(f"The checkpoint has more than {limit} bytes, counted after decompression")


class CheckpointMissionError(SpecKittyEventsError):
    """The checkpoint belongs to another mission than the one that is named."""

    code = "mission-mismatch"

    def __init__(self, held: str, named: str) -> None:
        super().__init__(f"The checkpoint is of mission '{held:.200}', not of mission '{named:.200}'")


class LateEventsError(SpecKittyEventsError):
    """Events sort at or before the horizon; nothing was applied."""

    code = "late-events"

    def __init__(self, late: Sequence[Verdict]) -> None:
        self.late: Final = tuple(late)
        first, *others = self.late
        more = f", and {len(others)} more" if others else ""
        super().__init__(f"Event {first.event_id} ({first.event_type}) comes too late{more}; nothing was applied")
