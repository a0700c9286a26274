"""Strict `POST /reduce`: which event is refused, why, and where it stands in the body as sent."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.support import builders as build
from tests.support.builders import Json
from tests.support.client import Client, places, problem


class Refusal(NamedTuple):
    """A history whose last event strict mode refuses."""

    code: str
    history: tuple[tuple[str, Json], ...]
    pointer: str
    participant_id: str | None = None


ANN = build.joined("ann")
UNKNOWN, DEPARTED = "unknown-participant", "departed-participant"
ACTOR, NAMED = "payload/participant_id", "payload/participant_ids/1"

REFUSALS = {
    "stranger": Refusal(UNKNOWN, (ANN, build.drive("bob")), ACTOR, "bob"),
    "only invited": Refusal(UNKNOWN, (build.invited("bob"), build.heartbeat("bob")), ACTOR, "bob"),
    "stranger leaves": Refusal(UNKNOWN, (ANN, build.left("bob")), ACTOR, "bob"),
    "warning names a stranger": Refusal(UNKNOWN, (ANN, build.driver_warning("w", "ann", "bob")), NAMED, "bob"),
    "departed": Refusal(DEPARTED, (ANN, build.left("ann"), build.comment("ann")), ACTOR, "ann"),
    "warning names a departed": Refusal(
        DEPARTED, (ANN, build.joined("bob"), build.left("bob"), build.collision("w", "ann", "bob")), NAMED, "bob"
    ),
    "answer to no warning": Refusal("unknown-warning", (ANN, build.acknowledged("ann", "w9")), "payload/warning_id"),
    "end without a start": Refusal(
        "unmatched-completion", (ANN, build.started("ann", "s1"), build.completed("ann", "s2")), "payload/step_id"
    ),
    "another mission": Refusal("mission-mismatch", (ANN, build.drive("ann", mission_id="m2")), "payload/mission_id"),
    "malformed": Refusal("malformed-payload", (ANN, build.drive("ann", "fast")), "payload/intent"),
}


OTHER = build.event("MissionCreated", {}, lamport_clock=70)


@pytest.mark.parametrize("before", [[], [OTHER]], ids=["alone", "behind another type"])
@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_names_the_event_the_participant_and_the_place(
    client: Client, refusal: Refusal, before: list[Json]
) -> None:
    events = build.history(*refusal.history)
    refused = events[-1]
    # The order in the body is not the canonical one; pointers go by the body.
    body = [*before, *reversed(events)]
    found = problem(client.post("/reduce", {"events": body}), 422, refusal.code)
    assert found["event_id"] == refused["event_id"]
    assert found["event_type"] == refused["event_type"]
    assert found.get("participant_id") == refusal.participant_id
    assert refused["event_id"] in found["detail"]
    [(place, _)] = places(found)
    assert place == f"/events/{len(before)}/{refusal.pointer}"


@pytest.mark.parametrize("length", [100, 600, 5_000])
def test_the_detail_names_the_event_however_long_other_names_are(client: Client, length: int) -> None:
    for history in ([build.drive("x" * length)], [ANN, build.drive("ann", mission_id="m" * length)]):
        events = build.history(*history)
        answer = client.post("/reduce", {"events": events})
        assert answer.status_code == 422
        assert events[-1]["event_id"] in answer.json()["detail"]


def test_an_id_used_twice_with_other_content_is_refused(client: Client) -> None:
    first, second = build.history(ANN, build.comment("ann"))
    other = second | {"event_id": second["event_id"].lower(), "node_id": "node-2"}
    found = problem(client.post("/reduce", {"events": [first, second, other]}), 422, "conflicting-duplicate")
    assert (found["event_id"], found["event_type"]) == (second["event_id"], "CommentPosted")
    [(place, _)] = places(found)
    assert place.startswith(("/events/1", "/events/2"))


def test_the_first_refusal_in_canonical_order_is_the_one_answered(client: Client) -> None:
    events = build.history(ANN, build.drive("early"), build.drive("late"))
    for body in (events, events[::-1]):
        assert problem(client.post("/reduce", {"events": body}), 422, UNKNOWN)["participant_id"] == "early"


def hundred_with_four_malformed() -> list[Json]:
    events = build.history(ANN, *(build.heartbeat("ann") for _ in range(99)))
    events[12] |= {"event_type": "DriveIntentSet"}
    del events[57]["payload"]["participant_id"]
    events[80] |= {"event_type": "FocusChanged", "payload": build.by("ann", focus_target={"target_type": "wp"})}
    events[99] |= {"event_type": "CommentPosted"}
    return events


MALFORMED_PLACES = [
    "/events/12/payload/intent",
    "/events/57/payload/participant_id",
    "/events/80/payload/focus_target/target_id",
    "/events/99/payload/comment_id",
    "/events/99/payload/content",
]


def test_every_malformed_payload_of_a_batch_is_named_before_anything_is_folded(client: Client) -> None:
    events = hundred_with_four_malformed()
    events[0] = build.event(*build.drive("stranger"))  # would be refused too, if anything were folded
    found = problem(client.post("/reduce", {"events": events}), 422, "malformed-payload")
    assert places(found) == [(place, "missing") for place in MALFORMED_PLACES]
    assert found["event_id"] == events[12]["event_id"]
    assert found["event_type"] == "DriveIntentSet"
    assert "more_errors" not in found


def test_batch_validation_finds_the_other_events_valid(client: Client) -> None:
    answer = client.post("/validate/batch", {"events": hundred_with_four_malformed()}).json()
    assert (answer["valid"], answer["total"], answer["invalid"]) == (False, 100, 4)
    assert [result["index"] for result in answer["results"] if not result["valid"]] == [12, 57, 80, 99]
    by_model = [v["pointer"] for r in answer["results"] for v in r["violations"] if v["layer"] == "model"]
    assert by_model == MALFORMED_PLACES


@pytest.mark.parametrize(("events", "more"), [(99, None), (100, None), (101, True), (5_000, True)])
def test_a_hundred_malformed_payloads_are_listed_and_more_are_told_of(
    client: Client, events: int, more: bool | None
) -> None:
    bad = build.history(*(build.drive("ann", "fast") for _ in range(events)))
    found = problem(client.post("/reduce", {"events": bad}), 422, "malformed-payload")
    assert [place for place, _ in places(found)] == [f"/events/{n}/payload/intent" for n in range(min(events, 100))]
    assert found.get("more_errors") is more


def test_a_malformed_envelope_is_refused_in_both_modes_before_any_payload(client: Client) -> None:
    events = build.history(build.drive("ann", "fast"), ANN)
    events[1]["lamport_clock"] = "2"
    for mode in ("strict", "permissive"):
        found = problem(client.post("/reduce", {"events": events, "mode": mode}), 422, "invalid-request")
        assert places(found) == [("/events/1/lamport_clock", "int_type")]
        assert found["event_id"] == events[1]["event_id"]
        assert found["event_type"] == "ParticipantJoined"


@pytest.mark.parametrize("settings", [{"pool_size": 0}, {"inline_body_bytes": 0}], ids=["in place", "elsewhere"])
def test_an_event_over_its_limit_is_pointed_at(make_client: Callable[..., Client], settings: dict[str, int]) -> None:
    events = build.history(ANN, build.comment("ann", content="x" * 5_000))
    small = make_client(max_event_bytes=4_096, **settings)
    for _ in range(2):
        found = problem(small.post("/reduce", {"events": events}), 413, "event-too-large")
        assert places(found) == [("/events/1", "too_long")]
        assert "4096" in found["detail"]
    assert small.post("/reduce", {"events": events[:1]}).status_code == 200
