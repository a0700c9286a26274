"""The canonical mapping from payload to envelope: reported, never enforced (M1, M2, M3)."""

from typing import Any

import pytest

from mission_collaboration import reduce_collaboration_events
from mission_collaboration.contract.mapping import judge_mapping
from tests.support import builders as build
from tests.support.folding import Json, as_json, events_of


def verdict(event: Json) -> list[tuple[tuple[str | int, ...], str]]:
    return [(violation.location, violation.code) for violation in judge_mapping(event)]


def test_an_event_as_producers_ought_to_write_it_has_nothing_against_it() -> None:
    """M1, M2, M3."""
    assert verdict(build.event(*build.joined("p1"))) == []


@pytest.mark.parametrize(
    ("mission_id", "aggregate_id", "fits"),
    [
        ("m1", "mission/m1", True),
        ("m1", "m1", False),
        ("m1", "mission/m2", False),
        ("m1", "mission/", False),
        ("m1", "Mission/m1", False),
        ("mission/m1", "mission/m1", True),
        ("mission/m1", "mission/mission/m1", False),
        ("mission", "mission/mission", True),
        ("missions/m1", "mission/missions/m1", True),
    ],
)
def test_the_aggregate_is_the_mission(mission_id: str, aggregate_id: str, fits: bool) -> None:
    """M1."""
    event = build.event(*build.heartbeat("p1", mission_id=mission_id), aggregate_id=aggregate_id)
    assert verdict(event) == ([] if fits else [(("aggregate_id",), "aggregate_id_mismatch")])


@pytest.mark.parametrize(
    ("correlation_id", "fits"),
    [(build.ulid(7), True), (build.ulid(7).lower(), True), (build.uuid_text(7), False), ("0" * 32, False)],
)
def test_the_correlation_is_the_ulid_of_a_run(correlation_id: str, fits: bool) -> None:
    """M2."""
    event = build.event(*build.heartbeat("p1"), correlation_id=correlation_id)
    assert verdict(event) == ([] if fits else [(("correlation_id",), "correlation_id_not_ulid")])


@pytest.mark.parametrize("make", [build.joined, build.invited])
def test_a_participant_is_who_their_identity_says(make: Any) -> None:
    """M3."""
    event = build.event(*make("p1", participant_identity=build.identity("p2")))
    where = ("payload", "participant_identity", "participant_id")
    assert verdict(event) == [(where, "participant_id_mismatch")]


def test_every_breach_of_the_mapping_is_reported() -> None:
    event = build.event(
        *build.joined("p1", participant_identity=build.identity("p2")),
        aggregate_id="x",
        correlation_id=build.uuid_text(1),
    )
    assert [violation for _, violation in verdict(event)] == [
        *("aggregate_id_mismatch", "correlation_id_not_ulid", "participant_id_mismatch")
    ]


@pytest.mark.parametrize("odd", [None, 7, [], {}, True, 1.5])
@pytest.mark.parametrize(
    "path", [("aggregate_id",), ("payload",), ("payload", "mission_id"), ("payload", "participant_identity")]
)
def test_members_of_a_wrong_type_are_the_business_of_the_other_layers(path: tuple[str, ...], odd: Any) -> None:
    event = build.event(*build.joined("p1"))
    *parents, name = path
    holder = event
    for parent in parents:
        holder = holder[parent]
    holder[name] = odd
    assert verdict(event) == []


def test_the_reducer_takes_events_that_breach_the_mapping() -> None:
    """M1, M2, M3: rules that validation reports and the reducer does not enforce; R14's identity is as sent."""
    event = build.event(
        *build.joined("p1", participant_identity=build.identity("p2")), aggregate_id="x", correlation_id="0" * 32
    )
    state = as_json(reduce_collaboration_events(events_of([event])))
    assert (list(state["participants"]), state["participants"]["p1"]["participant_id"]) == (["p1"], "p2")
    assert state["anomalies"] == []
