"""What COMPATIBILITY.md says was chosen where the contract is silent is what happens."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from mission_collaboration import Event, ParticipantIdentity, UnknownParticipantError, reduce_collaboration_events
from mission_collaboration.contract.schemas import schema_document
from mission_collaboration.contract.validation import judge_by_model, judge_by_schema
from tests.support import builders as build
from tests.support.client import Client, problem

Json = dict[str, Any]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    client = Client()
    yield client
    client.close()


def state(client: Client, *events: Json, **request: Any) -> Json:
    answer = client.post("/reduce", {"events": events, "mode": "permissive", **request})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def refusal(client: Client, *events: Json) -> Json:
    answer = client.post("/reduce", {"events": events})
    return problem(answer, 422, answer.json()["code"])


def told(*events: tuple[str, Json]) -> list[Json]:
    return build.history(*events)


def reasons(found: Json) -> list[str]:
    return [anomaly["reason"] for anomaly in found["anomalies"]]


def drive(**envelope: Any) -> Json:
    return build.event(*build.drive("a"), **envelope)


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        ({"lamport_clock": 1.0}, "int_type"),
        ({"timestamp": "2026-02-30T00:00:00Z"}, "timestamp_calendar"),
        ({"timestamp": "0000-01-01T00:00:00Z"}, "timestamp_calendar"),
        ({"timestamp": "0001-01-01T00:00:00+01:00"}, "timestamp_range"),
        ({"node_id": "\ud800"}, "string_unicode"),
    ],
)
def test_the_model_alone_refuses_what_a_schema_cannot_say(envelope: Json, code: str) -> None:
    event = drive(**envelope)
    assert [violation.violation_type for _, violation in judge_by_model(event, Event)] == [code]
    assert not list(judge_by_schema(event, Event))


def test_a_trailing_newline_pleases_some_validators_and_neither_layer_here() -> None:
    event = drive(schema_version="1.0.0\n")
    assert Draft202012Validator(schema_document(Event)).is_valid(event)
    assert list(judge_by_schema(event, Event))
    assert list(judge_by_model(event, Event))


def test_a_reused_id_is_checked_at_the_first_reuse_and_later_ones_are_dropped(client: Client) -> None:
    reused = [drive(lamport_clock=clock, event_id=build.ulid(9)) for clock in (2, 4, 5)]
    between = build.event(*build.comment("stranger"), lamport_clock=3)
    found = state(client, *told(build.joined("a")), *reused, between)
    assert [anomaly["event_id"] for anomaly in found["anomalies"]] == [build.ulid(3), build.ulid(9)]
    assert (found["event_count"], found["last_processed_event_id"]) == (3, build.ulid(3))
    assert refusal(client, *told(build.joined("a")), *reused)["errors"][0]["pointer"] == "/events/2/event_id"


def test_defaults_spellings_and_unknown_members_make_no_other_content(client: Client) -> None:
    same = drive(lamport_clock=2) | {"causation_id": None, "schema_version": "1.0.0", "build": 7}
    assert not reasons(state(client, *told(build.joined("a"), build.drive("a")), same))
    other = drive(lamport_clock=2, node_id="node-2")
    assert len(reasons(state(client, *told(build.joined("a"), build.drive("a")), other))) == 1


def test_a_strangers_event_sets_the_mission_and_counts(client: Client) -> None:
    found = state(client, *told(build.drive("stranger"), build.joined("a", mission_id="m2")))
    assert (found["mission_id"], found["event_count"], len(found["anomalies"])) == ("m1", 2, 2)


def test_only_the_first_early_acknowledgement_is_an_anomaly(client: Client) -> None:
    early = [build.acknowledged("a", "w", "hold"), build.acknowledged("b", "w", "defer")]
    found = state(client, *told(build.joined("a"), build.joined("b"), *early))
    assert reasons(found) == ["Warning 'w' not found"]
    [entry] = found["warnings"]
    assert (entry["event_id"], entry["warning_type"], entry["participant_ids"]) == (
        build.ulid(3),
        "UnknownWarning",
        ["a"],
    )
    assert entry["acknowledgements"] == {"a": "hold", "b": "defer"}


def test_an_invitation_of_someone_active_opens_nothing(client: Client) -> None:
    invited, joined, left = build.invited("a"), build.joined("a"), build.left("a")
    assert len(reasons(state(client, *told(joined, invited, left, invited)))) == 1
    assert len(reasons(state(client, *told(joined, left, invited, invited, joined, left, invited)))) == 1


def test_a_strict_warning_is_refused_for_its_first_outsider_in_list_order(client: Client) -> None:
    gone = [build.joined("a"), build.left("a")]
    assert refusal(client, *told(*gone, build.driver_warning("w", "x", "a")))["code"] == "unknown-participant"
    assert refusal(client, *told(*gone, build.driver_warning("w", "a", "x")))["code"] == "departed-participant"


def test_named_participants_may_repeat_and_be_empty(client: Client) -> None:
    found = state(client, *told(build.driver_warning("w", "", "")))
    assert (found["warnings"][0]["participant_ids"], len(found["anomalies"])) == (["", ""], 1)


def test_a_departed_participants_heartbeat_stays(client: Client) -> None:
    gone = [build.joined("a"), build.left("a"), build.heartbeat("a"), build.left("a")]
    assert list(state(client, *told(*gone))["presence"]) == ["a"]
    assert list(state(client, *told(*gone, build.joined("a")))["presence"]) == ["a"]


def test_a_later_heartbeat_counts_even_with_an_earlier_time(client: Client) -> None:
    later = build.event(*build.heartbeat("a"), lamport_clock=3, timestamp="2001-01-01T00:00:00.5Z")
    found = state(client, *told(build.joined("a"), build.heartbeat("a")), later)
    assert found["presence"] == {"a": "2001-01-01T00:00:00.500000Z"}


def test_a_roster_key_is_an_id_over_http_and_free_in_python(client: Client) -> None:
    answer = client.post("/reduce", {"events": [], "roster": {"k": build.identity("a")}})
    assert problem(answer, 422, "invalid-request")["errors"][0]["pointer"] == "/roster/k/participant_id"
    identity = ParticipantIdentity(participant_id="a", participant_type="human")
    assert reduce_collaboration_events([], roster={"k": identity}).participants == {"k": identity}


def test_http_lists_malformed_payloads_first_and_python_raises_in_canonical_order(client: Client) -> None:
    events = told(build.drive("stranger"), ("DriveIntentSet", {}), ("CommentPosted", {}))
    assert refusal(client, *events)["code"] == "malformed-payload"
    assert {error["pointer"][:9] for error in refusal(client, *events)["errors"]} == {"/events/1", "/events/2"}
    with pytest.raises(UnknownParticipantError):
        reduce_collaboration_events([Event.model_validate(event) for event in events])


def test_the_bytes_are_those_of_the_model_in_code_point_order(client: Client) -> None:
    people = ["b", "é", "\U0001f600", "Z", "\uffff"]
    events = told(*map(build.joined, people))
    answer = client.post("/reduce", {"events": events})
    assert list(answer.json()["participants"]) == sorted(people)
    read = [Event.model_validate(event) for event in events]
    assert answer.text == reduce_collaboration_events(read).model_dump_json()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"events": [], "mode": "bogus", "mode": "strict"}', 200),
        ('\ufeff{"events": []}', 400),
        ('{"event_type": "DriveIntentSet", "payload": ' + "1" * 4300 + "}", 422),
        ('{"event_type": "DriveIntentSet", "payload": ' + "1" * 4301 + "}", 400),
        ('{"events": [' + "[" * 62 + "]" * 62 + "]}", 422),
        ('{"events": [' + "[" * 63 + "]" * 63 + "]}", 400),
        ('{"events": [], "rooster": {}}', 422),
    ],
)
def test_json_is_read_as_told(client: Client, body: str, status: int) -> None:
    assert client.send("/reduce", body.encode()).status_code == status


def test_requests_are_read_as_told(client: Client) -> None:
    assert client.request("POST", "/reduce", content=b'{"events": []}').status_code == 200
    assert client.post("/reduce?made-up=1", {"events": []}).status_code == 422
    assert client.get("/schemas?made-up=1").status_code == 200
    assert client.get("/schemas/").status_code == 404
    assert client.head("/docs").status_code == 200
    body = {"event_type": "PresenceHeartbeat", "payload": build.by("a"), "made-up": 1}
    assert client.post("/validate", body).json()["valid"]


@pytest.mark.parametrize(
    ("given", "taken"), [("A-1._:/+=@", True), ("x" * 128, True), ("x" * 129, False), ("-a", False)]
)
def test_request_ids_are_taken_over_when_they_fit(client: Client, given: str, taken: bool) -> None:
    answer = client.get("/livez", headers={"X-Request-Id": given})
    assert (answer.headers["x-request-id"] == given) == taken


def test_ndjson_is_read_as_told(client: Client) -> None:
    bad = "\n".join([json.dumps(build.event(*build.drive("a"))), "", "{", ""]).encode()
    as_lines = {"Content_Type": "application/x-ndjson"}
    assert client.send("/reduce", b"", **as_lines).json()["event_count"] == 0
    refused = problem(client.send("/reduce", bad, **as_lines), 400, "malformed-json")
    assert (refused["errors"][0]["pointer"], refused["errors"][0]["line"]) == ("", 3)
    verdicts = client.send("/validate/batch", bad, **as_lines).json()
    assert [result["valid"] for result in verdicts["results"]] == [True, False]
    assert client.post("/reduce?ordered=true", {"events": []}).status_code == 422
    first = "\n".join(json.dumps(event) for event in told(("DriveIntentSet", {}), ("CommentPosted", {}))).encode()
    many = {error["line"] for error in client.send("/reduce", first, **as_lines).json()["errors"]}
    one = {error["line"] for error in client.send("/reduce?ordered=true", first, **as_lines).json()["errors"]}
    assert (many, one) == ({1, 2}, {1})


def test_batch_verdicts_tell_ids_as_sent_and_violations_in_order(client: Client) -> None:
    event = drive(event_id=build.ulid(1).lower(), data_tier=9, aggregate_id="m1")
    event["payload"].pop("intent")
    [verdict] = client.post("/validate/batch", {"events": [event]}).json()["results"]
    assert verdict["event_id"] == build.ulid(1).lower()
    assert [
        (found["layer"], found["pointer"].removeprefix("/events/0"), found["code"]) for found in verdict["violations"]
    ] == [
        ("model", "/data_tier", "less_than_equal"),
        ("schema", "/data_tier", "maximum"),
        ("model", "/payload/intent", "missing"),
        ("schema", "/payload/intent", "required"),
        ("mapping", "/aggregate_id", "aggregate_id_mismatch"),
    ]


def test_the_example_of_a_form_in_every_row_is_judged_as_told() -> None:
    accepted = ["2026-01-31T09:30:00", "2026-01-31T09:30:00.123456789Z", "2026-01-31T09:30:00-00:00"]
    refused = ["2026-01-31T09:30:60Z", "2026-01-31t09:30:00z", "2026-01-31T24:00:00Z", "2026-01-31"]
    for text, fits in [*((text, True) for text in accepted), *((text, False) for text in refused)]:
        assert (not list(judge_by_model(drive(timestamp=text), Event))) == fits, text
    dropped = Event.model_validate_json(json.dumps(drive(timestamp=accepted[1])))
    assert dropped.timestamp.microsecond == 123456
    for name in ("schema_version", "data_tier"):
        assert list(judge_by_model(drive(**{name: None}), Event))


def test_where_the_api_takes_json_alone_lines_are_refused(client: Client) -> None:
    for path in ("/validate", "/admit", "/advise"):
        answer = client.send(path, b"{}", Content_Type="application/x-ndjson")
        assert problem(answer, 415, "unsupported-media-type")
    halves = gzip.compress(b'{"events":') + gzip.compress(b" []}")
    assert client.send("/reduce", halves, Content_Encoding="gzip").json()["event_count"] == 0
    assert "DriveIntentSet" in problem(client.get("/schemas/driveintentset"), 404, "unknown-schema")["detail"]


def test_both_layers_are_always_asked(client: Client) -> None:
    for payload in ({}, build.by("a"), None, 7):
        answer = client.post("/validate", {"event_type": "PresenceHeartbeat", "payload": payload})
        assert answer.json()["schema_check_skipped"] is False


def test_a_batch_of_no_events_gives_a_checkpoint_to_go_on_from(client: Client) -> None:
    empty = client.post("/admit", {"events": []}).json()
    assert (empty["state"]["event_count"], empty["results"]) == (0, [])
    events = told(build.joined("a"), build.drive("stranger"))
    first = client.post("/admit", {"events": events, "checkpoint": empty["checkpoint"]})
    assert client.post("/admit", {"events": events, "checkpoint": empty["checkpoint"]}).content == first.content
    accepted, rejected = first.json()["results"]
    assert {"code", "detail", "pointer"} & accepted.keys() == set()
    assert {"code", "detail", "pointer"} <= rejected.keys()
    again = client.post("/admit", {"events": events[:1], "checkpoint": first.json()["checkpoint"]}).json()
    assert (again["duplicate"], again["state"]) == (1, first.json()["state"])


def test_numbers_of_the_live_loop_have_their_bounds(client: Client) -> None:
    for step, status in ((0, 200), (-1, 422), (2**53 - 1, 200), (2**53, 422)):
        assert client.post("/admit", {"events": [], "max_clock_step": step}).status_code == status
    with pytest.raises(ValueError, match="mode"):
        reduce_collaboration_events([], mode="lenient")  # type: ignore[arg-type]
