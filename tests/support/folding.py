"""Short ways to fold events in tests, and to look at what came of it."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest
from hypothesis import settings

from mission_collaboration import (
    Event,
    EventRefusedError,
    ParticipantIdentity,
    ReducedCollaborationState,
    reduce_collaboration_events,
)
from mission_collaboration.reducer.fold import Mode
from tests.support import builders as build
from tests.support import naive_fold

Json = dict[str, Any]
Pair = tuple[str, Json]
Roster = dict[str, ParticipantIdentity]


def examples(count: int) -> settings:
    """Try so many examples by default, where they are dear, and as many as ever in another profile."""
    usual = settings()
    return settings(max_examples=count if settings.get_current_profile_name() == "default" else usual.max_examples)


def events_of(raw: Iterable[Json]) -> list[Event]:
    """Read events as the envelope's model does."""
    return [Event.model_validate(event) for event in raw]


def seeds(*names: str) -> Roster:
    """Make a roster of people."""
    return {name: ParticipantIdentity(participant_id=name, participant_type="human") for name in names}


def roster_of(raw: dict[str, Json] | None) -> Roster | None:
    """Read a roster as it is sent."""
    if raw is None:
        return None
    return {name: ParticipantIdentity.model_validate(identity) for name, identity in raw.items()}


def strict(*pairs: Pair, roster: Roster | None = None) -> ReducedCollaborationState:
    """Fold pairs of type and payload, which get the clocks 1, 2, 3 …"""
    return reduce_collaboration_events(events_of(build.history(*pairs)), mode="strict", roster=roster)


def permissive(*pairs: Pair, roster: Roster | None = None) -> ReducedCollaborationState:
    """Fold the same in permissive mode."""
    return reduce_collaboration_events(events_of(build.history(*pairs)), mode="permissive", roster=roster)


def refusal_of(events: Iterable[Json], roster: Roster | None = None) -> EventRefusedError:
    """Fold events that strict mode refuses, and give its refusal."""
    with pytest.raises(EventRefusedError) as caught:
        reduce_collaboration_events(events_of(events), mode="strict", roster=roster)
    return caught.value


def refused(*pairs: Pair, roster: Roster | None = None) -> EventRefusedError:
    """Fold pairs of type and payload that strict mode refuses, and give its refusal."""
    return refusal_of(build.history(*pairs), roster)


def joins(*names: str) -> list[Pair]:
    """Let everybody join who is to be there."""
    return [build.joined(name) for name in names]


def reasons(state: ReducedCollaborationState) -> list[str]:
    """List why there are anomalies."""
    return [anomaly.reason for anomaly in state.anomalies]


def as_json(state: ReducedCollaborationState) -> Json:
    """Look at a state as a reader of its JSON does."""
    whole: Json = json.loads(state.model_dump_json())
    return whole


class Outcome(NamedTuple):
    """What strict or permissive mode makes of events, comparable by `==`."""

    state: str | None
    code: str | None = None
    event_id: str | None = None
    event_type: str | None = None
    participant_id: str | None = None
    message: str | None = None


def outcome(events: Iterable[Json], mode: Mode, roster: Roster | None = None) -> Outcome:
    """Fold events and give the bytes of the state, or the refusal."""
    try:
        return Outcome(reduce_collaboration_events(events_of(events), mode=mode, roster=roster).model_dump_json())
    except EventRefusedError as no:
        participant_id = getattr(no, "participant_id", None)
        return Outcome(None, no.code, no.event_id, no.event_type, participant_id, str(no))


def naive_outcome(events: Iterable[Json], mode: Mode, roster: dict[str, Json] | None = None) -> Json | tuple[Any, ...]:
    """Fold events by the naive reading, and give the comparable state or the refusal."""
    try:
        return naive_fold.comparable(naive_fold.reduce(events, mode, roster))
    except naive_fold.Refusal as no:
        return no.code, no.event_id, no.event_type, no.participant_id


def comparable_outcome(
    events: Iterable[Json], mode: Mode, roster: dict[str, Json] | None = None
) -> Json | tuple[Any, ...]:
    """Fold events by the service's reducer, and give the same."""
    found = outcome(events, mode, roster_of(roster))
    if found.state is None:
        return found.code, found.event_id, found.event_type, found.participant_id
    return naive_fold.comparable(json.loads(found.state))
