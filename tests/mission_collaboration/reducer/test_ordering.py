"""Canonical order, duplicates and conflicting ids (R1, R30, R31)."""

import random
from typing import Any

import pytest

from mission_collaboration import ConflictingDuplicateError, Event, reduce_collaboration_events
from tests.support import builders as build
from tests.support.folding import Json, as_json, events_of, outcome, reasons, refusal_of
from tests.support.pools import OTHER_TYPES
from tests.support.twists import respelled

HERE = build.joined("p1")


def contents(*events: Json, mode: Any = "strict") -> list[str]:
    """Fold somebody's arrival and comments, and list the comments in the order in which they were taken."""
    first = build.event(*HERE, lamport_clock=0, event_id=build.ulid(0))
    state = reduce_collaboration_events(events_of([*events, first]), mode=mode)
    return [comment.content for comment in state.comments]


def say(text: str, **envelope: Any) -> Json:
    return build.event(*build.comment("p1", content=text), **envelope)


def test_the_clock_orders_before_the_timestamp() -> None:
    """R1."""
    late = say("second", lamport_clock=10, timestamp="2026-01-01T00:00:00Z")
    early = say("first", lamport_clock=9, timestamp="2026-12-31T00:00:00Z")
    assert contents(late, early) == ["first", "second"]


def test_the_timestamp_orders_as_an_instant_not_as_text() -> None:
    """R1."""
    late = say("second", event_id=build.ulid(1), timestamp="2026-01-01T12:00:00Z")
    early = say("first", event_id=build.ulid(2), timestamp="2026-01-01T13:30:00+02:00")
    finer = say("third", event_id=build.ulid(3), timestamp="2026-01-01T12:00:00.000001")
    assert contents(finer, late, early) == ["first", "second", "third"]


def test_the_normalised_id_orders_last() -> None:
    """R1, E1: events of the same clock and instant."""
    first = say("first", event_id=build.uuid_text(0xAB).upper())
    second = say("second", event_id=build.uuid_text(0xB0).replace("-", ""))
    third = say("third", event_id=build.ulid(2).lower())
    fourth = say("fourth", event_id=build.ulid(3))
    assert contents(fourth, third, second, first) == ["first", "second", "third", "fourth"]


def test_decimals_beyond_microseconds_do_not_order() -> None:
    """R1, E5: they are dropped before."""
    first = say("first", event_id=build.ulid(1), timestamp="2026-01-01T12:00:00.000000999Z")
    second = say("second", event_id=build.ulid(2), timestamp="2026-01-01T12:00:00Z")
    assert contents(second, first) == ["first", "second"]


@pytest.mark.parametrize("event_type", OTHER_TYPES)
def test_other_types_are_ignored_even_under_a_known_id(event_type: str) -> None:
    """R1: the filter comes first, so such an event is no conflict, no mission and no count."""
    history = build.history(HERE, build.heartbeat("p1"))
    other = build.event(event_type, {"mission_id": "m9"}, event_id=build.ulid(1), lamport_clock=0)
    assert outcome([other, *history, other], "strict") == outcome(history, "strict")


def test_the_same_event_again_is_dropped_silently() -> None:
    """R30, S14."""
    events = build.history(HERE, build.comment("p1"), build.started("p1", "s1"), build.completed("p1", "s1"))
    state = reduce_collaboration_events(events_of([*events, *events, *reversed(events)]))
    assert (state.event_count, len(state.comments), state.anomalies) == (4, 1, ())


@pytest.mark.parametrize("variant", range(6))
@pytest.mark.parametrize("event_id", [build.ulid(77), build.uuid_text(0xAB)])
def test_the_same_event_in_another_spelling_is_dropped_silently(variant: int, event_id: str) -> None:
    """R30: instants, not spellings; unknown members and written-out defaults do not count."""
    event = build.event(*HERE, event_id=event_id)
    again = respelled(event, variant)
    assert again != event
    state = reduce_collaboration_events(events_of([again, event]))
    assert (state.event_count, state.anomalies, state.last_processed_event_id) == (1, (), event_id)


@pytest.mark.parametrize(
    "changed",
    [
        *({"node_id": "other"}, {"lamport_clock": 2}, {"timestamp": "2026-01-02T03:04:06Z"}, {"data_tier": 1}),
        *({"aggregate_id": "other"}, {"project_uuid": build.uuid_text(9)}, {"correlation_id": build.ulid(9)}),
        *({"causation_id": build.ulid(9)}, {"project_slug": ""}),
        *({"event_type": "ParticipantLeft"}, {"payload": build.joined("p2")[1]}),
        {"payload": build.joined("p1", auth_principal_id="")[1]},
        {"payload": build.joined("p1", participant_identity=build.identity("p1", session_id=""))[1]},
        {"payload": {}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_an_id_used_again_with_other_content_is_a_conflict(changed: Json) -> None:
    """R31: any member counts."""
    events = [build.event(*HERE), build.event(*HERE) | changed]
    refusal = refusal_of(events)
    assert type(refusal) is ConflictingDuplicateError
    assert refusal.event_id == build.ulid(1)
    state = reduce_collaboration_events(events_of(events), mode="permissive")
    assert sum("different content" in reason for reason in reasons(state)) == 1
    assert (state.event_count, state.last_processed_event_id) == (1, build.ulid(1))


def test_the_first_in_canonical_order_wins_a_conflict() -> None:
    """R31."""
    last = say("third", event_id=build.ulid(5), lamport_clock=5)
    first = say("first", event_id=build.ulid(5), lamport_clock=3)
    between = say("second", event_id=build.ulid(4), lamport_clock=4)
    assert contents(last, between, first, mode="permissive") == ["first", "second"]


def test_between_equal_sort_keys_the_smaller_text_wins() -> None:
    """R31: canonical JSON, keys sorted; the order of the input does not matter."""
    rivals = [say(text) for text in ("b", "a", "c", "B", "\U0001f680", "\uff50")]
    for _ in range(10):
        random.Random(7).shuffle(rivals)
        assert contents(*rivals, mode="permissive") == ["B"]


def test_the_smaller_text_is_that_of_the_first_member_by_name_that_differs() -> None:
    """R31: `node_id` stands before `payload`, `data_tier` before both."""
    one = say("a", node_id="n2")
    other = say("b", node_id="n1")
    assert contents(one, other, mode="permissive") == ["b"]
    assert contents({**one, "data_tier": 0}, {**other, "data_tier": 1}, mode="permissive") == ["a"]


def test_an_id_is_told_once_however_often_it_conflicts() -> None:
    """R31: the winner's own duplicates, and third contents, add nothing."""
    events = [say(text, lamport_clock=clock, event_id=build.ulid(9)) for clock, text in enumerate("abcaba", start=1)]
    first = build.event(*HERE, lamport_clock=0, event_id=build.ulid(0))
    state = reduce_collaboration_events(events_of([first, *events]), mode="permissive")
    assert len(state.anomalies) == 1
    assert (state.event_count, [comment.content for comment in state.comments]) == (2, ["a"])
    assert (state.anomalies[0].event_id, state.anomalies[0].event_type) == (build.ulid(9), "CommentPosted")


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        *((1, 1, False), (1, 1.0, True), (1, True, True), (0, False, True), (None, False, True), (0.0, -0.0, True)),
        *(("1", 1, True), ([], {}, True), ([1, 2], [2, 1], True), ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False)),
        *(("e\u0301", "\u00e9", True), (10**30, 10**30, False), (float("nan"), float("nan"), False)),
    ],
)
def test_malformed_payloads_are_compared_as_json(one: Any, other: Any, conflict: bool) -> None:
    """R31."""
    events = [build.event("ParticipantLeft", build.by("") | {"zz": value}) for value in (one, other)]
    state = reduce_collaboration_events(events_of(events), mode="permissive")
    assert [("different content" in reason) for reason in reasons(state)] == [False, True][: 1 + conflict]


def test_unknown_members_of_a_malformed_payload_are_content_and_those_of_a_sound_one_are_not() -> None:
    """R31: for a malformed payload its JSON, else what the models read."""
    for payload, anomalies in ((build.by(""), 2), (HERE[1], 0)):
        events = [build.event(HERE[0], payload), build.event(HERE[0], {**payload, "zz": 1})]
        state = reduce_collaboration_events(events_of(events), mode="permissive")
        assert len(state.anomalies) == anomalies


def test_any_sequence_of_events_may_be_given_and_stays_as_it_was() -> None:
    events = events_of(build.history(HERE, build.heartbeat("p1"), build.comment("p1")))[::-1]
    before = [event.model_dump() for event in events]
    assert reduce_collaboration_events(tuple(events)) == reduce_collaboration_events(events)
    assert [event.model_dump() for event in events] == before


def test_no_events_are_fine() -> None:
    assert reduce_collaboration_events([]) == reduce_collaboration_events(())
    only_others = [Event.model_validate(build.event("MissionCreated", {}))]
    assert reduce_collaboration_events(only_others) == reduce_collaboration_events([])


@pytest.mark.parametrize("mode", ["Strict", "", "lenient", None, True])
def test_a_mode_that_is_none_is_refused(mode: Any) -> None:
    with pytest.raises(ValueError, match="mode"):
        reduce_collaboration_events([], mode=mode)


def test_strict_is_the_default_mode() -> None:
    events = build.history(build.heartbeat("p1"))
    assert as_json(reduce_collaboration_events(events_of(events), mode="permissive"))["anomalies"]
    assert refusal_of(events).code == "unknown-participant"
