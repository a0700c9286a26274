"""`POST /admit`: its request, its answer and its refusals. The library's tests hold what it decides."""

import gzip
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from mission_collaboration import admit, reduce_collaboration_events
from tests.support import builders as build
from tests.support.client import Client, Json, places, problem
from tests.support.folding import events_of, joins
from tests.support.json_patch import patched

START = build.history(*joins("p1", "p2"), build.drive("p1"), build.drive("p2"))
OVERLAP = [
    *START,
    *(build.event(*build.focus(who, "t1"), lamport_clock=clock) for clock, who in ((5, "p1"), (6, "p2"))),
]


def admitted(client: Client, *events: Any, **request: Any) -> Json:
    answer = client.post("/admit", {"events": events, **request})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), answer.text
    found: Json = answer.json()
    return found


def test_a_mission_moves_on_from_checkpoint_to_checkpoint(client: Client) -> None:
    first = admitted(client, *START[:2], checkpoint=None, roster=None)
    second = admitted(client, *START[2:], checkpoint=first["checkpoint"])
    again = admitted(client, *START[2:], checkpoint=second["checkpoint"])
    assert [found["accepted"] for found in (first, second, again)] == [2, 2, 0]
    assert (again["duplicate"], again["state"], again["checkpoint"]) == (2, second["state"], second["checkpoint"])


def test_the_state_is_in_the_answer_to_the_byte(client: Client) -> None:
    whole = client.post("/reduce", {"events": OVERLAP}).content
    half = admitted(client, *OVERLAP[:3])
    answer = client.post("/admit", {"events": OVERLAP[3:], "checkpoint": half["checkpoint"]}).content
    assert answer.startswith(b'{"mission_id":"m1","state":' + whole + b',"checkpoint":"')


def test_the_answer_has_its_members_and_a_verdict_those_that_apply(client: Client) -> None:
    found = admitted(client, START[0], build.event("Other", {}), build.event(*build.drive("p9"), lamport_clock=2), {})
    assert list(found) == [
        *("mission_id", "state", "checkpoint", "horizon"),
        *("accepted", "pending", "duplicate", "ignored", "rejected", "results", "revised", "advisories"),
    ]
    outcomes = ("accepted", "pending", "duplicate", "ignored", "rejected")
    assert [found[name] for name in outcomes] == [1, 1, 0, 1, 1]
    accepted, ignored, stranger, empty = found["results"]
    assert accepted == {
        "index": 0,
        "event_id": START[0]["event_id"],
        "event_type": "ParticipantJoined",
        "verdict": "accepted",
    }
    assert (ignored["verdict"], set(ignored)) == ("ignored", set(accepted))
    assert {name: stranger[name] for name in ("index", "verdict", "code", "detail", "pointer")} == {
        "index": 2,
        "verdict": "pending",
        "code": "unknown-participant",
        "detail": "Unknown participant 'p9'",
        "pointer": "/events/2/payload/participant_id",
    }
    assert empty["pointer"] == "/events/3/event_id"
    assert (empty["event_id"], empty["event_type"], empty["code"]) == (None, None, "invalid-request")


def test_everything_rejected_is_a_success(client: Client) -> None:
    found = admitted(client, 7, None, "x", [], {"event_id": 1})
    assert (found["rejected"], found["state"]["event_count"]) == (5, 0)


def test_the_overlaps_of_the_new_state_are_told(client: Client) -> None:
    [advisory] = admitted(client, *OVERLAP)["advisories"]
    warning = build.event(advisory["event_type"], advisory["payload"], lamport_clock=7)
    assert client.post("/advise", {"state": admitted(client, *OVERLAP)["state"]}).json()["advisories"] == [advisory]
    found = admitted(client, *OVERLAP, warning)
    assert (found["accepted"], found["advisories"]) == (7, [])


def test_python_and_http_give_the_same_checkpoint(client: Client) -> None:
    done = admit(OVERLAP)
    found = admitted(client, *OVERLAP)
    assert found["checkpoint"] == done.checkpoint
    assert done.state == reduce_collaboration_events(events_of(OVERLAP))


def test_late_events_refuse_the_request_when_asked_to(make_client: Callable[..., Client]) -> None:
    client = make_client(window_events=1)
    checkpoint = admitted(client, *START)["checkpoint"]
    late = [build.event(*build.drive("p1"), lamport_clock=0, event_id=build.ulid(50 + number)) for number in range(150)]
    body = {"events": [build.event(*build.drive("p1"), lamport_clock=9), *late], "checkpoint": checkpoint}
    found = problem(client.post("/admit", {**body, "on_late": "refuse"}), 409, "late-events")
    assert places(found) == [(f"/events/{number}/lamport_clock", "late-event") for number in range(1, 101)]
    assert (found["event_id"], found["more_errors"]) == (build.ulid(50), True)
    assert client.post("/admit", {**body, "on_late": "reject"}).json()["rejected"] == 150


@pytest.mark.parametrize("roster", [{}, {"p1": build.identity("p1")}])
def test_a_roster_beside_a_checkpoint_is_refused(client: Client, roster: Json) -> None:
    checkpoint = admitted(client, *START)["checkpoint"]
    answer = client.post("/admit", {"events": [], "checkpoint": checkpoint, "roster": roster})
    assert places(problem(answer, 422, "invalid-request")) == [("/roster", "roster_beside_checkpoint")]


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        ({"rooster": {}}, ("/rooster", "extra_forbidden")),
        ({"checkpoint": {}}, ("/checkpoint", "string_type")),
        ({"checkpoint": 7}, ("/checkpoint", "string_type")),
        ({"on_late": "maybe"}, ("/on_late", "literal_error")),
        ({"answer": "all"}, ("/answer", "literal_error")),
        ({"settle": 1}, ("/settle", "bool_type")),
        ({"mission_id": ""}, ("/mission_id", "string_too_short")),
        ({"max_clock_step": -1}, ("/max_clock_step", "greater_than_equal")),
        ({"max_clock_step": 2**53}, ("/max_clock_step", "less_than_equal")),
        ({"max_clock_step": "7"}, ("/max_clock_step", "int_type")),
        ({"max_clock_step": 7.0}, ("/max_clock_step", "int_type")),
        ({"max_clock_step": True}, ("/max_clock_step", "int_type")),
        ({"events": {}}, ("/events", "list_type")),
        ({"roster": {"k": build.identity("p1")}}, ("/roster/k/participant_id", "roster_key_mismatch")),
        ({"roster": {"p1": {}}}, ("/roster/p1/participant_id", "missing")),
    ],
)
def test_a_request_that_breaks_its_schema_is_refused_with_its_place(
    client: Client, request_: Json, place: tuple[str, str]
) -> None:
    found = problem(client.post("/admit", {"events": START, **request_}), 422, "invalid-request")
    assert place in places(found)


def test_events_are_asked_for(client: Client) -> None:
    assert places(problem(client.post("/admit", {}), 422, "invalid-request")) == [("/events", "missing")]


@pytest.mark.parametrize("checkpoint", ["", "x", "mission-checkpoint.1.AAAA.BBBB", "\u00e9", "x" * 100_000])
def test_a_bad_checkpoint_is_refused_with_the_reason(client: Client, checkpoint: str) -> None:
    found = problem(client.post("/admit", {"events": START, "checkpoint": checkpoint}), 422, "bad-checkpoint")
    assert places(found) == [("/checkpoint", "bad-checkpoint")]
    assert len(json.dumps(found)) < 1_000


def test_a_checkpoint_of_another_mission_rejects_each_event(client: Client) -> None:
    checkpoint = admitted(client, *START)["checkpoint"]
    others = build.history(*[(kind, payload | {"mission_id": "m2"}) for kind, payload in joins("p5", "p6")])
    fresh = [event | {"event_id": build.ulid(70 + number)} for number, event in enumerate(others)]
    assert [r["code"] for r in admitted(client, *fresh, checkpoint=checkpoint)["results"]] == ["mission-mismatch"] * 2


def test_the_limits_hold(make_client: Callable[..., Client]) -> None:
    client = make_client(max_events=2, max_event_bytes=1_024, max_body_bytes=4_096)
    problem(client.post("/admit", {"events": START}), 413, "too-many-events")
    large = build.event(*build.comment("p1", content="x" * 1_100))
    problem(client.post("/admit", {"events": [large]}), 413, "event-too-large")
    problem(client.send("/admit", b" " * 5_000), 413, "body-too-large")
    problem(client.send("/admit", b"{"), 400, "malformed-json")
    lines = {"Content_Type": "application/x-ndjson"}
    problem(client.send("/admit", b"{}", **lines), 415, "unsupported-media-type")
    problem(client.post("/admit?mode=strict", {"events": []}), 422, "invalid-request")


def test_a_checkpoint_that_could_not_be_sent_back_is_told_in_time(make_client: Callable[..., Client]) -> None:
    """What does not compress is longer as a checkpoint's text than as it was sent."""
    client = make_client(max_body_bytes=8_192)
    noise = "".join(random.Random(7).choices([chr(code) for code in range(33, 127) if chr(code) not in '"\\'], k=7_500))
    events = [build.event(*build.joined("p1"), lamport_clock=1)]
    checkpoint = admitted(client, *events)["checkpoint"]
    events = [build.event(*build.comment("p1", content=noise), lamport_clock=2)]
    found = problem(client.post("/admit", {"events": events}), 422, "checkpoint-too-large")
    assert places(found) == [("/checkpoint", "too_long")]
    assert "settle" in found["detail"]
    assert client.post("/admit", {"events": [], "checkpoint": checkpoint}).status_code == 200


@pytest.mark.parametrize("settings", [{"pool_size": 0}, {"inline_body_bytes": 0}])
def test_where_the_work_is_done_does_not_show(
    client: Client, make_client: Callable[..., Client], settings: Json
) -> None:
    body = json.dumps({"events": [*OVERLAP, {}]}).encode()
    there = make_client(**settings)
    assert there.send("/admit", body).content == client.send("/admit", body).content
    assert (
        there.send("/admit", gzip.compress(body), Content_Encoding="gzip").content
        == client.send("/admit", body).content
    )


def test_window_and_memory_are_settings_that_limits_tells(make_client: Callable[..., Client]) -> None:
    client = make_client(window_events=20, window_bytes=50_000, recent_events=10)
    limits = client.get("/limits").json()
    assert [limits[name] for name in ("window_events", "window_bytes", "max_missions")] == [20, 50_000, 1_000]
    events = build.history(*(build.invited(f"p{number}") for number in range(100)))
    first = admitted(client, *events)
    assert first["horizon"] == {"lamport_clock": 80, "timestamp": "2026-01-02T03:04:05Z", "event_id": build.ulid(80)}
    again = admitted(client, *events, checkpoint=first["checkpoint"])
    assert (again["duplicate"], again["rejected"]) == (30, 70)


def test_null_is_the_same_as_nothing_but_for_the_clock_step(client: Client) -> None:
    optional = ("mission_id", "checkpoint", "roster", "answer", "settle", "on_late")
    assert admitted(client, *OVERLAP, **dict.fromkeys(optional)) == admitted(client, *OVERLAP)
    jump = build.event(*build.drive("p1"), lamport_clock=9_000_000)
    assert admitted(client, *START, jump)["rejected"] == 1
    assert admitted(client, *START, jump, max_clock_step=None)["rejected"] == 0


def test_changes_or_nothing_stand_instead_of_the_state(client: Client) -> None:
    before = admitted(client, *START, mission_id="m1")
    rest = {"checkpoint": before["checkpoint"]}
    whole = admitted(client, *OVERLAP[4:], **rest)
    changes = admitted(client, *OVERLAP[4:], **rest, answer="changes")
    none = admitted(client, *OVERLAP[4:], **rest, answer="none")
    assert patched(before["state"], changes["changes"]) == whole["state"]
    assert none.keys() == whole.keys() - {"state"} == changes.keys() - {"changes"}


def test_settled_entries_are_there_when_asked_for(make_client: Callable[..., Client]) -> None:
    client = make_client(window_events=1)
    events = build.history(*joins("p1"), build.comment("p1"), build.session_link("p1", "x1"), build.decision("p1"))
    found = admitted(client, *events, settle=True)
    assert found["settled"] == {
        "comments": [
            {
                "comment_id": "c1",
                "event_id": build.ulid(2),
                "participant_id": "p1",
                "content": "Hello",
                "reply_to": None,
            }
        ],
        "decisions": [],
        "linked_sessions": [{"event_id": build.ulid(3), "participant_id": "p1", "linked_session_id": "x1"}],
        "anomalies": [],
    }
    assert (found["state"]["comments"], found["state"]["linked_sessions"]) == ([], {})
    assert "settled" not in admitted(client, *events)


def test_another_mission_than_the_checkpoints_refuses_the_request(client: Client) -> None:
    checkpoint = admitted(client, *START)["checkpoint"]
    answer = client.post("/admit", {"events": [], "checkpoint": checkpoint, "mission_id": "m2"})
    assert places(problem(answer, 422, "mission-mismatch")) == [("/mission_id", "mission-mismatch")]


def test_a_state_that_is_too_large_is_told_so_and_settling_helps(make_client: Callable[..., Client]) -> None:
    client = make_client(max_state_bytes=4_096, window_events=2)
    events = build.history(*joins("p1"), *(build.comment("p1", content="x" * 900) for _ in range(9)))
    found = problem(client.post("/admit", {"events": events}), 422, "state-too-large")
    assert "4096 bytes are allowed" in found["detail"]
    assert admitted(client, *events, settle=True)["accepted"] == 10


def test_what_a_checkpoint_unpacks_to_is_bounded(make_client: Callable[..., Client]) -> None:
    events = build.history(*joins("p1"), *(build.comment("p1", content="x" * 9_000) for _ in range(9)))
    checkpoint = admitted(make_client(), *events)["checkpoint"]
    small = make_client(max_state_bytes=10_000, window_bytes=10_000)
    found = problem(small.post("/admit", {"events": [], "checkpoint": checkpoint}), 422, "checkpoint-too-large")
    assert places(found) == [("/checkpoint", "too_long")]


def test_a_warning_that_reduce_refuses_for_its_size_is_rejected_here_too(make_client: Callable[..., Client]) -> None:
    client = make_client(max_warning_participants=3)
    events = [*START, build.event(*build.driver_warning("w1", *["p1", "p2"] * 2), lamport_clock=9)]
    assert problem(client.post("/reduce", {"events": events}), 413, "event-too-large")
    for batch, checkpoint in ((events, None), (events[4:], admitted(client, *START)["checkpoint"])):
        result = admitted(client, *batch, checkpoint=checkpoint)["results"][-1]
        assert (result["code"], result["pointer"]) == (
            "event-too-large",
            f"/events/{len(batch) - 1}/payload/participant_ids",
        )
