"""`POST /reduce?ordered=true`: NDJSON in canonical order, folded as it arrives, however it is cut into chunks."""

import gzip
import json
import random
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.endpoints.reduce_ordered import slices
from mission_collaboration.reducer.fold import Mode
from tests.support import builders as build
from tests.support import naive_events, story
from tests.support.client import Client, Json, places, problem
from tests.support.folding import examples, naive_outcome
from tests.support.histories import histories

AS_LINES = {"Content_Type": "application/x-ndjson"}
PATH = "/reduce?ordered=true"
MODES: tuple[Mode, ...] = get_args(Mode)
STORY = story.events()
SIZES = (1, 2, 3, 64, 333, 4_096, 1_000_000)
LIMIT = 1_024


def as_lines(events: list[Any]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def in_order(events: list[Json]) -> list[Json]:
    return sorted(events, key=naive_events.canonical_key)


class Chunks:
    """A body in chunks, which counts how many bytes of it were taken."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            self.taken += len(chunk)
            yield chunk


def cut(body: bytes, *sizes: int) -> Chunks:
    """Cut a body into chunks of these sizes, again and again."""

    def chunks() -> Iterator[bytes]:
        start = number = 0
        while start < len(body):
            yield body[start : start + sizes[number % len(sizes)]]
            start += sizes[number % len(sizes)]
            number += 1

    return Chunks(chunks())


def endless(line: bytes, count: int = 50_000) -> Chunks:
    """Send so many lines that a service which reads all of them is found out."""
    return Chunks(line for _ in range(count))


def sent(client: Client, body: bytes | Chunks, mode: str = "strict", **headers: str) -> Any:
    return client.send(f"{PATH}&mode={mode}", body, **AS_LINES, **headers)


def told(answer: Any) -> Json:
    return {name: value for name, value in answer.json().items() if name != "request_id"}


@examples(150)
@given(
    histories(),
    st.sampled_from(MODES),
    st.lists(st.integers(1, 40) | st.integers(1, 4_000), min_size=1, max_size=9),
    st.randoms(use_true_random=False),
)
def test_any_history_in_order_gives_the_answer_it_gives_in_any_order(
    client: Client, events: list[Json], mode: Mode, sizes: list[int], chance: random.Random
) -> None:
    """The whole problem is the same too, but for payloads: of malformed ones the other form lists all at once."""
    body = as_lines(in_order(events))
    answer, plain = sent(client, cut(body, *sizes), mode), client.send(f"/reduce?mode={mode}", body, **AS_LINES)
    if answer.status_code == 200:
        shuffled = as_lines(chance.sample(events, len(events)))
        assert client.send(f"/reduce?mode={mode}", shuffled, **AS_LINES).content == answer.content == plain.content
        assert answer.headers["repr-digest"] == plain.headers["repr-digest"]
    elif plain.json()["code"] != "malformed-payload":
        assert told(answer) == told(plain)
    else:
        found = told(answer)
        said = (found["code"], found["event_id"], found["event_type"], found.get("participant_id"))
        assert said == naive_outcome(events, mode)
        named = json.loads(body.splitlines()[found["errors"][0]["line"] - 1])
        assert naive_events.normalise_id(named["event_id"]) == found["event_id"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("events", [STORY, in_order([*STORY, *story.noise()])], ids=["ours", "others between"])
def test_the_story_may_come_in_chunks_of_any_size(client: Client, events: list[Json], size: int) -> None:
    plain = client.post("/reduce", {"events": events})
    assert sent(client, cut(as_lines(events), size)).content == plain.content
    packed = gzip.compress(as_lines(events))
    assert sent(client, cut(packed, size), Content_Encoding="gzip").content == plain.content


BAD: dict[str, tuple[bytes, str, str]] = {
    "no JSON": (b'{"event_id": nope}', "malformed-json", ""),
    "too deep": (b"[" * 100 + b"]" * 100, "too-deep", ""),
    "no event": (b"[]", "invalid-request", ""),
    "bad envelope": (as_lines([STORY[5] | {"node_id": 7}]), "invalid-request", "/node_id"),
    "out of order": (as_lines([STORY[2]]), "out-of-order", "/lamport_clock"),
    "stranger": (
        as_lines([STORY[5] | build.event(*build.drive("zoe"), lamport_clock=6)]),
        "unknown-participant",
        "/payload/participant_id",
    ),
    "malformed": (
        as_lines([build.event(*build.drive("ann", "fast"), lamport_clock=6)]),
        "malformed-payload",
        "/payload/intent",
    ),
    "mission": (
        as_lines([build.event(*build.left("ann", mission_id="m"), lamport_clock=6)]),
        "mission-mismatch",
        "/payload/mission_id",
    ),
    "conflict": (as_lines([STORY[4] | {"data_tier": 2}]), "conflicting-duplicate", "/event_id"),
}


@pytest.mark.parametrize("size", [1, 97, 100_000])
@pytest.mark.parametrize(("line", "code", "pointer"), BAD.values(), ids=BAD)
def test_the_first_line_with_something_wrong_is_named(
    client: Client, line: bytes, code: str, pointer: str, size: int
) -> None:
    """Blank lines count, and what is wrong further down is not told."""
    body = as_lines(STORY[:2]) + b"\r\n \n" + as_lines(STORY[2:5]) + line.strip() + b"\n" + as_lines(STORY[6:9])
    answer = sent(client, cut(body + b"{]\n" + as_lines(STORY[:1]), size))
    [error] = problem(answer, answer.status_code, code)["errors"]
    assert (error["line"], error["pointer"]) == (8, pointer)


@pytest.mark.parametrize("mode", MODES)
def test_an_event_out_of_order_is_named_in_both_modes(client: Client, mode: str) -> None:
    late = build.event(*build.heartbeat("ann"), lamport_clock=3)
    found = problem(sent(client, as_lines([*STORY, late]), mode), 422, "out-of-order")
    assert (found["event_id"], found["event_type"]) == (late["event_id"], "PresenceHeartbeat")
    assert found["errors"][0]["line"] == 27
    assert "line 27" in found["detail"]


def test_only_the_first_malformed_payload_is_told_in_strict_mode(client: Client) -> None:
    bad = [build.event(*build.drive("ann", "fast"), lamport_clock=clock) for clock in (30, 31)]
    found = problem(sent(client, as_lines([*STORY, *bad])), 422, "malformed-payload")
    assert [(error["pointer"], error["line"]) for error in found["errors"]] == [("/payload/intent", 27)]
    assert (found["event_id"], found["event_type"]) == (bad[0]["event_id"], "DriveIntentSet")
    state = sent(client, as_lines([*STORY, *bad]), "permissive").json()
    assert [anomaly["event_id"] for anomaly in state["anomalies"][-2:]] == [bad[0]["event_id"], bad[1]["event_id"]]


def test_a_refusal_does_not_wait_for_the_end_of_the_body(client: Client) -> None:
    body = endless(as_lines([STORY[1] | {"lamport_clock": 5}, STORY[2]]))
    problem(sent(client, body), 422, "out-of-order")
    assert body.taken < 10_000


def test_the_limits_of_body_and_batch_do_not_apply(make_client: Callable[..., Client], client: Client) -> None:
    small, body = make_client(max_body_bytes=LIMIT, max_events=2), as_lines(STORY)
    plain = client.send("/reduce", body, **AS_LINES).content
    problem(small.send("/reduce", body, **AS_LINES), 413, "body-too-large")
    assert sent(small, body).content == plain
    assert sent(small, cut(body, 100)).content == plain


@pytest.mark.parametrize("level", [0, 9])
def test_the_limit_of_the_body_does_not_apply_to_gzip_either(make_client: Callable[..., Client], level: int) -> None:
    chance = random.Random(1)
    events = [build.event("Other", {"noise": chance.randbytes(200).hex()}) for _ in range(20)]
    packed = gzip.compress(as_lines(events), level)
    assert len(packed) > 2 * LIMIT
    assert sent(make_client(max_body_bytes=LIMIT), packed, Content_Encoding="gzip").status_code == 200


@pytest.mark.parametrize("size", [1, 100, 1_000_000])
def test_a_line_over_the_limit_of_an_event_is_named(make_client: Callable[..., Client], size: int) -> None:
    small = make_client(max_event_bytes=LIMIT)
    large = as_lines([build.event(*build.heartbeat("ann", session_id="x" * LIMIT), lamport_clock=9)])
    body = as_lines(STORY[:3]) + b"\n" + large + as_lines(STORY[3:])
    found = problem(sent(small, cut(body, size)), 413, "event-too-large")
    assert [(error["pointer"], error["line"]) for error in found["errors"]] == [("", 5)]
    assert str(LIMIT) in found["detail"]


@pytest.mark.parametrize("start", [b'{"event_id": "', b"[", b'"'])
def test_a_line_that_never_ends_is_refused_soon(make_client: Callable[..., Client], start: bytes) -> None:
    small = make_client(max_event_bytes=LIMIT)

    def chunks() -> Iterator[bytes]:
        yield as_lines(STORY[:2]) + start
        yield from (b"x" * 100 for _ in range(50_000))

    body = Chunks(chunks())
    found = problem(sent(small, body), 413, "event-too-large")
    assert found["errors"][0]["line"] == 3
    assert body.taken < 10 * LIMIT


@pytest.mark.parametrize("size", [1, 100, 1_000_000])
def test_a_long_blank_line_hides_nothing_behind_it(make_client: Callable[..., Client], size: int) -> None:
    """A line that is not blank but long is refused; one that is blank is passed over at any length."""
    small, body = make_client(max_event_bytes=LIMIT), as_lines(STORY[:3]) + b" " * 5_000 + b"\n" + as_lines(STORY[3:])
    answer = sent(small, cut(body, size))
    assert answer.status_code == 413 or answer.content == small.post("/reduce", {"events": STORY}).content


@pytest.mark.parametrize("size", [1, 7, LIMIT + 1, 1_000_000])
@pytest.mark.parametrize("blanks", [b"", b"\r", b"  ", b" " * 3_000])
def test_blanks_behind_a_large_event_hide_nothing_behind_it(
    make_client: Callable[..., Client], blanks: bytes, size: int
) -> None:
    """An event of exactly the limit, with each end of line, and cut at each place of it."""
    small = make_client(max_event_bytes=LIMIT)
    missing = LIMIT - len(as_lines([STORY[0] | {"zz_future": ""}])) + 1
    large = as_lines([STORY[0] | {"zz_future": "x" * missing}])[:-1]
    assert len(large) == LIMIT
    body = large + blanks + b"\n" + as_lines(STORY[1:])
    assert sent(small, cut(body, size)).content == small.post("/reduce", {"events": STORY}).content


def test_a_long_stream_is_not_kept(client: Client) -> None:
    events = [build.event(*build.heartbeat("ann", session_id="x" * 2_000), lamport_clock=n) for n in range(2_000)]
    body = as_lines(events)
    tracemalloc.start()
    try:
        state = sent(client, cut(body, 16_384), "permissive").json()
        assert tracemalloc.get_traced_memory()[1] < len(body) / 2
    finally:
        tracemalloc.stop()
    assert state["event_count"] == 2_000


def test_json_is_never_ordered(client: Client) -> None:
    refused = problem(client.post(PATH, {"events": []}), 422, "invalid-request")
    assert places(refused) == [("ordered", "extra_forbidden")]
    assert refused["errors"][0]["message"].endswith("put it into the body, or send NDJSON if it is for that")


def test_a_form_may_say_beside_json_what_is_so_anyway(client: Client) -> None:
    assert client.post("/reduce?ordered=false", {"events": []}).status_code == 200
    refused = client.post("/reduce?ordered=false&mode=strict", {"events": []})
    assert places(problem(refused, 422, "invalid-request"))[-1][1] == "extra_forbidden"


@pytest.mark.parametrize("filler", [b" ", b"\n", as_lines(STORY[:1])], ids=["blanks", "lines", "duplicates"])
def test_a_little_gzip_may_not_swell_without_end(make_client: Callable[..., Client], filler: bytes) -> None:
    small = make_client(max_body_bytes=LIMIT, max_gzip_ratio=50)
    answer = sent(small, gzip.compress(filler * (2_000_000 // len(filler))), Content_Encoding="gzip")
    assert "more than 50 times what was sent" in problem(answer, 413, "body-too-large")["detail"]


def test_bad_gzip_is_refused_wherever_it_ends(client: Client) -> None:
    packed = gzip.compress(as_lines(STORY))
    for content in (packed[:-9], packed[:200], b"plain", packed + b"more"):
        for size in (7, 100_000):
            answer = sent(client, cut(content, size), Content_Encoding="gzip")
            assert answer.status_code == 400
            assert [error["parameter"] for error in answer.json()["errors"]] == ["Content-Encoding"]


def comments(count: int, size: int) -> Iterator[bytes]:
    yield as_lines([build.event(*build.joined("ann"), lamport_clock=1)])
    for number in range(2, count + 2):
        yield as_lines([build.event(*build.comment("ann", content="x" * size), lamport_clock=number)])


def test_a_state_that_would_be_too_large_is_refused(make_client: Callable[..., Client]) -> None:
    client = make_client(max_state_bytes=20_000)
    assert sent(client, b"".join(comments(10, 1_000))).status_code == 200
    refusal = problem(sent(client, b"".join(comments(20, 1_000))), 422, "state-too-large")
    assert "20000 bytes" in refusal["detail"]
    events = [json.loads(line) for line in b"".join(comments(20, 1_000)).splitlines()]
    problem(client.post("/reduce", {"events": events}), 422, "state-too-large")


def test_a_state_that_grows_past_its_limit_is_refused_long_before_the_end(make_client: Callable[..., Client]) -> None:
    stream = Chunks(comments(400, 100_000))
    problem(sent(make_client(max_state_bytes=2_000_000), stream), 422, "state-too-large")
    assert stream.taken < 8_000_000


def test_a_state_that_grows_counts_as_held(make_client: Callable[..., Client]) -> None:
    client = make_client(max_held_bytes=3_000_000, max_body_bytes=1_000_000)
    problem(sent(client, Chunks(comments(400, 100_000))), 503, "overloaded")
    assert sent(client, as_lines(in_order(STORY)), "permissive").status_code == 200


def test_a_stream_that_leaves_a_small_state_may_be_of_any_length(make_client: Callable[..., Client]) -> None:
    client = make_client(max_state_bytes=2_000, max_held_bytes=1_000_000, max_body_bytes=1_000_000)
    beats = (as_lines([build.event(*build.heartbeat("ann"), lamport_clock=number)]) for number in range(2, 20_002))
    joined = as_lines([build.event(*build.joined("ann"), lamport_clock=1)])
    assert sent(client, Chunks(each for each in (joined, *beats))).json()["event_count"] == 20_001


@pytest.mark.parametrize("line", [b"0\n", as_lines(STORY[:1]), b"x" * 9_000 + b"\n"], ids=["short", "event", "long"])
def test_what_arrives_is_cut_by_lines_as_well_as_by_bytes(line: bytes) -> None:
    plain = line * (200_000 // len(line)) + line[:-1]
    parts = list(slices(plain))
    assert b"".join(parts) == plain
    assert max(map(len, parts)) <= 64 * 1024
    assert max(part.count(b"\n") for part in parts) <= 512
    assert len(parts) <= 4 + plain.count(b"\n") // 256  # and no finer than it has to be
