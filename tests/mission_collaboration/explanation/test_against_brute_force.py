"""Explanations of random histories, compared with what the states after every prefix say (X1-X5)."""

import json
from typing import Any, Literal

from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration import reduce_collaboration_events
from mission_collaboration.decoding.events import read_batch
from mission_collaboration.explanation.explain import encode_explanation, explain_batch, take_raw_state
from mission_collaboration.explanation.explained_fold import ExplainMode
from mission_collaboration.explanation.requests import Until
from tests.support import naive_events
from tests.support.folding import as_json, events_of, examples, outcome, roster_of
from tests.support.histories import histories, rosters
from tests.support.naive_explanation import BruteForce, apply, code_of

Json = dict[str, Any]
APPLIED = ("changed", "redundant", "invited", "anomaly")


def explained(events: list[Json], mode: ExplainMode, roster: dict[str, Json] | None = None, **options: Any) -> Json:
    """Explain events, and read the answer as a reader of its JSON does."""
    explanation = explain_batch(read_batch(events), take_raw_state, mode=mode, roster=roster_of(roster), **options)
    answer: Json = json.loads(encode_explanation(explanation))
    return answer


def placed(answer: Json) -> list[Json]:
    """List the entries that have a position, which must be 0, 1, 2 …"""
    found = [entry for entry in answer["timeline"] if entry["position"] is not None]
    assert [entry["position"] for entry in found] == list(range(len(found)))
    return found


def reduced(events: list[Json], mode: Literal["strict", "permissive"], roster: dict[str, Json] | None) -> Json:
    return as_json(reduce_collaboration_events(events_of(events), mode=mode, roster=roster_of(roster)))


def without_counts(state: Json) -> Json:
    """Leave out what patches leave out (X2)."""
    return {name: value for name, value in state.items() if name not in ("event_count", "last_processed_event_id")}


def patched_states(answer: Json, empty: Json) -> list[Json]:
    """Apply the patches one after the other: the state before the first event, and after each."""
    states = [empty]
    for entry in placed(answer):
        states.append(apply(entry["changes"], states[-1]))
    return states


@examples(60)
@given(histories(), rosters())
def test_patches_lead_to_the_state_of_every_prefix_in_permissive_mode(
    events: list[Json], roster: dict[str, Json] | None
) -> None:
    """X2, for every k."""
    answer = explained(events, "permissive", roster)
    ordered = [events[entry["index"]] for entry in placed(answer)]
    states = patched_states(answer, without_counts(reduced([], "permissive", roster)))
    for count, state in enumerate(states):
        assert state == without_counts(reduced(ordered[:count], "permissive", roster))
    assert answer["state"] == reduced(events, "permissive", roster)
    assert answer["mission_id"] == answer["state"]["mission_id"]


@examples(60)
@given(histories(), rosters())
def test_patches_lead_to_the_state_of_every_prefix_that_strict_mode_folds(
    events: list[Json], roster: dict[str, Json] | None
) -> None:
    """X2 up to the event that is refused, which is the one that `/reduce` refuses, with the same code."""
    answer = explained(events, "strict", roster)
    ordered = [events[entry["index"]] for entry in placed(answer)]
    states = patched_states(answer, without_counts(reduced([], "strict", roster)))
    effects = [entry["effect"] for entry in placed(answer)]
    folded = effects.index("refused") if "refused" in effects else len(effects)
    for count in range(folded + 1):
        assert states[count] == without_counts(reduced(ordered[:count], "strict", roster))
    assert answer["state"] == reduced(ordered[:folded], "strict", roster)
    assert effects[folded + 1 :] == ["not-reached"] * len(effects[folded + 1 :])
    assert all(effect in APPLIED for effect in effects[:folded])
    refused = placed(answer)[folded : folded + 1]
    found = outcome(ordered, "strict", roster_of(roster))
    assert [(entry["code"], entry["event_id"]) for entry in refused] == [
        (found.code, found.event_id) for _ in range(found.state is None)
    ]


@examples(60)
@given(histories(), rosters(), st.sampled_from((None, "m1", "m2")))
def test_patches_lead_to_the_state_of_every_accepted_prefix_in_admit_mode(
    events: list[Json], roster: dict[str, Json] | None, mission_id: str | None
) -> None:
    """X2 for the accepted ones; each of the others is refused by a strict fold where it stands."""
    answer = explained(events, "admit", roster, mission_id=mission_id)
    accepted: list[Json] = []
    state = without_counts(reduced([], "strict", roster)) | {"mission_id": mission_id or ""}
    for entry in placed(answer):
        event = events[entry["index"]]
        if entry["effect"] in APPLIED:
            accepted.append(event)
        else:
            assert entry["changes"] == []
        state = apply(entry["changes"], state)
        found = without_counts(reduced(accepted, "strict", roster))
        assert state == (found if accepted else found | {"mission_id": mission_id or ""})
    assert without_counts(answer["state"]) == state


@examples(30)
@given(histories(), rosters())
def test_blame_gone_and_superseded_are_what_the_states_of_all_prefixes_say(
    events: list[Json], roster: dict[str, Json] | None
) -> None:
    """X3 and X5, at the end and at a point in between."""
    answer = explained(events, "permissive", roster)
    ordered = [naive_events.normalise_event(events[entry["index"]]) for entry in placed(answer)]
    states = patched_states(answer, without_counts(reduced([], "permissive", roster)))
    brute = BruteForce(ordered, states)
    assert answer["blame"] == brute.blame()
    assert answer["gone"] == brute.removals()
    found = {entry["position"]: entry["superseded_by"] for entry in answer["timeline"] if "superseded_by" in entry}
    assert found == brute.superseded()
    for position in range(len(ordered)):
        part = explained(events, "permissive", roster, until=Until(position=position))
        brute = BruteForce(ordered[: position + 1], states[: position + 2])
        assert (part["blame"], part["gone"]) == (brute.blame(), brute.removals())
        assert without_counts(part["state"]) == states[position + 1]
        assert part["timeline"] == answer["timeline"]


@given(histories(), rosters())
def test_every_anomaly_is_told_with_its_code_and_what_changes_nothing_with_its_cause(
    events: list[Json], roster: dict[str, Json] | None
) -> None:
    """X4 in permissive mode."""
    answer = explained(events, "permissive", roster)
    states = patched_states(answer, without_counts(reduced([], "permissive", roster)))
    for entry in placed(answer):
        event, position = events[entry["index"]], entry["position"]
        before, after = states[position], states[position + 1]
        noted = after["anomalies"][len(before["anomalies"]) :]
        if noted:
            code = code_of(noted[0], before, event)
            assert (entry["code"], entry["reason"]) == (code, noted[0]["reason"])
            assert entry["effect"] == ("other-mission" if code == "mission-mismatch" else "anomaly")
        else:
            assert "code" not in entry
            invited = entry["event_type"] == "ParticipantInvited"
            assert entry["effect"] == ("invited" if invited else "changed" if before != after else "redundant")


@given(histories())
def test_every_event_is_told_once_and_stands_where_canonical_order_puts_it(events: list[Json]) -> None:
    """The timeline is in canonical order, copies behind their first, other types last by index."""
    answer = explained(events, "permissive")
    assert sorted(entry["index"] for entry in answer["timeline"]) == list(range(len(events)))
    keys = [naive_events.canonical_key(events[entry["index"]]) for entry in placed(answer)]
    assert keys == sorted(keys)
    ignored = [entry["index"] for entry in answer["timeline"] if entry["effect"] == "ignored"]
    assert ignored == [index for index, event in enumerate(events) if event["event_type"] not in naive_events.PAYLOADS]
    first = None
    for entry in answer["timeline"]:
        if entry["position"] is not None:
            first = entry
        elif entry["effect"] == "duplicate":
            original, copied = events[entry["duplicate_of"]], events[entry["index"]]
            assert first is not None
            assert entry["duplicate_of"] == first["index"]
            assert entry["event_id"] == naive_events.normalise_id(original["event_id"])
            if naive_events.canonical_text(original) == naive_events.canonical_text(copied):
                assert entry["duplicate_of"] < entry["index"]
