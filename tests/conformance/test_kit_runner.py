"""The runner against a service that is a function: what it sends, what it finds, and how it says so."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from conformance import checks, run
from conformance.compare import differences, key_order_differences, partial_differences, resolve
from conformance.exchanges import service_cases
from conformance.kinds import Object, envelope_cases, payload_cases
from conformance.model import MISSING, Answer, Case, Check, Difference, Json, Memory
from conformance.runner import run_case
from conformance.scenarios import moved, orders, scenario_cases

Service = Callable[[httpx.Request], httpx.Response]

ENVELOPE: Object = {"node_id": "n1"}
DIGEST_OF_NULL = {"Repr-Digest": "sha-256=:dCNOmK/nSY+12vHzasLXiswzlGT5UHA7jAGYkvmCuQs=:"}


@contextmanager
def client_of(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(transport=httpx.MockTransport(service), base_url="http://fake") as client:
        yield client


def failures_of(case: Case, service: Service) -> list[str]:
    """Name the places where a service differs from a case."""
    with client_of(service) as client:
        outcome = run_case(case, client)
    return [found.where for step in outcome.failed_steps for found in step.differences]


def answer(body: Json = None, status: int = 200, /, **headers: str) -> Answer:
    return Answer(status, httpx.Headers(headers), json.dumps(body).encode())


def found_by(check: Check, sent: Answer, memory: Memory | None = None) -> list[Difference]:
    return check(sent, memory or Memory())


@pytest.mark.parametrize(
    ("expected", "got"),
    [(1, True), (1, 1.0), (True, 1), ("1", 1), (None, False), ([], {}), ([1], [1, 2]), ({"a": 1}, {"a": 1, "b": 2})],
)
def test_values_that_python_might_confuse_differ(expected: Json, got: Json) -> None:
    assert differences(expected, got)


def test_a_difference_names_its_place() -> None:
    expected: Json = {"a": [{"b/c": 1}, 2], "d": 3}
    got: Json = {"a": [{"b/c": 9}], "e": 4}

    assert differences(expected, got) == [
        Difference("/a/0/b~1c", 1, 9),
        Difference("/a/1", 2, MISSING),
        Difference("/d", 3, MISSING),
        Difference("/e", MISSING, 4),
    ]


def test_a_partial_comparison_passes_over_other_members() -> None:
    assert partial_differences({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}) == []
    assert partial_differences({"a": [1]}, {"a": [1, 2]}) == [Difference("/a/1", MISSING, 2)]


def test_the_order_of_keys_is_compared_at_every_depth() -> None:
    expected: Json = [{"a": 1, "b": {"c": 1, "d": 2}}]

    assert list(key_order_differences(expected, [{"a": 1, "b": {"c": 1, "d": 2}}])) == []
    found = list(key_order_differences(expected, [{"a": 1, "b": {"d": 2, "c": 1}}]))
    assert [difference.where for difference in found] == ["/0/b (order of keys)"]


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("", {"a/b": [1]}), ("/a~1b/0", 1), ("/a~1b/1", MISSING), ("/a~1b/x", MISSING), ("/b", MISSING)],
)
def test_a_pointer_is_resolved(pointer: str, value: object) -> None:
    assert resolve({"a/b": [1]}, pointer) == value


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (checks.status_is(200), answer(), answer(None, 404)),
        (checks.header_matches("ETag", "^x"), answer(ETag="xy"), answer(ETag="yx")),
        (checks.header_matches("ETag", None), answer(), answer(ETag="x")),
        (checks.repr_digest_fits(), answer(None, **DIGEST_OF_NULL), answer(1, **DIGEST_OF_NULL)),
        (checks.body_is_text('{"a": 1}'), answer({"a": 1}), answer({"a": 2})),
        (checks.equals("/a", 1), answer({"a": 1}), answer({"a": True})),
        (checks.is_number("/a", 1), answer({"a": 1.0}), answer({"a": True})),
        (checks.absent("/a"), answer({}), answer({"a": None})),
        (checks.has_type("/a", "integer"), answer({"a": 1}), answer({"a": True})),
        (checks.matches("/a", "^x$"), answer({"a": "x"}), answer({"a": 7})),
        (checks.has_length("/a", 1), answer({"a": [0]}), answer({"a": []})),
        (checks.not_empty("/a"), answer({"a": [0]}), answer({"a": []})),
        (checks.includes("/a", {"b": 1}), answer({"a": [{"b": 1, "c": 2}]}), answer({"a": [{"b": 2}]})),
        (checks.includes("/a", {"b": 1}), answer({"a": {"b": 1, "c": 2}}), answer({"a": {"b": 2}})),
        (checks.includes("/a", "b"), answer({"a": "abc"}), answer({"a": "xyz"})),
        (checks.text_has("abc"), answer("abcd"), answer("xyz")),
        (checks.some_pointer("/errors", "/x"), answer({"errors": [{"pointer": "/x"}]}), answer({"errors": [7]})),
    ],
)
def test_a_check_tells_good_from_bad(check: Check, good: Answer, bad: Answer) -> None:
    assert found_by(check, good) == []
    assert len(found_by(check, bad)) >= 1


def test_a_check_on_a_body_that_is_no_json_fails() -> None:
    assert found_by(checks.equals("/a", 1), Answer(200, {}, b"oops")) == [Difference("/a", 1, MISSING)]


def test_other_bytes_of_the_same_value_differ() -> None:
    memory = Memory(answers=[Answer(200, {}, b'{"a":1}')])

    assert found_by(checks.same_body_as(0), Answer(200, {}, b'{"a":1}'), memory) == []
    assert found_by(checks.same_body_as(0), Answer(200, {}, b'{"a": 1}'), memory)[0].where == "body"
    assert found_by(checks.same_body_as(0), Answer(200, {}, b'{"a":2}'), memory)[0].where == "/a"


def test_orders_begin_with_the_listed_one() -> None:
    assert list(orders(1)) == [("as listed", [0])]
    assert [order for _, order in orders(2)] == [[0, 1], [1, 0]]
    assert [order for _, order in orders(4)] == [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]]


def test_a_pointer_follows_its_event() -> None:
    assert moved("/events/0/payload/intent", [2, 1, 0]) == "/events/2/payload/intent"
    assert moved("/mode", [1, 0]) == "/mode"


def scenario(expect: Object, events: int = 2) -> Case:
    """Make a scenario of some events in strict mode."""
    listed: list[Json] = [{"event_id": str(number), "event_type": "T"} for number in range(events)]
    data: Object = {"envelope": ENVELOPE, "cases": [{"name": "n", "rules": ["R1"], "events": listed, "expect": expect}]}
    return next(iter(scenario_cases(data, "f")))


def test_a_scenario_runs_in_each_mode_that_it_names() -> None:
    outcome: Json = {"state": {}}
    data: Object = {
        "envelope": {},
        "cases": [{"name": "n", "rules": ["R1"], "events": [], "expect": {"both": outcome}}],
    }

    assert [case.title for case in scenario_cases(data, "f")] == ["n (strict)", "n (permissive)"]
    assert scenario({"permissive": {"state": {}}}).mode == "permissive"


def test_a_scenario_is_sent_completed_and_in_several_orders() -> None:
    sent: list[list[str]] = []

    def service(request: httpx.Request) -> httpx.Response:
        events = json.loads(request.content)["events"]
        assert all("node_id" in event for event in events)
        sent.append([event["event_id"][:1] for event in events])
        return httpx.Response(200, json={"anomalies": []})

    assert failures_of(scenario({"strict": {"state": {}}}), service) == []
    assert sent == [["0", "1"], ["1", "0"], ["0", "1", "7", "0", "1"]]


def test_a_state_that_depends_on_the_order_fails() -> None:
    def service(request: httpx.Request) -> httpx.Response:
        first = json.loads(request.content)["events"][0]["event_id"]
        return httpx.Response(200, json={"last_processed_event_id": first, "anomalies": []})

    assert failures_of(scenario({"strict": {"state": {}}}), service) == ["/last_processed_event_id"]


@pytest.mark.parametrize(
    ("anomalies", "wrong"),
    [
        ([{"event_id": "0", "event_type": "T", "reason": "it has departed"}], []),
        ([], ["/anomalies"]),
        ([{"event_id": "1", "event_type": "T", "reason": "it has departed"}], ["/anomalies/0/event_id"]),
        ([{"event_id": "0", "event_type": "U", "reason": "it has departed"}], ["/anomalies/0/event_type"]),
        ([{"event_id": "0", "event_type": "T", "reason": "gone"}], ["/anomalies/0/reason"]),
        ([{"event_id": "0", "event_type": "T", "reason": "Unknown, has departed"}], ["/anomalies/0/reason"]),
    ],
)
def test_anomalies_are_compared_by_the_phrases_of_the_contract(anomalies: list[Json], wrong: list[str]) -> None:
    expected: Json = {
        "event_id": "0",
        "event_type": "T",
        "reason_contains": "has departed",
        "reason_lacks": "Unknown",
    }
    case = scenario({"strict": {"state": {}, "anomalies": [expected]}})

    found = failures_of(case, lambda _: httpx.Response(200, json={"anomalies": anomalies}))

    assert found == wrong


def test_anomalies_that_nobody_expects_fail() -> None:
    anomalies = [{"event_id": "0", "event_type": "T", "reason": "r"}]

    found = failures_of(
        scenario({"strict": {"state": {}}}), lambda _: httpx.Response(200, json={"anomalies": anomalies})
    )

    assert found == ["/anomalies"]


def problem(status: int, code: str, **members: Json) -> httpx.Response:
    body = {"type": f"/problems/{code}", "title": "t", "status": status, "detail": "d", "code": code, "request_id": "r"}
    return httpx.Response(status, json={**body, **members}, headers={"Content-Type": "application/problem+json"})


REFUSAL: Object = {"strict": {"refusal": {"status": 422, "code": "c", "event_id": "1", "pointer": "/events/1/payload"}}}


def test_a_refusal_is_followed_through_the_orders() -> None:
    def service(request: httpx.Request) -> httpx.Response:
        ids = [event["event_id"] for event in json.loads(request.content)["events"]]
        return problem(422, "c", event_id="1", errors=[{"pointer": f"/events/{ids.index('1')}/payload"}])

    assert failures_of(scenario(REFUSAL), service) == []


def test_a_refusal_that_blames_by_place_of_arrival_fails() -> None:
    def service(_: httpx.Request) -> httpx.Response:
        return problem(422, "c", event_id="1", errors=[{"pointer": "/events/1/payload"}])

    assert failures_of(scenario(REFUSAL), service) == ["/errors/0/pointer"]


def test_a_refusal_of_many_names_all_and_no_others() -> None:
    expect: Object = {"strict": {"refusal": {"status": 422, "code": "c", "pointers": ["/events/0/payload/a"]}}}
    case = scenario(expect, events=1)

    def blaming(*pointers: str) -> Service:
        return lambda _: problem(422, "c", errors=[{"pointer": pointer} for pointer in pointers])

    assert failures_of(case, blaming("/events/0/payload/a", "/events/0/payload/b")) == []
    assert failures_of(case, blaming("/events/0/payload/b")) == ["/errors/*/pointer"]
    assert failures_of(case, blaming("/events/0/payload/a", "/events/1/payload/a")) == ["/errors/*/pointer"]


def payload_case(**case: Json) -> Case:
    data: Object = {"envelope": {}, "event_type": "T", "cases": [{"name": "n", "rules": ["P1"], **case}]}
    return next(iter(payload_cases(data, "f")))


def lenient(request: httpx.Request) -> httpx.Response:
    """Answer as a service does that finds everything valid."""
    verdict: Object = {"valid": True, "event_type": "T", "model_violations": [], "schema_violations": []}
    answers: dict[str, Json] = {
        "/validate": {**verdict, "schema_check_skipped": False},
        "/validate/batch": {"valid": True, "results": [{"valid": True, "violations": []}]},
        "/reduce": {"mission_id": "m1", "anomalies": []},
    }
    return httpx.Response(200, json=answers[request.url.path])


def test_a_lenient_service_passes_valid_cases_and_fails_the_others() -> None:
    valid = payload_case(payload={"mission_id": "m1"}, valid=True)
    invalid = payload_case(payload={"mission_id": 7}, valid=False, blames="/mission_id")
    broken: Object = {"name": "n", "rules": ["E1"], "event": {}, "valid": False, "blames": "/event_id"}
    envelope: Object = {"neighbour": {}, "cases": [broken]}

    assert failures_of(valid, lenient) == []
    assert failures_of(invalid, lenient)[:3] == ["/valid", "/model_violations", "/schema_violations"]
    assert failures_of(next(iter(envelope_cases(envelope, "f"))), lenient)[:2] == ["/valid", "/results/0/valid"]


def test_a_mapping_case_wants_the_mapping_layer_alone() -> None:
    listed: Object = {"name": "n", "rules": ["M1"], "event": {}, "valid": False, "layer": "mapping", "blames": "/a"}
    case = next(iter(envelope_cases({"neighbour": {}, "cases": [listed]}, "f")))

    def reporting(layer: str, pointer: str) -> Service:
        found = {"valid": False, "violations": [{"layer": layer, "pointer": pointer}]}
        return lambda _: httpx.Response(200, json={"valid": False, "results": [found]})

    assert failures_of(case, reporting("mapping", "/events/0/a")) == []
    assert failures_of(case, reporting("model", "/events/0/a")) == ["/results/0/violations/*/layer"]
    assert failures_of(case, reporting("mapping", "/events/0/b")) == ["/results/0/violations/*/pointer"]


def service_case(*steps: Json) -> Case:
    return next(iter(service_cases({"cases": [{"name": "n", "rules": ["A1"], "steps": list(steps)}]}, "f")))


def test_a_saved_value_goes_into_a_later_request() -> None:
    first: Json = {"request": {"method": "GET", "path": "/a"}, "expect": {"status": 200}}
    save: Json = {"tag": {"header": "ETag"}, "mark": {"at": "/mark"}}
    body: Json = {"mark": {"$saved": "mark"}}
    headers: Json = {"If-None-Match": {"$saved": "tag"}}
    second: Json = {
        "request": {"method": "POST", "path": "/b", "headers": headers, "json": body},
        "expect": {"status": 304, "text": ""},
    }

    def service(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/a":
            return httpx.Response(200, json={"mark": [1]}, headers={"ETag": "x"})
        assert json.loads(request.content) == {"mark": [1]}
        return httpx.Response(304 if request.headers["If-None-Match"] == "x" else 200)

    assert isinstance(first, dict)
    assert failures_of(service_case({**first, "save": save}, second), service) == []


def test_a_text_body_is_sent_as_it_stands() -> None:
    request: Json = {"method": "POST", "path": "/", "text": "{ ", "headers": {"Content-Type": "text/plain"}}

    def service(sent: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=f"{sent.content.decode()}{sent.headers['Content-Type']}")

    assert (
        failures_of(service_case({"request": request, "expect": {"status": 200, "text": "{ text/plain"}}), service)
        == []
    )


def test_no_answer_is_an_error_and_not_a_failure() -> None:
    def service(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with client_of(service) as client:
        report = run([scenario({"strict": {"state": {}}})], client)

    assert not report.passed
    assert "no answer (ConnectError: refused)" in str(report.failures[0].error)
    assert report.failures[0].failed_steps == ()


def test_a_run_can_stop_at_the_first_failure() -> None:
    cases = [scenario(REFUSAL), scenario(REFUSAL)]

    with client_of(lambda _: httpx.Response(500)) as client:
        assert len(run(cases, client).outcomes) == 2
        assert len(run(cases, client, fail_fast=True).outcomes) == 1
