"""`POST /missions/reduce` and `/missions/admit`: requests, answers, refusals. The library's tests hold the rest."""

import json
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import pytest

from app.api.endpoints.admission import Room
from app.api.endpoints.missions_admit import missions_admit_body
from app.problems import Problem
from app.settings import Settings
from app.workers.capacity import hold_unpacked
from mission_collaboration import admit
from mission_collaboration.admission.checkpoint import read_checkpoint, write_checkpoint
from tests.support import builders as build
from tests.support.client import Client, Json, places, problem
from tests.support.json_patch import patched

LINES = {"Content_Type": "application/x-ndjson"}


def of(mission_id: str, number: int, happening: tuple[str, Json], **envelope: Any) -> Json:
    event_type, payload = happening
    names = {"event_id": build.ulid(number), "lamport_clock": number % 1_000}
    return build.event(event_type, payload | {"mission_id": mission_id}, **names, **envelope)


ONE = [of("m1", 1, build.joined("p1")), of("m1", 2, build.drive("p1"))]
TWO = [of("m2", 1_001, build.joined("p1")), of("m2", 1_002, build.comment("p1"))]
STRANGER = of("m2", 1_003, build.drive("p9"))
OTHER = {"event_type": "BuildFinished", "payload": {"mission_id": "m9"}}
NOWHERE = of("", 5, build.drive("p1"))
MIXED = [ONE[0], TWO[0], OTHER, ONE[1], TWO[1]]


def answered(client: Client, path: str, **request: Any) -> Json:
    answer = client.post(path, request)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), answer.text
    found: Json = answer.json()
    return found


# --- /missions/reduce --------------------------------------------------------------------------------------


def test_each_mission_has_the_state_that_reduce_gives_for_its_events(client: Client) -> None:
    found = answered(client, "/missions/reduce", events=[*MIXED, NOWHERE])
    assert list(found) == ["missions", "total", "ignored", "unassigned"]
    for mission_id, events in (("m1", ONE), ("m2", TWO)):
        assert found["missions"][mission_id] == {"state": client.post("/reduce", {"events": events}).json()}
    assert (found["total"], found["ignored"]) == (6, 1)
    assert found["unassigned"] == [
        {
            "index": 5,
            "event_id": build.ulid(5),
            "event_type": "DriveIntentSet",
            "code": "malformed-payload",
            "detail": found["unassigned"][0]["detail"],
            "pointer": "/events/5/payload/mission_id",
        }
    ]


def test_a_refused_mission_has_its_problem_and_leaves_the_others_alone(client: Client) -> None:
    found = answered(client, "/missions/reduce", events=[STRANGER, *ONE, *TWO])
    refused = found["missions"]["m2"]["problem"]
    assert (refused["code"], refused["status"], refused["participant_id"]) == ("unknown-participant", 422, "p9")
    assert refused["errors"][0]["pointer"] == "/events/0/payload/participant_id"
    assert refused["type"] == "/problems/unknown-participant"
    assert refused["request_id"]
    assert "state" in found["missions"]["m1"]
    permissive = answered(client, "/missions/reduce", events=[STRANGER, *TWO], mode="permissive")
    assert len(permissive["missions"]["m2"]["state"]["anomalies"]) == 1


def test_lines_give_the_same_answer_with_the_line_of_what_is_wrong(client: Client) -> None:
    events = [*MIXED, STRANGER, NOWHERE]
    body = "\n\n".join(map(json.dumps, events)).encode()
    found = client.send("/missions/reduce?mode=strict", body, **LINES).json()
    [error] = found["missions"]["m2"]["problem"]["errors"]
    assert (error["pointer"], error["line"]) == ("/payload/participant_id", 11)
    [unassigned] = found["unassigned"]
    assert (unassigned["pointer"], unassigned["line"]) == ("/payload/mission_id", 13)
    permissive = client.send("/missions/reduce?mode=permissive", body, **LINES).json()
    in_json = answered(client, "/missions/reduce", events=events, mode="permissive")
    assert permissive["missions"] == in_json["missions"]


def test_each_unassigned_line_is_named_also_where_there_are_too_many_to_explain(client: Client) -> None:
    body = "\n\n".join([json.dumps(NOWHERE)] * 1_001).encode()
    unassigned = client.send("/missions/reduce", body, **LINES).json()["unassigned"]
    assert [event["line"] for event in unassigned] == list(range(1, 2_002, 2))
    assert (unassigned[999]["pointer"], unassigned[1_000]["pointer"]) == ("/payload/mission_id", None)


def test_rosters_seed_their_missions(client: Client) -> None:
    rosters = {"m2": {"p9": build.identity("p9")}, "m8": {"p1": build.identity("p1")}}
    found = answered(client, "/missions/reduce", events=[STRANGER], rosters=rosters)
    assert found["missions"].keys() == {"m2"}
    assert found["missions"]["m2"]["state"]["active_drivers"] == ["p9"]


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        ({"rosters": {"m1": 7}}, ("/rosters/m1", "dict_type")),
        ({"rosters": {"m1": {"k": build.identity("p1")}}}, ("/rosters/m1/k/participant_id", "roster_key_mismatch")),
        ({"rosters": {"m1": {"p1": {}}}}, ("/rosters/m1/p1/participant_id", "missing")),
        ({"rosters": []}, ("/rosters", "dict_type")),
        ({"mode": "loose"}, ("/mode", "literal_error")),
        ({"roster": {}}, ("/roster", "extra_forbidden")),
    ],
)
def test_a_request_to_reduce_that_breaks_its_schema_is_refused(client: Client, request_: Json, place: Any) -> None:
    answer = client.post("/missions/reduce", {"events": [], **request_})
    assert place in places(problem(answer, 422, "invalid-request"))


# --- /missions/admit ---------------------------------------------------------------------------------------


def test_each_mission_is_what_admit_answers_for_its_events(client: Client) -> None:
    found = answered(client, "/missions/admit", missions={"m1": None, "m2": {"checkpoint": None}}, events=MIXED)
    assert list(found) == ["accepted", "pending", "duplicate", "ignored", "rejected", "results", "missions"]
    for mission_id, events in (("m1", ONE), ("m2", TWO)):
        alone = answered(client, "/admit", events=events, mission_id=mission_id)
        assert found["missions"][mission_id] == {
            name: told for name, told in alone.items() if name not in ("results", "ignored")
        }
    assert [found[name] for name in ("accepted", "ignored", "rejected")] == [4, 1, 0]
    assert [result.get("mission_id") for result in found["results"]] == ["m1", "m2", None, "m1", "m2"]


def test_missions_go_on_from_their_checkpoints_and_tell_changes(client: Client) -> None:
    first = answered(client, "/missions/admit", missions={"m1": None}, events=ONE[:1])["missions"]["m1"]
    asked = {"missions": {"m1": {"checkpoint": first["checkpoint"]}}, "events": ONE}
    found = answered(client, "/missions/admit", **asked, answer="changes")
    state = answered(client, "/missions/admit", **asked)["missions"]["m1"]["state"]
    assert patched(first["state"], found["missions"]["m1"]["changes"]) == state
    assert [result["verdict"] for result in found["results"]] == ["duplicate", "accepted"]


def test_events_of_missions_that_are_not_named_change_nothing(client: Client) -> None:
    found = answered(client, "/missions/admit", missions={"m1": None, "m7": None}, events=[*MIXED, NOWHERE])
    assert found["missions"].keys() == {"m1"}
    results = found["results"]
    assert [result.get("code") for result in results] == [
        *(None, "mission-not-named", None, None, "mission-not-named", "malformed-payload")
    ]
    assert results[1]["pointer"] == "/events/1/payload/mission_id"


def test_a_mission_that_is_refused_keeps_its_checkpoint_and_its_events_have_its_code(
    make_client: Callable[..., Client],
) -> None:
    client = make_client(window_events=1)
    checkpoint = answered(client, "/admit", events=TWO)["checkpoint"]
    late = of("m2", 1_000, build.joined("p3"))
    cases: list[tuple[Json, Json, str, str]] = [
        ({"checkpoint": "x"}, {}, "bad-checkpoint", "/missions/m2/checkpoint"),
        ({"checkpoint": checkpoint, "roster": {}}, {}, "invalid-request", "/missions/m2/roster"),
        ({"checkpoint": checkpoint}, {"on_late": "refuse"}, "late-events", "/events/2/lamport_clock"),
    ]
    for mission, more, code, place in cases:
        asked = {"missions": {"m1": None, "m2": mission}, "events": [*ONE, late], **more}
        found = answered(client, "/missions/admit", **asked)
        refused = found["missions"]["m2"]["problem"]
        assert (refused["code"], refused["errors"][0]["pointer"]) == (code, place)
        assert " at /roster" not in refused["detail"]
        assert [result.get("code") for result in found["results"]] == [None, None, code]
        assert found["missions"]["m1"]["accepted"] == 2


def test_another_missions_checkpoint_refuses_the_mission(client: Client) -> None:
    checkpoint = answered(client, "/admit", events=ONE)["checkpoint"]
    found = answered(client, "/missions/admit", missions={"m2": {"checkpoint": checkpoint}}, events=TWO)
    assert found["missions"]["m2"]["problem"]["code"] == "mission-mismatch"
    assert found["missions"]["m2"]["problem"]["errors"][0]["pointer"] == "/missions/m2/checkpoint"


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        ({"missions": {"m1": 7}}, ("/missions/m1", "dict_type")),
        ({"missions": {"": None}}, ("/missions/", "string_too_short")),
        ({"missions": {"m1": {"check": "x"}}}, ("/missions/m1/check", "extra_forbidden")),
        ({"missions": {"m1": {"checkpoint": 7}}}, ("/missions/m1/checkpoint", "string_type")),
        ({"missions": {"m1": {"roster": 7}}}, ("/missions/m1/roster", "dict_type")),
        ({"missions": {"m1": {"roster": {"p1": {}}}}}, ("/missions/m1/roster/p1/participant_id", "missing")),
        ({"missions": None}, ("/missions", "dict_type")),
        ({"settle": 1}, ("/settle", "bool_type")),
        ({"mission_id": "m1"}, ("/mission_id", "extra_forbidden")),
    ],
)
def test_a_request_to_admit_that_breaks_its_schema_is_refused(client: Client, request_: Json, place: Any) -> None:
    answer = client.post("/missions/admit", {"events": [], "missions": {}, **request_})
    assert place in places(problem(answer, 422, "invalid-request"))


def test_unknown_members_of_a_mission_are_named_in_the_order_in_which_they_stand(client: Client) -> None:
    """In any process: the same request has the same answer everywhere."""
    names = [f"member{number}" for number in range(20, 0, -1)]
    found = problem(
        client.post("/missions/admit", {"events": [], "missions": {"m1": dict.fromkeys(names)}}), 422, "invalid-request"
    )
    assert [error["pointer"] for error in found["errors"]] == [f"/missions/m1/{name}" for name in names]
    assert "at /missions/m1/member20" in found["detail"]


def test_a_roster_that_is_wrong_everywhere_is_answered_after_a_hundred_errors(client: Client) -> None:
    wrong = {f"p{number}": 7 for number in range(5_000)}
    requests: list[tuple[str, Json]] = [
        ("/missions/reduce", {"rosters": {"m1": wrong}}),
        ("/missions/admit", {"missions": {"m1": {"roster": wrong}}}),
    ]
    for path, request in requests:
        found = problem(client.post(path, {"events": [], **request}), 422, "invalid-request")
        assert (len(found["errors"]), found["more_errors"]) == (100, True)


def test_the_number_of_missions_is_limited(make_client: Callable[..., Client]) -> None:
    client = make_client(max_missions=2)
    answer = client.post("/missions/admit", {"events": [], "missions": dict.fromkeys("abc")})
    found = problem(answer, 413, "too-many-missions")
    assert places(found) == [("/missions", "too_long")]
    assert client.post("/missions/admit", {"events": [], "missions": dict.fromkeys("ab")}).status_code == 200


@pytest.mark.parametrize("settings", [{"pool_size": 0}, {"inline_body_bytes": 0}])
def test_where_the_work_is_done_does_not_show(
    client: Client, make_client: Callable[..., Client], settings: Json
) -> None:
    there = make_client(**settings)
    requests: list[tuple[str, Json]] = [
        ("/missions/admit", {"missions": {"m1": None, "m2": {"checkpoint": "x"}}, "events": MIXED}),
        ("/missions/reduce", {"events": [*MIXED, STRANGER]}),
    ]
    for path, request in requests:
        body = json.dumps(request).encode()
        here, elsewhere = (one.send(path, body, X_Request_Id="r-1").content for one in (client, there))
        assert here == elsewhere


def test_unpacked_checkpoints_of_one_request_are_bounded_together(make_client: Callable[..., Client]) -> None:
    """A small body whose checkpoints hold much is worked on in a pool process."""
    client = make_client(inline_body_bytes=4_096)
    long = [of("m1", number, build.comment("p1", content="x" * 9_000)) for number in range(3, 9)]
    checkpoint = answered(client, "/admit", events=[*ONE, *long])["checkpoint"]
    assert len(checkpoint) < 4_000
    found = answered(client, "/missions/admit", missions={"m1": {"checkpoint": checkpoint}}, events=ONE)
    assert found["duplicate"] == 2


def test_a_service_without_room_refuses_the_whole_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """To each of its missions the same would happen, and the caller is told to send it again."""

    def full(size: int) -> None:
        raise Problem("overloaded", "The service holds as much as it can.")

    monkeypatch.setattr("app.api.endpoints.admission.COUNTED_AT_ONCE", 1)
    checkpoint = admit(ONE).checkpoint
    body = json.dumps({"missions": {"m1": {"checkpoint": checkpoint}, "m2": None}, "events": [*ONE, *TWO]}).encode()

    def work() -> None:
        hold_unpacked.set(full)
        missions_admit_body(body, Settings())

    with pytest.raises(Problem) as refused:
        copy_context().run(work)
    assert refused.value.code == "overloaded"


def test_checkpoints_that_are_too_large_together_are_refused_with_the_remedy() -> None:
    """The first one takes all the room, more than it has as text; the one behind it finds none."""
    long = [of("m1", number, build.comment("p1", content="x" * 400)) for number in range(3, 9)]
    text = admit([*ONE, *long]).checkpoint
    room = Room(b"{}", Settings(pool_size=0, max_held_bytes=4_500))
    assert room.read(text).size > 4_500
    with pytest.raises(Problem) as refused:
        room.read(text)
    assert refused.value.code == "checkpoint-too-large"
    assert [finding.pointer for finding in refused.value.findings] == ["/checkpoint"]
    assert "more than 4498 bytes" in str(refused.value.detail)
    assert "Send fewer missions" in str(refused.value.detail)


def test_a_forged_checkpoint_takes_no_more_room_than_one_may_have(make_client: Callable[..., Client]) -> None:
    """That its event says it has 10^18 bytes neither fills the service nor makes another one too large."""
    mission = read_checkpoint(admit(ONE).checkpoint)
    mission.window[0].content_bytes = 10**18
    missions = {"m1": {"checkpoint": write_checkpoint(mission)}, "m2": {"checkpoint": admit(TWO).checkpoint}}
    client = make_client(inline_body_bytes=0)
    found = answered(client, "/missions/admit", missions=missions, events=[*ONE, *TWO])
    assert found["duplicate"] == 4
