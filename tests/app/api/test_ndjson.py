"""NDJSON bodies: one event a line, the same answers as JSON, every place told by its line."""

import gzip
import json
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import builders as build
from tests.support import story
from tests.support.bodies import NOT_JSON
from tests.support.client import Client, Json, places, problem
from tests.support.folding import examples
from tests.support.histories import histories
from tests.support.near_misses import near_events
from tests.support.valid_events import json_values

AS_LINES = {"Content_Type": "application/x-ndjson"}
MODES = ("strict", "permissive")
STORY = story.events()
ODD = [*STORY, *story.noise()]
"""The same story, with other types between."""
ONE_LINE = {name: bad for name, bad in NOT_JSON.items() if b"\n" not in bad.text and bad.text.strip()}


def as_lines(events: list[Any]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def in_lines(found: Json) -> Json:
    """Turn a problem, or a verdict, of JSON into that of lines; without its id and its sentences."""
    kept = {name: value for name, value in found.items() if name not in ("request_id", "detail", "message")}
    for name in ("errors", "results", "violations"):
        if name in kept:
            kept[name] = [in_lines(each) for each in kept[name]]
    if kept.get("pointer", "").startswith("/events/"):
        _, _, index, *inner = kept["pointer"].split("/")
        kept |= {"pointer": "".join("/" + step for step in inner), "line": int(index) + 1}
    return kept


def check_same(by_line: httpx.Response, by_json: httpx.Response) -> None:
    """Compare states by their bytes and other answers by what they say."""
    assert by_line.status_code == by_json.status_code, by_line.text
    if "repr-digest" in by_json.headers:
        assert by_line.content == by_json.content
        assert by_line.headers["repr-digest"] == by_json.headers["repr-digest"]
    else:
        assert in_lines(by_line.json()) == in_lines(by_json.json())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("events", [STORY, ODD, STORY[::-1], []], ids=["ours", "others between", "backwards", "none"])
def test_the_story_gives_the_same_bytes_in_lines(client: Client, events: list[Json], mode: str) -> None:
    by_line = client.send(f"/reduce?mode={mode}", as_lines(events), **AS_LINES)
    assert by_line.status_code == 200
    check_same(by_line, client.post("/reduce", {"events": events, "mode": mode}))


@examples(80)
@given(histories(), st.sampled_from(MODES), st.randoms(use_true_random=False))
def test_any_history_gives_the_same_answer_in_lines(
    client: Client, events: list[Json], mode: str, chance: random.Random
) -> None:
    chance.shuffle(events)
    by_line = client.send(f"/reduce?mode={mode}", as_lines(events), **AS_LINES)
    check_same(by_line, client.post("/reduce", {"events": events, "mode": mode}))


@examples(40)
@given(st.lists(near_events() | json_values(), max_size=5), st.sampled_from(("all", "invalid")))
def test_any_batch_has_the_same_verdicts_in_lines(client: Client, events: list[Any], report: str) -> None:
    path = f"/validate/batch?report={report}"
    check_same(client.send(path, as_lines(events), **AS_LINES), client.post(path, {"events": events}))


@examples(30)
@given(st.lists(near_events() | json_values(), max_size=5))
def test_any_batch_is_refused_with_the_same_places_in_lines(client: Client, events: list[Any]) -> None:
    check_same(client.send("/reduce", as_lines(events), **AS_LINES), client.post("/reduce", {"events": events}))


LAYOUTS: dict[str, Callable[[bytes], bytes]] = {
    "no newline at the end": lambda body: body[:-1],
    "Windows": lambda body: body.replace(b"\n", b"\r\n"),
    "Windows, no newline at the end": lambda body: body.replace(b"\n", b"\r\n")[:-2],
    "blank lines": lambda body: b"\n\n" + body.replace(b"\n", b"\n\n") + b"\n",
    "blank Windows lines": lambda body: b"\r\n" + body.replace(b"\n", b"\r\n\r\n"),
    "lines of blanks": lambda body: b" \t\n" + body.replace(b"\n", b"  \n\t \r\n") + b"  ",
    "indented": lambda body: b"  " + body.replace(b"\n", b"\n\t "),
}


@pytest.mark.parametrize("path", ["/reduce", "/reduce?ordered=true", "/validate/batch"])
@pytest.mark.parametrize(
    "events", [STORY, [STORY[0] | {"zz_future": 1}, *STORY[1:]]], ids=["known members", "an unknown one"]
)
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_blank_lines_and_windows_lines_change_nothing(
    client: Client, layout: Callable[[bytes], bytes], events: list[Json], path: str
) -> None:
    plain = client.send(path, as_lines(events), **AS_LINES)
    assert plain.status_code == 200
    assert client.send(path, layout(as_lines(events)), **AS_LINES).content == plain.content


@pytest.mark.parametrize("body", [b"", b"\n", b" \r\n\n\t"])
def test_an_empty_body_is_no_events(client: Client, body: bytes) -> None:
    for path in ("/reduce", "/reduce?ordered=true", "/reduce?mode=permissive"):
        assert client.send(path, body, **AS_LINES).json()["event_count"] == 0
    verdict = client.send("/validate/batch", body, **AS_LINES).json()
    assert verdict == {"valid": True, "total": 0, "invalid": 0, "results": []}


@pytest.mark.parametrize("bad", ONE_LINE.values(), ids=ONE_LINE)
def test_a_line_that_is_no_json_is_named_with_its_column(client: Client, bad: Any) -> None:
    body = b"\n".join([as_lines(STORY[:1]), bad.text, as_lines(STORY[1:3])])
    for path in ("/reduce", "/reduce?ordered=true&mode=permissive"):
        found = problem(client.send(path, body, **AS_LINES), 400, "malformed-json")
        [error] = found["errors"]
        assert (error["pointer"], error["line"], error["column"]) == ("", 3, bad.column)
        assert "line 3" in found["detail"].lower()


@pytest.mark.parametrize("bad", [*ONE_LINE.values(), NOT_JSON["truncated string"]], ids=[*ONE_LINE, "cut"])
def test_a_line_that_is_no_json_is_judged_alone(client: Client, bad: Any) -> None:
    good = [STORY[0], STORY[1]]
    body = as_lines(good[:1]) + b"\n" + bad.text.replace(b"\n", b"") + b"\n" + as_lines(good[1:])
    answer = client.send("/validate/batch", body, **AS_LINES).json()
    assert (answer["total"], answer["invalid"]) == (3, 1)
    assert [result["valid"] for result in answer["results"]] == [True, False, True]
    [violation] = answer["results"][1]["violations"]
    assert (violation["layer"], violation["pointer"], violation["line"]) == ("model", "", 3)
    assert violation["code"] == "malformed-json"


def test_a_line_that_is_nested_too_deep_is_named(client: Client) -> None:
    deep = as_lines(STORY[:1]) + b'{"a":' + b"[" * 100 + b"]" * 100 + b"}"
    [error] = problem(client.send("/reduce", deep, **AS_LINES), 400, "too-deep")["errors"]
    assert error["line"] == 2
    results = client.send("/validate/batch", deep, **AS_LINES).json()["results"]
    assert [[(v["code"], v["line"]) for v in each["violations"]] for each in results] == [[], [("too-deep", 2)]]


@pytest.mark.parametrize("path", ["/reduce", "/reduce?ordered=true"])
@pytest.mark.parametrize("ends", [b"\n", b"", b"\n" + as_lines(STORY[1:2])])
def test_an_event_over_several_lines_is_no_event(client: Client, path: str, ends: bytes) -> None:
    answer = client.send(path, json.dumps(STORY[0], indent=1).encode() + ends, **AS_LINES)
    assert problem(answer, 400, "malformed-json")["errors"][0]["line"] == 1


def test_each_line_of_an_event_over_several_has_its_verdict(client: Client) -> None:
    text = json.dumps(STORY[0], indent=1).encode()
    answer = client.send("/validate/batch", text, **AS_LINES).json()
    assert (answer["valid"], answer["total"]) == (False, text.count(b"\n") + 1)


@pytest.mark.parametrize(
    ("bad", "code", "pointer"),
    [
        (build.event(*build.drive("nobody"), lamport_clock=9), "unknown-participant", "/payload/participant_id"),
        (STORY[1] | {"node_id": "other"}, "conflicting-duplicate", "/event_id"),
        (
            build.event(*build.heartbeat("ann", mission_id="m2"), lamport_clock=9),
            "mission-mismatch",
            "/payload/mission_id",
        ),
        (build.event(*build.completed("ann", "s9"), lamport_clock=99), "unmatched-completion", "/payload/step_id"),
        (build.event(*build.drive("ann", "fast"), lamport_clock=9), "malformed-payload", "/payload/intent"),
        (STORY[1] | {"lamport_clock": "1"}, "invalid-request", "/lamport_clock"),
        (["no event"], "invalid-request", ""),
    ],
)
def test_a_refusal_points_into_its_line_with_blank_ones_counted(
    client: Client, bad: Any, code: str, pointer: str
) -> None:
    body = b"\n" + as_lines(STORY[:3]) + b" \r\n\r\n" + as_lines([bad]) + b"\n"
    found = problem(client.send("/reduce", body, **AS_LINES), 422, code)
    [error] = found["errors"]
    assert (error["pointer"], error["line"]) == (pointer, 7)
    if isinstance(bad, dict):
        assert (found["event_id"], found["event_type"]) == (bad["event_id"], bad["event_type"])


def test_every_malformed_payload_is_listed_with_its_line(client: Client) -> None:
    bad = [build.event(*build.drive("ann", "fast"), lamport_clock=clock) for clock in (50, 51)]
    body = as_lines([*bad[:1], STORY[0]]) + b"\n" + as_lines(bad[1:])
    errors = problem(client.send("/reduce", body, **AS_LINES), 422, "malformed-payload")["errors"]
    assert [(error["line"], error["pointer"]) for error in errors] == [(1, "/payload/intent"), (4, "/payload/intent")]


@pytest.mark.parametrize("ordered", ["", "&ordered=true", "&ordered=false"])
def test_the_mode_stands_in_the_query(client: Client, ordered: str) -> None:
    body = as_lines([build.event(*build.drive("nobody"))])
    problem(client.send(f"/reduce?mode=strict{ordered}", body, **AS_LINES), 422, "unknown-participant")
    state = client.send(f"/reduce?mode=permissive{ordered}", body, **AS_LINES).json()
    assert len(state["anomalies"]) == 1


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("mode=lax", "mode", "literal_error"),
        ("mode=", "mode", "literal_error"),
        ("mode=Strict", "mode", "literal_error"),
        ("ordered=yes", "ordered", "literal_error"),
        ("ordered=true&mode=lax", "mode", "literal_error"),
        ("roster=%7B%7D", "roster", "extra_forbidden"),
        ("ordered=true&roster=%7B%7D", "roster", "extra_forbidden"),
        ("report=all", "report", "extra_forbidden"),
    ],
)
def test_a_query_that_says_something_else_is_refused(client: Client, query: str, parameter: str, code: str) -> None:
    found = problem(client.send(f"/reduce?{query}", as_lines(STORY), **AS_LINES), 422, "invalid-request")
    assert places(found) == [(parameter, code)]


@pytest.mark.parametrize("ordered", ["", "?ordered=true"])
def test_the_sentence_names_the_line_and_the_event(client: Client, ordered: str) -> None:
    broken = STORY[1] | {"data_tier": 9}
    found = problem(client.send(f"/reduce{ordered}", as_lines([STORY[0], broken]), **AS_LINES), 422, "invalid-request")
    assert "in line 2 at /data_tier" in found["detail"]
    assert f"event {broken['event_id']}" in found["detail"]
    nothing = problem(client.send(f"/reduce{ordered}", as_lines([STORY[0], 7]), **AS_LINES), 422, "invalid-request")
    assert "in line 2 as a whole" in nothing["detail"]


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 7):
        yield content[start : start + 7]


@pytest.mark.parametrize("path", ["/reduce", "/reduce?ordered=true", "/validate/batch"])
def test_gzip_is_understood_in_lines_too(client: Client, path: str) -> None:
    plain = client.send(path, as_lines(STORY), **AS_LINES)
    assert plain.status_code == 200
    members = gzip.compress(as_lines(STORY[:9])) + gzip.compress(as_lines(STORY[9:]))
    for content in (members, pieces(members)):
        assert client.send(path, content, Content_Encoding="gzip", **AS_LINES).content == plain.content


@pytest.mark.parametrize("path", ["/reduce", "/validate/batch"])
def test_a_body_may_have_just_so_many_lines(make_client: Callable[..., Client], path: str) -> None:
    few = make_client(max_events=3)
    for events in (STORY[:3], [STORY[0] | {"zz_future": 1}, *STORY[1:3]]):
        assert few.send(path, b"\n\n" + as_lines(events) + b"\n\n", **AS_LINES).status_code == 200
    for body in (as_lines(STORY[:4]), b"[]\n" * 4, b"{\n" * 4):
        detail = problem(few.send(path, body, **AS_LINES), 413, "too-many-events")["detail"]
        assert "4" in detail
        assert "3" in detail


@pytest.mark.parametrize("path", ["/reduce", "/validate/batch"])
def test_media_types_are_told_apart(client: Client, path: str) -> None:
    for given_type in ("application/x-ndjson; charset=utf-8", "Application/X-NDJSON"):
        assert client.send(path, as_lines(STORY), Content_Type=given_type).status_code == 200
    for given_type in (
        "application/ndjson",
        "application/jsonl",
        "application/x-ndjson; charset=latin-1",
    ):
        answer = client.send(path, as_lines(STORY), Content_Type=given_type)
        problem(answer, 415, "unsupported-media-type")
        assert "application/json" in answer.headers["accept"]
        assert "application/x-ndjson" in answer.headers["accept"]


def test_one_payload_is_never_a_line(client: Client) -> None:
    answer = client.send("/validate", as_lines(STORY[:1]), **AS_LINES)
    problem(answer, 415, "unsupported-media-type")
