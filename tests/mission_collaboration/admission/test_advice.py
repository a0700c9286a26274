"""Advice: which overlaps are told, once, and who has gone quiet."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from mission_collaboration import (
    Advice,
    ReducedCollaborationState,
    admit,
    advise,
    reduce_collaboration_events,
    validate_event,
)
from tests.support import builders as build
from tests.support.folding import events_of, joins, strict
from tests.support.histories import accepted_histories

OVERLAP = [*joins("b", "a", "c"), build.drive("a"), build.drive("b"), build.focus("a", "t1"), build.focus("b", "t1")]


def told(advice: Advice) -> list[tuple[str, list[str]]]:
    return [(advisory.event_type, advisory.payload.participant_ids) for advisory in advice.advisories]


def changed(state: ReducedCollaborationState, **fields: Any) -> ReducedCollaborationState:
    return ReducedCollaborationState.model_validate(state.model_dump() | fields)


def test_two_active_drivers_on_one_target_overlap() -> None:
    advice = advise(strict(*OVERLAP))
    [advisory] = advice.advisories
    payload = advisory.payload.model_dump()
    assert payload.pop("warning_id")
    assert (advisory.event_type, payload) == (
        "ConcurrentDriverWarning",
        {
            "mission_id": "m1",
            "participant_ids": ["a", "b"],
            "severity": "warning",
            "focus_target": build.target("t1"),
        },
    )
    assert advice.presence == ()


def test_a_step_in_flight_at_two_participants_collides() -> None:
    acts = [*joins("b", "a"), build.started("b", "s1"), build.started("b", "s1"), build.started("a", "s1")]
    [advisory] = advise(strict(*acts)).advisories
    assert advisory.event_type == "PotentialStepCollisionDetected"
    assert advisory.payload.model_dump(exclude={"warning_id"}) == {
        "mission_id": "m1",
        "participant_ids": ["a", "b"],
        "severity": "warning",
        "step_id": "s1",
        "wp_id": None,
    }


@pytest.mark.parametrize(
    "acts",
    [
        [*OVERLAP, build.drive("b", "inactive")],
        [*OVERLAP, build.focus("b", "t2")],
        [*OVERLAP, build.focus("b", "t1", "step")],
        [*OVERLAP, build.left("b")],
        [*OVERLAP[:-1], build.drive("c")],
        [*joins("a"), build.started("a", "s1"), build.started("a", "s1")],
        [*joins("a", "b"), build.started("a", "s1"), build.started("b", "s2")],
        [],
    ],
)
def test_where_nothing_overlaps_nothing_is_told(acts: list[Any]) -> None:
    assert advise(strict(*acts)).advisories == ()


def test_another_participant_target_step_or_mission_is_another_overlap() -> None:
    def ids(*acts: Any) -> set[str]:
        return {advisory.payload.warning_id for advisory in advise(strict(*acts)).advisories}

    third = [*OVERLAP, build.drive("c"), build.focus("c", "t1")]
    elsewhere = [*OVERLAP, build.focus("a", "t2"), build.focus("b", "t2")]
    kinds = [*OVERLAP, build.focus("a", "t1", "file"), build.focus("b", "t1", "file")]
    runs = [*joins("a", "b"), build.started("a", "t1"), build.started("b", "t1")]
    other = [(kind, payload | {"mission_id": "m2"}) for kind, payload in OVERLAP]
    found = [ids(*acts) for acts in (OVERLAP, third, elsewhere, kinds, runs, other)]
    assert all(len(each) == 1 for each in found)
    assert len(set.union(*found)) == len(found)


def test_the_same_overlap_has_the_same_id_however_it_came_about() -> None:
    back = [*OVERLAP, build.drive("a", "inactive"), build.left("b"), build.joined("b"), build.focus("b", "t1")]
    again = [*back, build.drive("b"), build.drive("a")]
    assert told(advise(strict(*back))) == []
    assert advise(strict(*again)).advisories == advise(strict(*OVERLAP)).advisories


def test_advice_that_was_given_is_not_given_again() -> None:
    state = strict(*OVERLAP)
    [advisory] = advise(state).advisories
    given_too = [*OVERLAP, (advisory.event_type, advisory.payload.model_dump(mode="json"))]
    assert advise(strict(*given_too)).advisories == ()
    ended = [*given_too, build.drive("a", "inactive"), build.drive("a")]
    assert advise(strict(*ended)).advisories == ()


def test_somebody_elses_warning_does_not_silence_it() -> None:
    assert len(advise(strict(*OVERLAP, build.driver_warning("w1", "a", "b"))).advisories) == 1


def test_a_state_without_a_mission_or_with_a_nameless_step_has_no_advice() -> None:
    state = strict(*OVERLAP)
    assert advise(changed(state, mission_id="")).advisories == ()
    assert len(advise(changed(state, active_executions={"a": [""], "b": [""]})).advisories) == 1


@given(accepted_histories())
def test_sent_as_events_advisories_are_lawful_and_make_the_next_answer_silent(events: list[Any]) -> None:
    first = admit(events)
    assert first.state is not None
    assert first.advisories == advise(first.state).advisories
    for advisory in first.advisories:
        assert validate_event(advisory.payload.model_dump(mode="json"), advisory.event_type).valid
    clock = 1 + max((event["lamport_clock"] for event in events), default=0)
    warnings = [
        build.event(
            advisory.event_type,
            advisory.payload.model_dump(mode="json"),
            lamport_clock=clock + place,
            event_id=build.ulid(90_000 + place),
        )
        for place, advisory in enumerate(first.advisories)
    ]
    second = admit(warnings, checkpoint=first.checkpoint)
    assert second.count("accepted") == len(warnings)
    assert second.advisories == ()
    assert second.state == reduce_collaboration_events(events_of([*events, *warnings]))


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)  # when the builders' events happen


@pytest.mark.parametrize(
    ("later", "age", "status"),
    [
        (-5, 0.0, "ahead"),
        (-0.000001, 0.0, "ahead"),
        (0, 0.0, "fresh"),
        (89.5, 89.5, "fresh"),
        (90, 90.0, "fresh"),
        (90.000001, None, "stale"),
    ],
)
def test_presence_is_measured_at_the_instant_given(later: float, age: float | None, status: str) -> None:
    state = strict(*joins("b", "a", "gone"), build.heartbeat("b"), build.heartbeat("gone"), build.left("gone"))
    silent, beating = advise(state, as_of=NOW + timedelta(seconds=later)).presence
    assert (silent.participant_id, silent.last_seen, silent.age_seconds, silent.status) == ("a", None, None, "never")
    assert (beating.participant_id, beating.last_seen, beating.status) == ("b", NOW, status)
    assert beating.age_seconds == (age if age is not None else pytest.approx(90.000001))


def test_how_long_is_stale_is_the_callers_word_and_a_time_without_a_zone_is_utc() -> None:
    state = strict(*joins("a"), build.heartbeat("a"))
    late = datetime(2026, 1, 2, 3, 4, 6)
    assert advise(state, as_of=late, stale_after_seconds=0.5).presence[0].status == "stale"
    assert advise(state, as_of=late, stale_after_seconds=1).presence[0].status == "fresh"
    assert advise(state, as_of=NOW, stale_after_seconds=0).presence[0].status == "fresh"
