"""Several missions in one batch: each is what it would be alone."""

import random
from typing import Any

import pytest

from mission_collaboration import (
    Admission,
    BadCheckpointError,
    MissionToAdmit,
    ReducedCollaborationState,
    SpecKittyEventsError,
    admit,
    admit_missions,
    reduce_collaboration_events,
    reduce_missions,
)
from mission_collaboration.decoding.refusals import RequestRefusedError
from tests.support import backend
from tests.support import builders as build
from tests.support.folding import Json, events_of, seeds


def of(mission_id: str, number: int, happening: tuple[str, Json], **envelope: Any) -> Json:
    event_type, payload = happening
    names = {"event_id": build.ulid(number), "lamport_clock": number % 1_000}
    return build.event(event_type, payload | {"mission_id": mission_id}, **names, **envelope)


ONE = [of("m1", 1, build.joined("p1")), of("m1", 2, build.drive("p1"))]
TWO = [of("m2", 1_001, build.joined("p1")), of("m2", 1_002, build.comment("p1"))]
OTHER = {"event_type": "BuildFinished", "payload": {"mission_id": "m9"}}
NOWHERE = of("", 5, build.drive("p1"))
BROKEN = of("m1", 6, build.drive("p1"), node_id=7)


def told(results: Any) -> list[str]:
    return [result.code or result.verdict for result in results]


def admission(found: Admission | SpecKittyEventsError) -> Admission:
    assert isinstance(found, Admission)
    return found


def test_each_mission_is_admitted_as_if_alone() -> None:
    missions = {"m1": MissionToAdmit(), "m2": MissionToAdmit(roster=seeds("p2"))}
    both = admit_missions([ONE[0], OTHER, TWO[0], ONE[1], TWO[1]], missions)
    for mission_id, events, roster in (("m1", ONE, None), ("m2", TWO, seeds("p2"))):
        alone = admit(events, mission_id=mission_id, roster=roster)
        found = admission(both.missions[mission_id])
        assert (found.state, found.checkpoint, found.advisories) == (alone.state, alone.checkpoint, alone.advisories)
    assert [(result.index, result.verdict, result.mission_id) for result in both.results] == [
        (0, "accepted", "m1"),
        (1, "ignored", None),
        (2, "accepted", "m2"),
        (3, "accepted", "m1"),
        (4, "accepted", "m2"),
    ]
    assert [both.count(outcome) for outcome in ("accepted", "ignored", "rejected")] == [4, 1, 0]


def test_missions_go_on_from_their_own_checkpoints() -> None:
    first = admission(admit_missions(ONE[:1], {"m1": MissionToAdmit()}).missions["m1"])
    batch = [*ONE, *TWO]
    second = admit_missions(batch, {"m1": MissionToAdmit(first.checkpoint), "m2": MissionToAdmit()})
    assert told(second.results) == ["duplicate", "accepted", "accepted", "accepted"]
    assert admission(second.missions["m1"]).checkpoint == admit(ONE, mission_id="m1").checkpoint


def test_an_event_of_a_mission_that_is_not_named_is_rejected_before_anything_else() -> None:
    malformed = of("m2", 1_003, build.drive("p1", "fast"))
    broken = of("m2", 1_004, build.drive("p1"), node_id=7)
    found = admit_missions([*ONE, *TWO, malformed, broken], {"m1": MissionToAdmit(), "m3": MissionToAdmit()})
    assert told(found.results) == ["accepted"] * 2 + ["mission-not-named"] * 4
    assert set(found.missions) == {"m1"}
    assert {result.mission_id for result in found.results[2:]} == {"m2"}


def test_an_event_that_names_no_mission_is_rejected_for_its_payload_or_its_envelope() -> None:
    nothing = of("m1", 8, build.drive("p1"), node_id=7) | {"payload": None}
    found = admit_missions([NOWHERE, nothing, 7, BROKEN], {"m1": MissionToAdmit()})
    assert told(found.results) == ["malformed-payload", "invalid-request", "invalid-request", "invalid-request"]
    assert [result.mission_id for result in found.results] == [None, None, None, "m1"]
    assert found.results[0].location == ("payload", "mission_id")


def test_a_mission_that_is_refused_leaves_the_others_alone() -> None:
    found = admit_missions([*ONE, *TWO], {"m1": MissionToAdmit("rubbish"), "m2": MissionToAdmit()})
    assert isinstance(found.missions["m1"], BadCheckpointError)
    assert told(found.results) == ["bad-checkpoint"] * 2 + ["accepted"] * 2
    assert admission(found.missions["m2"]).count("accepted") == 2


def test_a_roster_beside_a_checkpoint_is_an_error_of_the_caller() -> None:
    checkpoint = admit(ONE, mission_id="m1").checkpoint
    with pytest.raises(ValueError, match="roster"):
        MissionToAdmit(checkpoint, {})


def test_each_mission_is_reduced_as_if_alone() -> None:
    stranger = of("m2", 1_003, build.drive("p9"))
    found = reduce_missions([*ONE, OTHER, *TWO, stranger, NOWHERE], rosters={"m1": seeds("p2"), "m3": seeds("p1")})
    assert list(found.missions) == ["m1", "m2"]
    assert found.missions["m1"] == reduce_collaboration_events(events_of(ONE), roster=seeds("p2"))
    refusal = found.missions["m2"]
    assert isinstance(refusal, RequestRefusedError)
    assert (refusal.code, refusal.findings[0].pointer) == ("unknown-participant", "/5/payload/participant_id")
    assert "p9" in str(refusal)
    assert (found.total, found.ignored, [event.code for event in found.unassigned]) == (7, 1, ["malformed-payload"])
    permissive = reduce_missions([*TWO, stranger], mode="permissive").missions["m2"]
    assert permissive == reduce_collaboration_events(events_of([*TWO, stranger]), mode="permissive")


def test_a_malformed_envelope_refuses_its_mission_alone() -> None:
    found = reduce_missions([*ONE, BROKEN, *TWO])
    assert isinstance(found.missions["m1"], SpecKittyEventsError)
    assert isinstance(found.missions["m2"], ReducedCollaborationState)


def test_a_wrong_mode_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="mode must"):
        reduce_missions([], mode="loose")  # type: ignore[arg-type]


def test_random_missions_mixed_are_as_they_are_alone() -> None:
    chance = random.Random(11)
    histories = {}
    for number in range(5):
        events = backend.with_oddities(backend.mission_of(chance, 20, "all"), chance, 5)
        named = [event for event in events if isinstance(event, dict) and isinstance(event.get("payload"), dict)]
        mission_id = f"mission {number}"
        histories[mission_id] = [event | {"payload": event["payload"] | {"mission_id": mission_id}} for event in named]
    mixed = [event for history in histories.values() for event in history]
    chance.shuffle(mixed)
    together = admit_missions(mixed, {mission_id: MissionToAdmit() for mission_id in histories}, window_events=10)
    for mission_id in histories:
        own = [event for event in mixed if event["payload"]["mission_id"] == mission_id]
        alone = admit(own, mission_id=mission_id, window_events=10)
        found = admission(together.missions[mission_id])
        assert (found.state, found.checkpoint) == (alone.state, alone.checkpoint)
        ours = [result for result in together.results if result.mission_id == mission_id]
        assert told(ours) == [code for code in told(alone.results) if code != "ignored"]
