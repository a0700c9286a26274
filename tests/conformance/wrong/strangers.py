"""Variants that get wrong what strangers and the departed may do, and what a mode means (R3, R10, R11, R32, R33)."""

from collections.abc import Callable, Sequence
from typing import Any

from conformance.kinds import Object
from mission_collaboration.contract import constants as c
from mission_collaboration.contract.errors import (
    PARTICIPANT_ID,
    Location,
    MissionMismatchError,
    UnknownParticipantError,
)
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer import fold
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.handlers import HANDLERS, Handler
from tests.support import builders as build

from .between import requests
from .variant import Variant, handling, instead

right_run = fold.run
reject = Accumulator.reject


def right_step(accumulator: Accumulator, event: FoldEvent) -> None:
    right_run(accumulator, (event,))


def each(step: Callable[[Accumulator, FoldEvent], None]) -> Callable[[Accumulator, Sequence[FoldEvent]], None]:
    """Fold event by event, each in this way."""

    def run(accumulator: Accumulator, events: Sequence[FoldEvent]) -> None:
        for event in events:
            step(accumulator, event)

    return run


def apply_all_the_same(accumulator: Accumulator, event: FoldEvent, payload: Any) -> None:
    reject(accumulator, event, payload)
    stranger = payload.participant_id
    accumulator.participants[stranger] = ParticipantIdentity(participant_id=stranger, participant_type="human")
    HANDLERS[event.event_type](accumulator, event, payload)
    del accumulator.participants[stranger]


def refuse_departed_heartbeat(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if payload.participant_id in accumulator.participants:
        right(accumulator, event, payload)
    else:
        accumulator.reject(event, payload)


def overlook_departed(accumulator: Accumulator, event: FoldEvent, payload: Any) -> None:
    if payload.participant_id not in accumulator.departed:
        reject(accumulator, event, payload)


def all_are_unknown(
    accumulator: Accumulator, event: FoldEvent, participant_id: str, location: Location = PARTICIPANT_ID
) -> None:
    accumulator.refuse(UnknownParticipantError(participant_id, event.event_id, event.event_type, location=location))


def mission_as_sent(event: FoldEvent) -> str:
    """Give the mission that even a malformed payload names."""
    sent: Any = event.source.payload
    mission = sent.get("mission_id") if isinstance(sent, dict) else sent.mission_id
    return mission if isinstance(mission, str) else ""


def take_mission_of_malformed(accumulator: Accumulator, event: FoldEvent) -> None:
    if event.payload is None and not accumulator.mission_id:
        accumulator.mission_id = mission_as_sent(event)
    right_step(accumulator, event)


def compare_mission_of_malformed(accumulator: Accumulator, event: FoldEvent) -> None:
    if event.payload is None and accumulator.mission_id and mission_as_sent(event) not in ("", accumulator.mission_id):
        accumulator.refuse(
            MissionMismatchError("Another mission", event_id=event.event_id, event_type=event.event_type, location=())
        )
    else:
        right_step(accumulator, event)


def take_every_mission(accumulator: Accumulator, event: FoldEvent) -> None:
    mission, accumulator.mission_id = accumulator.mission_id, ""
    right_step(accumulator, event)
    accumulator.mission_id = mission or accumulator.mission_id


def ask_membership_first(accumulator: Accumulator, event: FoldEvent) -> None:
    who = getattr(event.payload, "participant_id", None)
    mission = accumulator.mission_id
    if mission and event.event_type not in build.NEED_NO_MEMBER and who not in accumulator.participants:
        accumulator.mission_id = ""  # to be the event's own
    right_step(accumulator, event)
    accumulator.mission_id = mission or accumulator.mission_id


def in_mode(mode: str, request: Object) -> Object:
    return {**request, "mode": mode} if request.get("mode") in ("strict", "permissive") else request


def permissive_by_default(request: Object) -> Object:
    return {"mode": "permissive", **request} if "events" in request and "payload" not in request else request


RUN = "mission_collaboration.reducer.fold.run"
REJECT = "mission_collaboration.reducer.accumulator.Accumulator.reject"

VARIANTS = (
    Variant(
        "applies the events of strangers in permissive mode",
        "What a stranger does is noted as odd, and counts all the same.",
        "R10",
        "A stranger's heartbeat is not applied (permissive)",
        ("/presence/p9", "(missing)", '"2026-01-01T12:00:00Z"'),
        (instead(REJECT, apply_all_the_same),),
    ),
    Variant(
        "lets the departed go on",
        "Someone who left can send events as if nothing were odd about it; none of them counts.",
        "R11",
        "A drive intent of someone who has left is not applied (strict)",
        ("status", "422", "200"),
        (instead(REJECT, overlook_departed),),
    ),
    Variant(
        "ignores heartbeats of the departed",
        "A sign of life of someone who left is not shown.",
        "R11",
        "A heartbeat of someone who has left still updates presence (permissive)",
        ("/presence/p1", '"2026-01-01T12:05:00Z"', "(missing)"),
        (handling(c.PRESENCE_HEARTBEAT, refuse_departed_heartbeat),),
    ),
    Variant(
        "takes the departed for strangers",
        "Someone who left is said never to have been there.",
        "R11",
        "A drive intent of someone who has left is not applied (strict)",
        ("/type", '"a string like', '"/problems/unknown-participant"'),
        (instead("mission_collaboration.reducer.accumulator.Accumulator.refuse_unknown", all_are_unknown),),
    ),
    Variant(
        "takes the mission of the first event though its payload is malformed",
        "One broken event at the start decides what mission all others have to be of.",
        "S1",
        "A malformed event does not set the mission (permissive)",
        ("/anomalies", '[{"event_id": "01J00000000000000000000001",', '[{"event_id": "01J00000000000000000000001",'),
        (instead(RUN, each(take_mission_of_malformed)),),
    ),
    Variant(
        "reports a mission mismatch for malformed payloads",
        "A payload that cannot be read is said to be of another mission.",
        "R33",
        "A malformed payload is never a mission mismatch (permissive)",
        ("/anomalies/0/reason", "\"a sentence with 'intent'\"", '"Another mission"'),
        (instead(RUN, each(compare_mission_of_malformed)),),
    ),
    Variant(
        "takes events of other missions too",
        "What happened elsewhere becomes part of this mission.",
        "R32",
        "A join of another mission is not applied (strict)",
        ("status", "422", "200"),
        (instead(RUN, each(take_every_mission)),),
    ),
    Variant(
        "asks for membership before the mission",
        "A stranger of another mission is reported as a stranger and not as of another mission.",
        "R5",
        "A mission mismatch comes before membership (strict)",
        ("/type", '"a string like /problems/mission\\\\-mismatch$"', '"/problems/unknown-participant"'),
        (instead(RUN, each(ask_membership_first)),),
    ),
    Variant(
        "is permissive when asked to be strict",
        "Nothing is ever refused.",
        "R3",
        "Permissive goes on after an anomaly (strict)",
        ("status", "422", "200"),
        around=requests(lambda request: in_mode("permissive", request)),
    ),
    Variant(
        "is strict when asked to be permissive",
        "An old history with one odd event in it cannot be read at all.",
        "R3",
        "Permissive goes on after an anomaly (permissive)",
        ("status", "200", "422"),
        around=requests(lambda request: in_mode("strict", request)),
    ),
    Variant(
        "is permissive by default",
        "A caller who names no mode gets no strict check.",
        "R3",
        "The mode is strict unless said otherwise",
        ("status", "422", "200"),
        around=requests(permissive_by_default),
    ),
)
