"""Variants that get wrong who is on the roster: joins, invitations, seeds (R2, R14, R15, R16)."""

from copy import copy
from typing import Any

from mission_collaboration.contract.constants import PARTICIPANT_INVITED, PARTICIPANT_JOINED
from mission_collaboration.contract.errors import UnknownParticipantError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.handlers import Handler

from .between import requests
from .variant import Patch, Variant, handling


def keeping(account: str) -> Patch:
    """Leave one account of the draft as it was when someone joins."""

    def join(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
        before = copy(getattr(accumulator, account))
        right(accumulator, event, payload)
        setattr(accumulator, account, before)

    return handling(PARTICIPANT_JOINED, join)


def refuse_second_join(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    joining = payload.participant_id
    if joining in accumulator.participants:
        reason = f"Duplicate join of '{joining}'"
        accumulator.refuse(UnknownParticipantError(joining, event.event_id, event.event_type, reason=reason))
    else:
        right(accumulator, event, payload)


def overlook_second_join(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if payload.participant_id not in accumulator.participants:
        right(accumulator, event, payload)


def replace_identity(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    right(accumulator, event, payload)
    accumulator.participants[payload.participant_id] = payload.participant_identity


def join_as_before(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    former = accumulator.departed.get(payload.participant_id)
    right(accumulator, event, payload)
    if former is not None:
        accumulator.participants[payload.participant_id] = former


def join_by_invitation_only(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    joining = payload.participant_id
    if joining in accumulator.invited:
        right(accumulator, event, payload)
    else:
        accumulator.refuse(UnknownParticipantError(joining, event.event_id, event.event_type))


def activate(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    right(accumulator, event, payload)
    accumulator.participants.setdefault(payload.participant_id, payload.participant_identity)


def ask_for_the_inviter(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if payload.invited_by in accumulator.participants:
        right(accumulator, event, payload)
    else:
        accumulator.refuse_unknown(event, payload.invited_by)


def overlook_second_invitation(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    accumulator.invited.discard(payload.participant_id)
    right(accumulator, event, payload)


def overlook_invitation_of_the_active(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if payload.participant_id not in accumulator.participants:
        right(accumulator, event, payload)


VARIANTS = (
    Variant(
        "raises on a duplicate join",
        "To join twice is refused, though it does no harm.",
        "R14",
        "A second join leaves the identity as it was (strict)",
        ("status", "200", "422"),
        (handling(PARTICIPANT_JOINED, refuse_second_join),),
    ),
    Variant(
        "overlooks a duplicate join",
        "To join twice goes unnoticed.",
        "R14",
        "A second join leaves the identity as it was (strict)",
        ("/anomalies", '[{"event_id": "01J00000000000000000000002",', "[]"),
        (handling(PARTICIPANT_JOINED, overlook_second_join),),
    ),
    Variant(
        "replaces the identity on a duplicate join",
        "A second join under a participant's id takes that participant's name.",
        "R14",
        "A second join leaves the identity as it was (strict)",
        ("/participants/p1/participant_type", '"human"', '"llm_context"'),
        (handling(PARTICIPANT_JOINED, replace_identity),),
    ),
    Variant(
        "keeps someone departed after a rejoin",
        "Someone who came back is here and gone at once.",
        "R15",
        "A join after a leave brings the new identity (strict)",
        ("/departed_participants/p1", "(missing)", '{"participant_id": "p1", "participant_type":'),
        (keeping("departed"),),
    ),
    Variant(
        "keeps the old identity after a rejoin",
        "Someone who comes back under a new name is shown under the old one.",
        "R15",
        "A join after a leave brings the new identity (strict)",
        ("/participants/p1/participant_type", '"llm_context"', '"human"'),
        (handling(PARTICIPANT_JOINED, join_as_before),),
    ),
    Variant(
        "lets no participant join without an invitation",
        "A join is refused unless an invitation came before it.",
        "S2",
        "A join puts its identity on the roster (strict)",
        ("status", "200", "422"),
        (handling(PARTICIPANT_JOINED, join_by_invitation_only),),
    ),
    Variant(
        "forgets that joining consumes the invitation",
        "An invitation stays open after it was followed.",
        "R16",
        "A join consumes the invitation (strict)",
        ("/anomalies", "[]", '[{"event_id": "01J00000000000000000000004",'),
        (keeping("invited"),),
    ),
    Variant(
        "activates on invitation",
        "An invited participant counts as joined.",
        "R16",
        "An invitation does not activate its participant (strict)",
        ("/participants/p2", "(missing)", '{"participant_id": "p2", "participant_type":'),
        (handling(PARTICIPANT_INVITED, activate),),
    ),
    Variant(
        "asks whether the inviter is on the roster",
        "Only participants may invite, so the first one cannot be invited.",
        "R16",
        "An invitation comes from anybody (strict)",
        ("status", "200", "422"),
        (handling(PARTICIPANT_INVITED, ask_for_the_inviter),),
    ),
    Variant(
        "overlooks a second invitation",
        "To invite someone twice goes unnoticed.",
        "R16",
        "A second open invitation is an anomaly (strict)",
        ("/anomalies", '[{"event_id": "01J00000000000000000000002",', "[]"),
        (handling(PARTICIPANT_INVITED, overlook_second_invitation),),
    ),
    Variant(
        "overlooks the invitation of an active participant",
        "To invite someone who is there already goes unnoticed.",
        "R16",
        "An invitation of an active participant is an anomaly (strict)",
        ("/anomalies", '[{"event_id": "01J00000000000000000000001",', "[]"),
        (handling(PARTICIPANT_INVITED, overlook_invitation_of_the_active),),
    ),
    Variant(
        "ignores the roster",
        "A participant who joined before the events begin is a stranger.",
        "R2",
        "A seeded participant acts without a join (strict)",
        ("status", "200", "422"),
        around=requests(lambda request: {**request, "roster": None} if "roster" in request else request),
    ),
)
