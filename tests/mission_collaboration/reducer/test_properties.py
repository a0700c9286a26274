"""What holds for any history (R1 to R5, R30 to R33, S7, S14 to S16)."""

import json
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration import reduce_collaboration_events
from mission_collaboration.reducer.fold import MODES
from tests.support import builders as build
from tests.support import naive_events, naive_fold
from tests.support.folding import Json, Outcome, events_of, joins, outcome, roster_of
from tests.support.histories import accepted_histories, histories, rosters
from tests.support.twists import of_another_type, respelled

# What permissive mode notes and strict mode refuses; "not in roster" is of both kinds (R12, R13).
REFUSED_KINDS = {
    *("malformed", "conflict", "No matching PromptStepExecutionStarted", "has departed", "Unknown participant"),
    *("not found", "mission"),
}
HISTORIES = histories()
ROSTERS = rosters()
CHANCE = st.integers(0, 2**32).map(random.Random)


def mixed_in(events: list[Json], more: list[Json], chance: random.Random) -> list[Json]:
    """Put more events anywhere between the others."""
    mixed = list(events)
    for event in more:
        mixed.insert(chance.randrange(len(mixed) + 1), event)
    return mixed


@given(HISTORIES, ROSTERS, CHANCE)
def test_any_order_of_the_same_events_gives_the_same_bytes(
    events: list[Json], raw: dict[str, Json] | None, chance: random.Random
) -> None:
    """R1, S16; or the same refusal."""
    shuffled = chance.sample(events, len(events))
    for mode in MODES:
        assert outcome(shuffled, mode, roster_of(raw)) == outcome(events, mode, roster_of(raw))


@given(HISTORIES, CHANCE)
def test_duplicates_change_nothing(events: list[Json], chance: random.Random) -> None:
    """R30: exact ones, and the same content in another spelling."""
    again = [
        respelled(event, chance.randrange(24)) if chance.random() < 0.5 else event
        for event in events
        if chance.random() < 0.5
    ]
    more = mixed_in(events, again, chance)
    for mode in MODES:
        assert outcome(more, mode) == outcome(events, mode)


@given(HISTORIES, CHANCE)
def test_events_of_other_types_change_nothing(events: list[Json], chance: random.Random) -> None:
    """R1: with any id, mission and payload."""
    others = [of_another_type(event, chance.randrange(24)) for event in events]
    more = mixed_in(events, others, chance)
    for mode in MODES:
        assert outcome(more, mode) == outcome(events, mode)


@given(HISTORIES, ROSTERS.map(lambda raw: raw or {"seeded": build.identity("seeded")}))
def test_a_roster_equals_the_joins_that_it_stands_for(events: list[Json], raw: dict[str, Json]) -> None:
    """R2: but for what counts events."""
    later = [event | {"lamport_clock": event["lamport_clock"] + 1} for event in events]
    mission_id = naive_fold.reduce(later, "permissive", raw)["mission_id"] or "m1"
    joined = [
        build.event(
            *build.joined(who, participant_identity=identity, mission_id=mission_id),
            event_id=build.ulid(9_000 + number),
            lamport_clock=0,
        )
        for number, (who, identity) in enumerate(raw.items())
    ]
    for mode in MODES:
        by_joins, by_roster = outcome([*joined, *later], mode), outcome(later, mode, roster_of(raw))
        assert without_counts(by_joins, mission_id) == without_counts(by_roster, mission_id)


def without_counts(found: Outcome, mission_id: str) -> Any:
    """Look away from what the joins themselves bring: a count, a last event, a mission where there is no other."""
    if found.state is None:
        return found
    state = json.loads(found.state)
    return state | {"event_count": 0, "last_processed_event_id": None, "mission_id": mission_id}


@given(HISTORIES, ROSTERS)
def test_strict_mode_succeeds_exactly_when_permissive_mode_finds_nothing_that_it_refuses(
    events: list[Json], raw: dict[str, Json] | None
) -> None:
    """R3: and refuses the first event of which permissive mode notes such a thing."""
    state = reduce_collaboration_events(events_of(events), mode="permissive", roster=roster_of(raw))
    refused = [
        (anomaly.event_id, anomaly.event_type)
        for anomaly in state.anomalies
        if naive_fold.kind_of(anomaly.reason) in REFUSED_KINDS
        or ("not in roster" in anomaly.reason and not has_departed(anomaly.event_id, events, raw))
    ]
    strict = outcome(events, "strict", roster_of(raw))
    if refused:
        assert (strict.event_id, strict.event_type) == refused[0]
    else:
        assert strict.state == state.model_dump_json()


def has_departed(event_id: str, events: list[Json], raw: dict[str, Json] | None) -> bool:
    """Whether the one who leaves by this event had left already when it came (R13), or never joined (R12)."""
    same_id = [event for event in events if naive_events.normalise_id(event["event_id"]) == event_id]
    leaving = min(
        (event for event in same_id if event["event_type"] in naive_events.PAYLOADS), key=naive_events.canonical_key
    )
    key = naive_events.canonical_key(leaving)
    earlier = [event for event in events if naive_events.canonical_key(event) < key]
    before = reduce_collaboration_events(events_of(earlier), mode="permissive", roster=roster_of(raw))
    return leaving["payload"]["participant_id"] in before.departed_participants


@given(accepted_histories())
def test_both_modes_agree_on_what_strict_mode_accepts(events: list[Json]) -> None:
    """R3."""
    strict = outcome(events, "strict")
    assert strict.state is not None
    assert outcome(events, "permissive") == strict


@given(HISTORIES, ROSTERS)
def test_both_focus_indexes_agree(events: list[Json], raw: dict[str, Json] | None) -> None:
    """S6, S7: neither knows more, and no key is empty."""
    state = reduce_collaboration_events(events_of(events), mode="permissive", roster=roster_of(raw))
    forward = {(who, f"{at.target_type}:{at.target_id}") for who, at in state.focus_by_participant.items()}
    reverse = {(who, key) for key, names in state.participants_by_focus.items() for who in names}
    assert forward == reverse
    assert all(state.participants_by_focus.values())


@given(HISTORIES, ROSTERS)
def test_whoever_does_something_is_on_the_roster(events: list[Json], raw: dict[str, Json] | None) -> None:
    """R10, R23: no participant is both active and departed; only presence outlives a departure (R11)."""
    state = reduce_collaboration_events(events_of(events), mode="permissive", roster=roster_of(raw))
    active, departed = set(state.participants), set(state.departed_participants)
    assert not active & departed
    assert {*state.active_drivers, *state.focus_by_participant, *state.active_executions} <= active
    assert {*state.presence, *state.linked_sessions} <= active | departed
    assert all(state.active_executions.values())


@given(accepted_histories(), st.integers(0, 40))
def test_a_window_of_a_history_goes_on_from_the_roster(events: list[Json], cut: int) -> None:
    """R2: who is there at the end is the same, wherever the window begins."""
    ordered = sorted(
        (event for event in events if event["event_type"] in naive_events.PAYLOADS), key=naive_events.canonical_key
    )
    before = reduce_collaboration_events(events_of(ordered[:cut]))
    window = reduce_collaboration_events(events_of(ordered[cut:]), mode="permissive", roster=before.participants)
    assert window.participants == reduce_collaboration_events(events_of(ordered)).participants


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True), st.text(min_size=1), st.text())
def test_any_text_comes_through_as_it_was_sent(names: list[str], content: str, reply_to: str) -> None:
    """S16: control characters, other planes, and what looks like a key of ours."""
    pairs = [*joins(*names), *(build.focus(who, content) for who in names)]
    pairs += [build.comment(who, content=content, reply_to=reply_to) for who in names]
    found = outcome(build.history(*pairs), "strict")
    assert found.state is not None
    state = json.loads(found.state)
    assert [(said["participant_id"], said["content"], said["reply_to"]) for said in state["comments"]] == [
        (who, content, reply_to) for who in names
    ]
    assert state["participants_by_focus"] == {f"wp:{content}": sorted(names)}
