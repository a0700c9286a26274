"""How many people warnings may name, for callers of the fold who cannot take any number; the contract sets no bound."""

import math
from typing import Final, NamedTuple

from mission_collaboration.contract.errors import EventRefusedError


class Bounds(NamedTuple):
    """What bounds a fold: of those whom a warning names, every stranger makes an anomaly (R17)."""

    named: float = math.inf
    """The most people in one warning."""
    strangers: float = math.inf
    """The most people who are not on the roster, in all warnings."""


UNBOUNDED: Final = Bounds()


class WarningTooLargeError(EventRefusedError):
    """A warning names more people than the caller of the fold allows; refused in either mode."""

    code = "event-too-large"

    def __init__(self, reason: str, event_id: str, event_type: str) -> None:
        super().__init__(reason, event_id=event_id, event_type=event_type, location=("payload", "participant_ids"))
