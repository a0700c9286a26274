"""`POST /validate/batch`: a verdict for every event, each judged alone."""

import json
from typing import Any

import pytest

from tests.support import builders as build
from tests.support.builders import Json
from tests.support.client import Client, places, problem


def judged(client: Client, events: list[Any], query: str = "") -> Json:
    answer = client.post(f"/validate/batch{query}", {"events": events})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), answer.text
    found: Json = answer.json()
    return found


def violations(client: Client, event: Any) -> list[tuple[str, str, str]]:
    [result] = judged(client, [event])["results"]
    assert result["valid"] is (result["violations"] == [])
    assert all(violation["message"] for violation in result["violations"])
    return [(v["layer"], v["pointer"], v["code"]) for v in result["violations"]]


GOOD = build.event(*build.drive("ann"))


def test_a_good_batch_is_valid_with_one_result_an_event(client: Client) -> None:
    events = build.history(build.joined("ann"), build.drive("ann"))
    assert judged(client, events) == {
        "valid": True,
        "total": 2,
        "invalid": 0,
        "results": [
            {
                "index": index,
                "event_id": event["event_id"],
                "event_type": event["event_type"],
                "valid": True,
                "violations": [],
            }
            for index, event in enumerate(events)
        ],
    }


def test_an_empty_batch_is_valid(client: Client) -> None:
    assert judged(client, []) == {"valid": True, "total": 0, "invalid": 0, "results": []}


def test_both_layers_judge_envelope_and_payload(client: Client) -> None:
    event = build.event("DriveIntentSet", build.by("ann", intent="fast"), lamport_clock=-1)
    assert violations(client, event) == [
        ("model", "/events/0/lamport_clock", "greater_than_equal"),
        ("schema", "/events/0/lamport_clock", "minimum"),
        ("model", "/events/0/payload/intent", "literal_error"),
        ("schema", "/events/0/payload/intent", "enum"),
    ]


def test_both_layers_blame_a_missing_member_itself(client: Client) -> None:
    event = build.event("DriveIntentSet", build.by("ann"))
    del event["node_id"]
    assert violations(client, event) == [
        ("model", "/events/0/node_id", "missing"),
        ("schema", "/events/0/node_id", "required"),
        ("model", "/events/0/payload/intent", "missing"),
        ("schema", "/events/0/payload/intent", "required"),
    ]


@pytest.mark.parametrize("thing", [None, 7, "event", [], [GOOD], True])
def test_anything_at_all_is_judged(client: Client, thing: Any) -> None:
    [result] = judged(client, [thing])["results"]
    assert (result["valid"], result["event_id"], result["event_type"]) == (False, None, None)
    assert [(v["layer"], v["pointer"], v["code"]) for v in result["violations"]] == [
        ("model", "/events/0", "not-an-object"),
    ]


FLAT = {"event_type": "DriveIntentSet", "mission_id": "m1", "participant_id": "ann", "intent": "active"}
ROW = {"specversion": "1.0", "id": "A234-1234", "source": "/cli", "type": "DriveIntentSet", "data": {}}


@pytest.mark.parametrize(
    ("thing", "code", "names"),
    [
        (FLAT, "not-an-envelope", (None, "DriveIntentSet")),
        (FLAT | {"event_id": "x"}, "not-an-envelope", ("x", "DriveIntentSet")),
        (GOOD | {"mission_id": "m1"} | {"payload": None}, "dict_type", (GOOD["event_id"], GOOD["event_type"])),
        (ROW, "cloudevents-row", ("A234-1234", None)),
    ],
)
def test_what_cannot_be_an_event_is_told_by_what_it_looks_like(
    client: Client, thing: Json, code: str, names: tuple[str | None, str | None]
) -> None:
    [result] = judged(client, [thing])["results"]
    assert (result["event_id"], result["event_type"]) == names
    assert result["violations"][0]["code"] == code
    assert len(result["violations"]) == (2 if code == "dict_type" else 1)


def test_the_envelope_of_another_type_is_judged_and_its_payload_is_not(client: Client) -> None:
    """E19: here alone."""
    sound = build.event("WPStatusChanged", {"anything": [1]})
    results = judged(client, [sound, {"event_type": "WPStatusChanged"}, sound | {"node_id": ""}])["results"]
    assert [result["valid"] for result in results] == [True, False, False]
    assert [v["pointer"] for v in results[2]["violations"]] == ["/events/2/node_id"] * 2


def test_an_event_is_judged_alone_and_taints_no_neighbour(client: Client) -> None:
    stranger, twice = build.event(*build.drive("nobody")), build.event(*build.left("nobody"))
    answer = judged(client, [GOOD, {}, stranger, 7, twice, GOOD])
    assert [result["valid"] for result in answer["results"]] == [True, False, True, False, True, True]
    assert (answer["valid"], answer["total"], answer["invalid"]) == (False, 6, 2)


def test_another_event_type_is_judged_by_its_envelope_only(client: Client) -> None:
    other = build.event("MissionCreated", {"mission_id": 7}, aggregate_id="x", correlation_id=build.uuid_text(1))
    assert violations(client, other) == []
    assert violations(client, other | {"data_tier": 5}) == [
        ("model", "/events/0/data_tier", "less_than_equal"),
        ("schema", "/events/0/data_tier", "maximum"),
    ]


JOINED = build.joined("ann", participant_identity=build.identity("bob"))
MAPPING = {
    "M1": (build.event(*build.drive("ann"), aggregate_id="m1"), "aggregate_id", "aggregate_id_mismatch"),
    "M1 other mission": (
        build.event(*build.drive("ann"), aggregate_id="mission/m2"),
        "aggregate_id",
        "aggregate_id_mismatch",
    ),
    "M2": (
        build.event(*build.drive("ann"), correlation_id=build.uuid_text(1)),
        "correlation_id",
        "correlation_id_not_ulid",
    ),
    "M3": (build.event(*JOINED), "payload/participant_identity/participant_id", "participant_id_mismatch"),
}


@pytest.mark.parametrize(("event", "place", "code"), MAPPING.values(), ids=MAPPING)
def test_a_breach_of_the_mapping_is_reported_and_the_reducer_takes_the_event(
    client: Client, event: Json, place: str, code: str
) -> None:
    assert violations(client, event) == [("mapping", f"/events/0/{place}", code)]
    body = {"events": [event], "roster": {"ann": build.identity("ann")}}
    assert client.post("/reduce", body).status_code == 200


def test_a_mission_id_with_the_prefix_is_not_prefixed_again(client: Client) -> None:
    payload = build.by("ann", mission_id="mission/m1", intent="active")
    assert violations(client, build.event("DriveIntentSet", payload, aggregate_id="mission/m1")) == []
    assert violations(client, build.event("DriveIntentSet", payload)) == [
        ("mapping", "/events/0/aggregate_id", "aggregate_id_mismatch")
    ]


def test_report_invalid_leaves_the_valid_ones_out(client: Client) -> None:
    events = [GOOD, {}, GOOD, 7]
    everything, invalid = judged(client, events, "?report=all"), judged(client, events, "?report=invalid")
    assert everything == judged(client, events)
    assert invalid == everything | {"results": [everything["results"][1], everything["results"][3]]}
    assert judged(client, [GOOD], "?report=invalid")["results"] == []


@pytest.mark.parametrize("report", ["valid", "", "ALL"])
def test_an_unknown_report_is_refused(client: Client, report: str) -> None:
    found = problem(client.post(f"/validate/batch?report={report}", {"events": []}), 422, "invalid-request")
    assert places(found) == [("report", "literal_error")]


def test_details_end_after_a_thousand_invalid_events(client: Client) -> None:
    events = [GOOD, *({"event_id": f"e{n}"} for n in range(1_005)), GOOD]
    answer = judged(client, events)
    assert (answer["total"], answer["invalid"]) == (1_007, 1_005)
    detailed = [result["index"] for result in answer["results"] if result["violations"]]
    assert detailed == list(range(1, 1_001))
    for result in answer["results"][1_001:1_006]:
        assert (result["valid"], result["violations"]) == (False, [])
        assert result["event_id"] == f"e{result['index'] - 1}"
    assert answer["results"][1_006]["valid"]


def test_ten_violations_are_told_of_each_event(client: Client) -> None:
    answer = judged(client, [{}, {"payload": {}}])
    assert [len(result["violations"]) for result in answer["results"]] == [10, 10]


def test_of_a_repeated_member_the_last_one_counts(client: Client) -> None:
    body = b'{"events": 7, "events": [' + json.dumps(GOOD).encode() + b"]}"
    answer = client.send("/validate/batch", body, Content_Type="application/json")
    assert answer.status_code == 200
    assert answer.json() == judged(client, [GOOD])
