"""Requests that break their schema: 422 with every place, unknown members refused."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from mission_collaboration.decoding.batch import BrokenEvent
from tests.support import builders as build
from tests.support.builders import Json
from tests.support.client import Client, places, problem
from tests.support.naive_events import DEFAULTS, MODELS

EVENT = build.event(*build.joined("ann"))
REQUIRED = [field for field, word in MODELS["Event"].items() if not word.endswith("?") and field not in DEFAULTS]

BROKEN: dict[str, tuple[Json, list[tuple[str, str]]]] = {
    "unknown member": ({"events": [], "rooster": {}}, [("/rooster", "extra_forbidden")]),
    "two unknown": (
        {"events": [], "a/b": 1, "m~n": 2},
        [("/a~1b", "extra_forbidden"), ("/m~0n", "extra_forbidden")],
    ),
    "no events": ({}, [("/events", "missing")]),
    "null events": ({"events": None}, [("/events", "list_type")]),
    "events in an object": ({"events": {"0": EVENT}}, [("/events", "list_type")]),
    "events in a string": ({"events": "[]"}, [("/events", "list_type")]),
    "unknown mode": ({"events": [], "mode": "lenient"}, [("/mode", "literal_error")]),
    "mode in capitals": ({"events": [], "mode": "STRICT"}, [("/mode", "literal_error")]),
    "roster in an array": ({"events": [], "roster": []}, [("/roster", "dict_type")]),
    "roster key": (
        {"events": [], "roster": {"p1": build.identity("p2")}},
        [("/roster/p1/participant_id", "roster_key_mismatch")],
    ),
    "roster key beside good events": (
        {"events": [EVENT], "roster": {"p1": build.identity("p2")}},
        [("/roster/p1/participant_id", "roster_key_mismatch")],
    ),
    "roster key to escape": (
        {"events": [], "roster": {"a/b~c": build.identity("")}},
        [("/roster/a~1b~0c/participant_id", "string_too_short")],
    ),
    "roster entries": (
        {"events": [], "roster": {"p1": 7, "p2": build.identity("p2"), "p3": {"participant_id": "p3"}}},
        [("/roster/p1", "model_type"), ("/roster/p3/participant_type", "missing")],
    ),
}


@pytest.mark.parametrize(("body", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_broken_reduction_is_refused_with_its_places(
    client: Client, body: Json, expected: list[tuple[str, str]]
) -> None:
    found = problem(client.post("/reduce", body), 422, "invalid-request")
    assert places(found) == expected
    assert expected[0][0] in found["detail"]


def test_of_very_many_unknown_members_a_hundred_are_told(client: Client) -> None:
    found = problem(
        client.post("/reduce", {"events": [], **{f"x{n}": n for n in range(5_000)}}), 422, "invalid-request"
    )
    assert places(found) == [(f"/x{n}", "extra_forbidden") for n in range(100)]
    assert found["more_errors"] is True


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"events": [], "rooster": {}}, "No such member; the nearest is `roster`"),
        ({"events": [], "zz": 1}, "No such member; the request may have events, mode, roster, mission_id"),
        ([EVENT], 'Input should be an object, such as {"events": …}'),
        (7, 'Input should be an object, such as {"events": …}'),
    ],
)
def test_a_request_of_the_wrong_shape_is_told_the_right_one(client: Client, body: Json, message: str) -> None:
    found = problem(client.post("/reduce", body), 422, "invalid-request")
    assert [error["message"] for error in found["errors"]] == [message]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("/events", "missing")]),
        ({"events": {}}, [("/events", "list_type")]),
        ({"events": [], "mode": "strict"}, [("/mode", "extra_forbidden")]),
        ({"events": [], "report": "invalid"}, [("/report", "extra_forbidden")]),
    ],
)
def test_a_broken_batch_to_validate_is_refused_with_its_places(
    client: Client, body: Json, expected: list[tuple[str, str]]
) -> None:
    assert places(problem(client.post("/validate/batch", body), 422, "invalid-request")) == expected


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/reduce?mode=strict", "mode"),
        ("/reduce?ordered=true", "ordered"),
        ("/validate?report=all", "report"),
        ("/validate/batch?mode=strict", "mode"),
        ("/validate/batch?report=all&Report=all", "Report"),
        ("/reduce?x=", "x"),
        ("/reduce?%F0%9F%9A%80=1", "\U0001f680"),
    ],
)
def test_a_query_parameter_that_nothing_reads_is_refused(client: Client, path: str, parameter: str) -> None:
    found = problem(client.post(path, {"events": []}), 422, "invalid-request")
    assert places(found) == [(parameter, "extra_forbidden")]
    assert "parameter" in found["errors"][0]


def test_what_stands_in_the_body_is_sent_back_there(client: Client) -> None:
    found = problem(client.post("/reduce?mode=strict", {"events": []}), 422, "invalid-request")
    assert "put it into the body" in found["detail"]


@pytest.mark.parametrize("query", ["mode=strict&mode=permissive", "mode=strict&mode=strict"])
def test_a_query_parameter_is_read_once(client: Client, query: str) -> None:
    found = problem(client.send(f"/reduce?{query}", b"", Content_Type="application/x-ndjson"), 422, "invalid-request")
    assert places(found) == [("mode", "repeated")]


def test_an_empty_query_is_none(client: Client) -> None:
    assert client.post("/reduce?", {"events": []}).status_code == 200


@pytest.mark.parametrize("field", REQUIRED)
def test_each_required_field_of_an_envelope_is_asked_for(client: Client, field: str) -> None:
    event = {name: value for name, value in EVENT.items() if name != field}
    found = problem(client.post("/reduce", {"events": [EVENT, event]}), 422, "invalid-request")
    assert places(found) == [(f"/events/1/{field}", "missing")]
    assert found.get("event_id") == event.get("event_id")
    assert found.get("event_type") == event.get("event_type")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("event_id", "e1", "identifier"),
        ("event_id", 7, "string_type"),
        ("event_type", "", "string_too_short"),
        ("aggregate_id", None, "string_type"),
        ("payload", [], "dict_type"),
        ("timestamp", "yesterday", "timestamp"),
        ("timestamp", "2026-02-30T00:00:00Z", "timestamp_calendar"),
        ("timestamp", "0001-01-01T00:00:00+01:00", "timestamp_range"),
        ("timestamp", 0, "string_type"),
        ("node_id", [], "string_type"),
        ("lamport_clock", "7", "int_type"),
        ("lamport_clock", True, "int_type"),
        ("lamport_clock", 1.0, "int_type"),
        ("lamport_clock", -1, "greater_than_equal"),
        ("lamport_clock", 2**53, "less_than_equal"),
        ("lamport_clock", 10**4_000, "less_than_equal"),
        ("project_uuid", "3f2b8c1e9d474a608e157c0d2a9b4f61", "project_uuid"),
        ("correlation_id", "run-1", "identifier"),
        ("causation_id", "c1", "identifier"),
        ("project_slug", 7, "string_type"),
        ("schema_version", "v1", "string_pattern_mismatch"),
        ("data_tier", 5, "less_than_equal"),
        ("data_tier", 0.0, "int_type"),
    ],
)
def test_each_field_of_an_envelope_is_held_to_its_rule(client: Client, field: str, value: Any, code: str) -> None:
    body = {"events": [EVENT, build.event(*build.drive("ann")) | {field: value}], "mode": "permissive"}
    found = problem(client.post("/reduce", body), 422, "invalid-request")
    assert places(found) == [(f"/events/1/{field}", code)]


@pytest.mark.parametrize("event", [None, 7, "event", [], [EVENT]])
def test_something_else_than_an_event_is_pointed_at(client: Client, event: Any) -> None:
    found = problem(client.post("/reduce", {"events": [EVENT, event]}), 422, "invalid-request")
    assert places(found) == [("/events/1", "model_type")]
    assert "object" in found["errors"][0]["message"]


def test_every_broken_envelope_of_a_batch_is_named(client: Client) -> None:
    events = [EVENT, {**EVENT, "lamport_clock": -1, "node_id": ""}, EVENT, 7, EVENT | {"data_tier": "0"}]
    found = problem(client.post("/reduce", {"events": events}), 422, "invalid-request")
    assert [place for place, _ in places(found)] == [
        "/events/1/node_id",
        "/events/1/lamport_clock",
        "/events/3",
        "/events/4/data_tier",
    ]


@pytest.mark.parametrize(("count", "more"), [(99, None), (100, None), (101, True)])
def test_a_hundred_errors_are_listed_and_more_are_told_of(client: Client, count: int, more: bool | None) -> None:
    answer = client.post("/reduce", {"events": [EVENT | {"node_id": 7}] * count})
    found = problem(answer, 422, "invalid-request")
    assert places(found) == [(f"/events/{n}/node_id", "string_type") for n in range(min(count, 100))]
    assert found.get("more_errors") is more


def test_a_roster_of_any_size_is_answered_with_a_hundred_errors(client: Client) -> None:
    roster = {f"p{n}": build.identity("someone") for n in range(10_000)}
    found = problem(client.post("/reduce", {"events": [], "roster": roster}), 422, "invalid-request")
    assert (len(found["errors"]), found["more_errors"]) == (100, True)


def test_of_a_hundred_thousand_broken_events_all_are_read_once_and_few_explained(
    make_client: Callable[..., Client],
) -> None:
    client = make_client(pool_size=0)  # works in place, where calls can be counted
    body = b'{"events": [' + b"{}," * 99_999 + b"{}]}"
    calls = explained = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls, explained
        calls += event == "call"
        explained += event == "call" and frame.f_code is BrokenEvent.violations.__code__

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        answer = client.send("/reduce", body)
    finally:
        sys.setprofile(before)
    found = problem(answer, 422, "invalid-request")
    assert (len(found["errors"]), found["more_errors"]) == (100, True)
    assert 0 < explained < 200  # the models are slow
    assert calls < 5 * 100_000 + 100 * 100  # five an event, where a sound one takes three, and a hundred an error
