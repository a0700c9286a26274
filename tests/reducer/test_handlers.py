"""The tables of types say the same types."""

from app.contract.constants import COLLABORATION_EVENT_TYPES
from app.contract.payloads import PAYLOAD_MODELS
from app.reducer.handlers import HANDLERS


def test_every_type_has_its_handler_and_its_payload() -> None:
    assert set(HANDLERS) == set(PAYLOAD_MODELS) == COLLABORATION_EVENT_TYPES


def test_whoever_acts_alone_has_to_be_a_member_but_for_coming_and_going() -> None:
    """R10: all types but Invited, Joined, Left, and the two warnings, which have no actor."""
    free = {event_type for event_type, row in HANDLERS.items() if not row.needs_member}
    assert free == {
        *("ParticipantInvited", "ParticipantJoined", "ParticipantLeft"),
        *("ConcurrentDriverWarning", "PotentialStepCollisionDetected"),
    }
