"""Every way in which the contract says no.

    SpecKittyEventsError
    ├── UnknownEventTypeError          no such collaboration event type
    └── EventRefusedError              strict mode refuses one event
        ├── MalformedPayloadError      its payload breaks its model            R33
        ├── ConflictingDuplicateError  its id came before with other content   R31
        ├── MissionMismatchError       it belongs to another mission           R32
        ├── UnknownParticipantError    someone who never joined                R10, R12, R17
        │   └── DepartedParticipantError   someone who has left                R11, R17
        ├── UnknownWarningError        an answer to an unknown warning        R19
        ├── UnmatchedCompletionError   an end without a start                  R20
        └── OutOfOrderError            a stream said to be in order is not     R1

An error holds a stable `code`, the event, and where in the event the cause stands; what that means over HTTP
is none of its business. In permissive mode the same sentence becomes an anomaly's reason (R3).
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from mission_collaboration.contract.payloads import PAYLOAD_MODELS

Location = tuple[str | int, ...]
"""Member names and array indices that lead into an event: `("payload", "participant_ids", 0)`."""
PARTICIPANT_ID: Final[Location] = ("payload", "participant_id")


def token(name: str) -> str:
    """Write a member's name as one step of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name


def pointer(location: Iterable[str | int]) -> str:
    """Write a location as a JSON Pointer."""
    return "".join(f"/{token(str(step))}" for step in location)


class SpecKittyEventsError(Exception):
    """Base of all errors: something that the contract refuses (R4)."""

    code: str = "contract-error"
    """The kind of error, stable."""


class UnknownEventTypeError(SpecKittyEventsError):
    """A verdict was asked for a type that is no collaboration event type."""

    code = "unknown-event-type"

    def __init__(self, event_type: str) -> None:
        self.event_type: Final = event_type
        self.known: Final = tuple(PAYLOAD_MODELS)
        super().__init__(f"'{event_type:.200}' is no collaboration event type")


class EventRefusedError(SpecKittyEventsError):
    """Strict mode refuses this event; `location` leads to the cause within it.

    `index` is where the event stands in the sequence that the reducer was given. In an ordered stream it is the number
    of the event's line, from 1.
    """

    code = "event-refused"

    def __init__(self, reason: str, *, event_id: str, event_type: str, location: Location) -> None:
        self.reason: Final = reason
        self.event_id: Final = event_id
        self.event_type: Final = event_type
        self.location: Final = location
        self.index: int | None = None
        self.event: Any = None
        """The event itself, as the fold had it."""
        super().__init__(f"{reason} (event {event_id}, {event_type})")


class MalformedPayloadError(EventRefusedError):
    """The payload breaks its model; the reason names the first field that does (R33)."""

    code = "malformed-payload"


class ConflictingDuplicateError(EventRefusedError):
    """The event's id was used before, with different content (R31)."""

    code = "conflicting-duplicate"


class MissionMismatchError(EventRefusedError):
    """The event belongs to another mission than the first one (R32)."""

    code = "mission-mismatch"


class UnknownParticipantError(EventRefusedError):
    """The event needs someone on the roster who is not there (R10, R11, R12, R17)."""

    code = "unknown-participant"
    sentence: ClassVar[str] = "Unknown participant '{}'"

    def __init__(
        self,
        participant_id: str,
        event_id: str,
        event_type: str,
        *,
        reason: str | None = None,
        location: Location = PARTICIPANT_ID,
    ) -> None:
        self.participant_id: Final = participant_id
        super().__init__(
            reason or self.sentence.format(participant_id),
            event_id=event_id,
            event_type=event_type,
            location=location,
        )


class DepartedParticipantError(UnknownParticipantError):
    """The event needs someone on the roster who has left (R11, R17)."""

    code = "departed-participant"
    sentence = "Participant '{}' has departed"


class UnknownWarningError(EventRefusedError):
    """The event answers a warning that was never given (R19)."""

    code = "unknown-warning"


class OutOfOrderError(EventRefusedError):
    """The event sorts before its predecessor, in a stream that is said to be in canonical order (R1)."""

    code = "out-of-order"

    def __init__(self, event_id: str, event_type: str) -> None:
        super().__init__(
            "The event sorts before its predecessor by clock, instant and id",
            event_id=event_id,
            event_type=event_type,
            location=("lamport_clock",),
        )


class UnmatchedCompletionError(EventRefusedError):
    """The event ends a step that this participant has not started (R20)."""

    code = "unmatched-completion"


PENDING_CODES: Final = (
    UnknownParticipantError.code,
    DepartedParticipantError.code,
    UnknownWarningError.code,
    UnmatchedCompletionError.code,
)
"""The refusals that an event from an earlier place can turn into acceptance (L4)."""
