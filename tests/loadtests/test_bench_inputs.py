"""The benchmark's inputs are what they say, and the same in every run."""

import json
from collections import Counter

import pytest

from loadtests.bench.adversarial import GROWTH_STREAMS, ordered_lines
from loadtests.bench.streams import PEOPLE, SHARES, Json, batch, mixed, validation
from mission_collaboration import COLLABORATION_EVENT_TYPES, Event, reduce_collaboration_events
from mission_collaboration.contract.mapping import judge_mapping

KINDS = {
    "ParticipantJoined": "come_or_go",
    "ParticipantLeft": "come_or_go",
    "PresenceHeartbeat": "heartbeat",
    "DriveIntentSet": "drive_or_look",
    "FocusChanged": "drive_or_look",
    "PromptStepExecutionStarted": "start_or_end",
    "PromptStepExecutionCompleted": "start_or_end",
    "ConcurrentDriverWarning": "warn_or_answer",
    "WarningAcknowledged": "warn_or_answer",
    "CommentPosted": "say_or_decide",
    "DecisionCaptured": "say_or_decide",
    "SessionLinked": "link",
}


def read(events: list[Json]) -> list[Event]:
    return [Event.model_validate(event) for event in events]


def test_the_mix_has_the_shares_of_the_contract() -> None:
    counted = Counter(KINDS[event["event_type"]] for event in mixed(10_000))
    for kind, share in SHARES.items():
        assert counted[kind] == pytest.approx(100 * share + 50 * (kind == "come_or_go"), rel=0.1)


def test_the_mix_has_fifty_participants_and_the_size_that_was_agreed() -> None:
    events = mixed(10_000)
    state = reduce_collaboration_events(read(events))
    assert {*state.participants, *state.departed_participants} == set(PEOPLE)
    assert len(batch(events)) == pytest.approx(4_400_000, rel=0.02)


@pytest.mark.parametrize("count", [1, 3, 10, 60, 2_000])
def test_the_mix_is_lawful_in_strict_mode(count: int) -> None:
    state = reduce_collaboration_events(read(mixed(count, people=min(50, count))))
    assert (state.event_count, state.anomalies) == (count, ())


@pytest.mark.parametrize("name", GROWTH_STREAMS)
def test_every_stream_has_its_size_and_is_lawful(name: str) -> None:
    events = GROWTH_STREAMS[name](1_000)
    state = reduce_collaboration_events(read(events))
    assert len(events) == 1_000
    assert state.event_count == (500 if name == "duplicates in two spellings" else 1_000)
    assert state.anomalies == ()


@pytest.mark.parametrize("name", GROWTH_STREAMS)
def test_streams_hold_to_the_canonical_mapping(name: str) -> None:
    for event in GROWTH_STREAMS[name](300):
        assert list(judge_mapping(event)) == []
        assert event["event_type"] in COLLABORATION_EVENT_TYPES


@pytest.mark.parametrize("name", GROWTH_STREAMS)
def test_the_largest_batch_fits_the_body_limit(name: str) -> None:
    """Measured on a hundredth: every event of a stream is about as long as the others."""
    assert 100 * len(batch(GROWTH_STREAMS[name](1_000), mode="permissive")) < 64 * 1024 * 1024


def test_inputs_are_the_same_again() -> None:
    assert batch(mixed(500)) == batch(mixed(500))
    assert batch(mixed(500)) != batch(mixed(500, seed=2))
    assert json.loads(validation(mixed(3)))["events"] == mixed(3)


def test_ordered_lines_are_in_canonical_order_and_lawful() -> None:
    chunks = list(ordered_lines(2_500, lines_a_chunk=1_000))
    events = read([json.loads(line) for line in b"".join(chunks).splitlines()])
    assert len(chunks) == 3
    assert sorted(events, key=lambda event: (event.lamport_clock, event.timestamp, event.event_id)) == events
    state = reduce_collaboration_events(events)
    assert (state.event_count, state.anomalies) == (2_500, ())
