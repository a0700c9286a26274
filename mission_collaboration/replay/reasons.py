"""Why a line that belongs to no mission is rejected."""

from typing import Any, Final

from mission_collaboration.contract.errors import SpecKittyEventsError
from mission_collaboration.decoding.batch import INVALID_ENVELOPE, BrokenEvent, FoldEvent
from mission_collaboration.decoding.events import malformed
from mission_collaboration.decoding.json_text import JsonTextError, decode_json
from mission_collaboration.decoding.verdicts import foreign_shape
from mission_collaboration.replay.rejects import Reason

MAX_NESTING: Final = 64
"""How deep objects and arrays of a line may nest, as in a request to the service."""


def why_broken(broken: BrokenEvent) -> Reason:
    """Explain a line that is not an event."""
    if broken.text is not None:
        try:
            decode_json(broken.text, max_nesting=MAX_NESTING)
        except JsonTextError as error:
            return Reason(error.code, f"The line is not JSON: {error.reason} at column {error.column}")
        except SpecKittyEventsError as error:
            return Reason(error.code, str(error))
    if not isinstance(broken.value, dict):
        return Reason(INVALID_ENVELOPE, "The line is not a JSON object, so it is not an event")
    if shape := foreign_shape(broken.value):
        return Reason(*shape)
    location, violation = next(broken.violations())
    return Reason(INVALID_ENVELOPE, violation.message, location)


def why_without_mission(event: FoldEvent, value: Any) -> Reason:
    """Explain a collaboration event whose payload names no mission; `value` is the line as decoded."""
    if shape := foreign_shape(value):
        return Reason(*shape)
    refusal = malformed(event)
    return Reason(refusal.code, refusal.reason, refusal.location)
