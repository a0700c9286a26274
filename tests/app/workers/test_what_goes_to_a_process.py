"""Which requests go to a process: large ones, and small ones that become large once they are unpacked."""

import gzip
import json
from collections.abc import Callable

import pytest

from tests.support import builders as build
from tests.support.client import Client, Json, places, problem
from tests.support.pooled import LINES, children, in_json, made_since


def swollen(client: Client) -> bytes:
    """Ask to go on from a checkpoint that is small as a text and large once it is unpacked."""
    beats = [build.comment("p1", content="x" * 2_000) for _ in range(150)]
    events = build.history(build.joined("p1"), *beats)
    checkpoint = client.post("/admit", {"events": events, "checkpoint": None}).json()["checkpoint"]
    return json.dumps({"events": [], "checkpoint": checkpoint}).encode()


def test_what_is_small_and_swells_goes_to_a_process(make_client: Callable[..., Client]) -> None:
    """A checkpoint of a few kilobytes may be a mission of megabytes."""
    client, known = make_client(inline_body_bytes=65_536), children()
    body = swollen(make_client(pool_size=0))
    assert len(body) < 65_536
    inline = make_client(pool_size=0).send("/admit", body)
    assert not made_since(known)
    answer = client.send("/admit", body)
    assert answer.status_code == 200
    assert answer.content == inline.content
    assert len(made_since(known)) == 1


def test_a_short_body_of_many_things_that_are_no_events_goes_to_a_process(make_client: Callable[..., Client]) -> None:
    client, known = make_client(), children()
    assert client.send("/explain", in_json(*[{}] * 900)).status_code == 200
    assert not made_since(known)
    assert client.send("/explain", in_json(*[{}] * 3_000)).status_code == 200
    assert len(made_since(known)) == 1


SOUND = build.event(*build.heartbeat("p1"))
ELSEWHERE = SOUND | {"aggregate_id": "mission/m2"}
OTHER = SOUND | {"event_type": "BuildFinished"}


@pytest.mark.parametrize(
    "event",
    [SOUND | {"node_id": 7}, SOUND | {"payload": {}}, ELSEWHERE, {"event_type": "Other"}, OTHER | {"node_id": ""}],
    ids=["envelope", "payload", "mapping", "other type, bare", "other type, a text"],
)
def test_many_events_that_the_judges_look_at_one_by_one_go_to_a_process(
    make_client: Callable[..., Client], event: Json
) -> None:
    client, known = make_client(), children()
    for sound in (SOUND, OTHER, OTHER | {"zz_future": 1}):
        assert client.send("/validate/batch", in_json(*[sound] * 150)).json()["valid"]
    assert client.send("/validate/batch", in_json(*[event] * 50)).json()["invalid"] == 50
    assert not made_since(known)
    assert client.send("/validate/batch", in_json(*[event] * 150)).json()["invalid"] == 150
    assert len(made_since(known)) == 1


def test_a_compressed_stream_that_swells_goes_to_a_process(make_client: Callable[..., Client]) -> None:
    path, headers = "/reduce?ordered=true&mode=permissive", {"Content_Type": "application/x-ndjson"}
    client, known = make_client(inline_body_bytes=65_536), children()
    small, large = (gzip.compress(LINES + b"\n" * size) for size in (1, 500_000))
    assert len(large) < 65_536
    expected = client.send(path, LINES, **headers)
    assert client.send(path, small, Content_Encoding="gzip", **headers).content == expected.content
    assert not made_since(known)
    answer = client.send(path, large, Content_Encoding="gzip", **headers)
    assert answer.status_code == 200
    assert answer.content == expected.content
    assert len(made_since(known)) == 1


def test_the_process_that_answers_a_compressed_stream_compresses_the_answer(
    make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def compress_in_the_server(body: bytes, coding: str) -> bytes:
        raise AssertionError("the server itself compresses a large answer")

    client = make_client(inline_body_bytes=65_536)
    comments = build.history(build.joined("p1"), *[build.comment("p1", content="x" * 5_000) for _ in range(100)])
    lines = gzip.compress(b"".join(json.dumps(event).encode() + b"\n" for event in comments))
    headers = {"Content_Type": "application/x-ndjson"}
    monkeypatch.setattr("app.api.compression._compressed", compress_in_the_server)
    answer = client.send("/reduce?ordered=true", lines, Content_Encoding="gzip", Accept_Encoding="gzip", **headers)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["event_count"] == len(comments)


def test_what_swells_past_all_limits_is_refused_wherever_it_is_worked_on(make_client: Callable[..., Client]) -> None:
    body = swollen(make_client(pool_size=0))
    for settings in ({"pool_size": 0}, {"inline_body_bytes": 65_536}, {"inline_body_bytes": 0}):
        answer = make_client(max_state_bytes=200_000, window_bytes=50_000, **settings).send("/admit", body)
        assert places(problem(answer, 422, "checkpoint-too-large")) == [("/checkpoint", "too_long")]
