"""The limit of a single event: held in every way an event can come, and told with its place."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration import admit
from tests.support import builders as build
from tests.support.client import Client, Json, places, problem
from tests.support.folding import examples

LIMIT = 1_024
AS_LINES = {"Content_Type": "application/x-ndjson"}
Made = Callable[[int, int], Json]


def text_of(event: Any) -> str:
    return json.dumps(event, ensure_ascii=False)


def size_of(event: Any) -> int:
    return len(text_of(event).encode())


def padded(event: Json, size: int, where: str, filler: str = "x") -> Json:
    """Make an event of exactly this size by a long text at `where`: a payload's member, or the envelope's."""
    inner = event["payload"] if where in ("content", "session_id") else event
    inner[where] = ""
    missing = size - size_of(event)
    wide = len(filler.encode())
    inner[where] = "y" * (missing % wide) + filler * (missing // wide)
    assert size_of(event) == size
    return event


WAYS: dict[str, Made] = {
    "known members": lambda clock, size: padded(comment(clock), size, "content"),
    "two-byte characters": lambda clock, size: padded(comment(clock), size, "content", "é"),
    "four-byte characters": lambda clock, size: padded(comment(clock), size, "content", "\U0001f680"),
    "known member of the envelope": lambda clock, size: padded(comment(clock), size, "project_slug"),
    "unknown member": lambda clock, size: padded(comment(clock), size, "zz_future"),
    "another type": lambda clock, size: padded(
        build.event("Other", {"content": ""}, lamport_clock=clock), size, "content"
    ),
}


def comment(clock: int) -> Json:
    return build.event(*build.comment("ann"), lamport_clock=clock)


def small(count: int = 12) -> list[Json]:
    """Make good events, of which any two are larger than half the limit."""
    return [build.event(*build.joined("ann"), lamport_clock=1), *(comment(clock) for clock in range(2, count + 1))]


@pytest.fixture
def limited(make_client: Callable[..., Client]) -> Client:
    """Talk to a service that takes small events only, and does all in place."""
    return make_client(max_event_bytes=LIMIT, pool_size=0)


def as_json(events: list[Any]) -> bytes:
    return b'{"events": [' + b", ".join(text_of(event).encode() for event in events) + b"]}"


def as_lines(events: list[Any]) -> bytes:
    return b"".join(text_of(event).encode() + b"\n" for event in events)


@pytest.mark.parametrize("path", ["/reduce", "/validate/batch"])
@pytest.mark.parametrize("place", [0, 5, 11])
@pytest.mark.parametrize("made", WAYS.values(), ids=WAYS)
def test_an_event_one_byte_over_the_limit_is_refused_with_its_place(
    limited: Client, made: Made, place: int, path: str
) -> None:
    events = small()
    events[place] = made(place + 1, LIMIT + 1)
    found = problem(limited.send(path, as_json(events)), 413, "event-too-large")
    assert places(found) == [(f"/events/{place}", "too_long")]
    assert str(LIMIT) in found["detail"]
    assert str(LIMIT + 1) in found["detail"]


def test_an_event_to_validate_has_the_same_limit(limited: Client) -> None:
    fits, too_large = (padded(comment(1), size, "content") for size in (LIMIT, LIMIT + 1))
    assert limited.send("/validate", text_of(fits).encode()).json()["valid"]
    found = problem(limited.send("/validate", text_of(too_large).encode()), 413, "event-too-large")
    assert places(found) == [("", "too_long")]
    assert f"has {LIMIT + 1} bytes" in found["detail"]


@pytest.mark.parametrize("first", ["1", "null", '"x"', "{}", "[7]"])
def test_events_that_are_sent_again_have_the_limit_too(limited: Client, first: str) -> None:
    """Of a repeated member the last one counts."""
    events = f"[{text_of(padded(comment(1), LIMIT + 1, 'content'))}]"
    found = problem(limited.send("/reduce", f'{{"events":{first},"events":{events}}}'.encode()), 413, "event-too-large")
    assert places(found) == [("/events/0", "too_long")]


def test_space_around_an_event_is_no_part_of_it(limited: Client) -> None:
    event = text_of(padded(comment(1), LIMIT, "content")).encode()
    assert limited.send("/validate", b"\n" * LIMIT + event + b" " * LIMIT).json()["valid"]


def test_an_event_over_the_limit_is_named_by_its_id(limited: Client) -> None:
    events = [*small(), comment(13) | {"project_slug": "x" * LIMIT}]
    found = problem(limited.send("/reduce", as_json(events)), 413, "event-too-large")
    assert found["event_id"] == events[-1]["event_id"]
    assert found["event_type"] == "CommentPosted"


SPELLINGS = {
    "a member that is repeated": (b'"event_id":', b'"event_id": "x", ' * 300 + b'"event_id":'),
    "space before a member": (b'"event_id":', b" " * 4 * LIMIT + b'"event_id":'),
    "items that look like members": (b'["ann", "ben"]', b'["ann"' + b', "\\"event_id\\":"' * 300 + b', "ben"]'),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_no_spelling_hides_a_large_event_among_small_ones(
    make_client: Callable[..., Client], spelling: tuple[bytes, bytes]
) -> None:
    client = make_client(max_event_bytes=4 * LIMIT, pool_size=0)
    before = [text_of(event).encode() for event in small(30)]
    last = text_of(build.event(*build.driver_warning("w", "ann", "ben"), lamport_clock=31)).encode()
    large = last.replace(*spelling)
    assert len(last) < LIMIT < 4 * LIMIT < len(large)
    found = problem(
        client.send("/reduce", b'{"events": [' + b",".join([*before, large]) + b"]}"), 413, "event-too-large"
    )
    assert places(found) == [("/events/30", "too_long")]


@pytest.mark.parametrize("unlike", [b'"event_id" :', b'"event\\u005fid":'])
def test_small_events_hide_no_large_one_by_spelling_a_member_that_it_repeats(
    make_client: Callable[..., Client], unlike: bytes
) -> None:
    """Members of all events taken together, the name stands there as often in one spelling as there are events."""
    client = make_client(max_event_bytes=4 * LIMIT, pool_size=0)
    texts = [text_of(event).encode() for event in small(40)]
    texts[::2] = [text.replace(b'"event_id":', unlike) for text in texts[::2]]
    member = b'"event_id":'
    last = text_of(comment(41)).encode()
    large = last.replace(member, (member + b'"x",' + b" " * (LIMIT // 2)) * 20 + member)
    body = b'{"events": [' + b",".join([*texts, large]) + b"]}"
    assert body.count(member) == 41
    found = problem(client.send("/reduce", body), 413, "event-too-large")
    assert places(found) == [("/events/40", "too_long")]


@pytest.mark.parametrize("steps", [[{"step": "write"}], [[{"step": "write"}]], {"of": [{"step": "write"}]}])
def test_objects_in_arrays_hide_no_large_event_of_another_type(make_client: Callable[..., Client], steps: Any) -> None:
    """The service has met the type before, so it decodes the batch as a whole."""
    client = make_client(max_event_bytes=4 * LIMIT, pool_size=0)
    before = small(30)
    large = build.event("Other", {f"steps{number}": steps for number in range(4 * LIMIT // 20)}, lamport_clock=31)
    assert size_of(large) > 4 * LIMIT
    for _ in range(2):
        known = [*before, build.event("Other", {"step": "write"}, lamport_clock=31)]
        assert client.send("/reduce", as_json(known)).json()["event_count"] == 30
        found = problem(client.send("/reduce", as_json([*before, large])), 413, "event-too-large")
        assert places(found) == [("/events/30", "too_long")]


@pytest.mark.parametrize("place", [1, 5, 11])
@pytest.mark.parametrize("made", WAYS.values(), ids=WAYS)
def test_an_event_of_exactly_the_limit_is_taken_in_every_form(limited: Client, made: Made, place: int) -> None:
    events = small()
    events[place] = made(place + 1, LIMIT)
    spread = as_json(events).replace(b"}, {", b"}" + b" " * LIMIT + b",\n\n{")
    by_json = limited.send("/reduce", as_json(events))
    assert by_json.status_code == 200, by_json.text
    assert limited.send("/reduce", spread).content == by_json.content
    for layout in (as_lines(events), as_lines(events)[:-1]):
        for path in ("/reduce", "/reduce?ordered=true"):
            assert limited.send(path, layout, **AS_LINES).content == by_json.content
        assert limited.send("/validate/batch", layout, **AS_LINES).json()["total"] == len(events)


@pytest.mark.parametrize("path", ["/reduce", "/reduce?ordered=true", "/validate/batch"])
@pytest.mark.parametrize("end", [b"\r\n", b"  \n", b"\r"])
def test_what_ends_a_line_is_no_part_of_the_event(limited: Client, path: str, end: bytes) -> None:
    """The limit is of an event's JSON text."""
    line = text_of(padded(build.event(*build.joined("ann")), LIMIT, "project_slug")).encode()
    plain = limited.send(path, line + b"\n", **AS_LINES)
    assert plain.json().get("event_count", plain.json().get("total")) == 1
    assert limited.send(path, line + end, **AS_LINES).content == plain.content


@pytest.mark.parametrize("place", [0, 5, 11])
@pytest.mark.parametrize("made", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("ordered", ["", "?ordered=true"])
def test_a_line_one_byte_over_the_limit_is_refused_with_its_number(
    limited: Client, made: Made, place: int, ordered: str
) -> None:
    events = small()
    events[place] = made(place + 1, LIMIT + 1)
    body = b"\n" + as_lines(events)
    found = problem(limited.send(f"/reduce{ordered}", body, **AS_LINES), 413, "event-too-large")
    assert [(error["pointer"], error["line"]) for error in found["errors"]] == [("", place + 2)]


def test_a_line_over_the_limit_is_judged_alone(limited: Client) -> None:
    events = small()
    events[5] = padded(comment(6), LIMIT + 1, "content")
    answer = limited.send("/validate/batch", as_lines(events), **AS_LINES).json()
    assert (answer["total"], answer["invalid"]) == (12, 1)
    [violation] = answer["results"][5]["violations"]
    assert (violation["code"], violation["pointer"], violation["line"]) == ("event-too-large", "", 6)


MANY: dict[str, Json] = {
    "short strings": {"zz": ["event"] * LIMIT},
    "its own name": {"zz": ["event_id"] * LIMIT},
    "its own name as a member": {"zz": [{"event_id": ""}] * LIMIT},
    "empty objects": {"zz": [{}] * LIMIT},
    "members": {"zz": {f"event_id{n}": n for n in range(LIMIT)}},
    "known strings": {"payload": build.driver_warning("w", *["event_id"] * LIMIT)[1]},
    "numbers beyond 64 bits": {"zz": [-(10**400), 10**400, -(10**400)]},
    "a number of 4,000 digits": {"zz": -(10**4_000)},
    "escaped quotes": {"zz": '"event_id"' * LIMIT},
}


@pytest.mark.parametrize("path", ["/reduce", "/validate/batch"])
@pytest.mark.parametrize("members", MANY.values(), ids=MANY)
def test_an_event_of_many_small_parts_is_large_all_the_same(limited: Client, members: Json, path: str) -> None:
    event = build.event(*build.driver_warning("w", "a", "b"), lamport_clock=6) | members
    events = [*small(5), event, *small(3)]
    found = problem(limited.send(path, as_json(events)), 413, "event-too-large")
    assert places(found) == [("/events/5", "too_long")]
    answer = limited.send(path, as_lines(events), **AS_LINES)
    errors = answer.json().get("errors") or answer.json()["results"][5]["violations"]
    assert [error.get("line") for error in errors] == [6]


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
def test_escaped_names_of_members_change_nothing(limited: Client, size: int) -> None:
    """But the size: it is that of the text as sent."""
    events = [*small(), padded(comment(13), size - 3 * 5, "content")]
    spelled = as_json(events)
    for plain, escaped in (
        (b"event_id", rb"event\u005fid"),
        (b"payload", rb"\u0070ayload"),
        (b"node_id", rb"\u006eode_id"),
    ):
        spelled = spelled.replace(b'"' + plain + b'"', b'"' + escaped + b'"')
    answer = limited.send("/reduce", spelled)
    if size == LIMIT:
        assert answer.content == limited.send("/reduce", as_json(events)).content
    else:
        assert places(problem(answer, 413, "event-too-large")) == [("/events/12", "too_long")]


FILLERS = st.sampled_from(
    [
        {},
        *({"zz": "x" * size} for size in (10, 200, 400, 480, 500, 600, 1_000, 1_500)),
        *({"zz": ["event_id"] * size} for size in (1, 10, 40, 200)),
        *({"payload": build.driver_warning("w", *["event_id"] * size)[1]} for size in (2, 20, 60, 200)),
    ]
)


TEXTS = st.sampled_from(
    ("", '"event_id"', '},{"event_id":"' * 12, '}, {"event_id": "' * 20, ",{" * 200, "x" * 300, "é" * 100, "\n" * 80)
)


@examples(150)
@given(
    st.lists(
        st.tuples(TEXTS, st.sampled_from(("", ',"node_id":"n"', ',"event_id":"%s"')), st.integers(0, 30)), max_size=8
    ),
    st.sampled_from(((",", ":"), (", ", ": "), (",\n", ":"))),
    st.sampled_from(("", " ", "\n" * 400)),
)
def test_a_batch_is_taken_exactly_when_no_event_is_over_the_limit(
    small_client: Client, parts: list[tuple[str, str, int]], separators: tuple[str, str], gap: str
) -> None:
    """Texts may look like the space between two events, and members may be repeated."""
    events = []
    for clock, (text, member, times) in enumerate(parts):
        event = comment(clock) | build.event(*build.comment("p1", content=f"x{text}"), lamport_clock=clock)
        repeated = (member % event["event_id"] if "%s" in member else member) * times
        events.append(json.dumps(event, separators=separators)[:-1] + repeated + "}")
    body = f'{{"mode":"permissive","events":[{gap}{f"{separators[0]}{gap}".join(events)}{gap}]}}'.encode()
    sizes = [len(event.encode()) for event in events]
    assert small_client.send("/reduce", body).status_code == (200 if max(sizes, default=0) <= LIMIT else 413)


@pytest.mark.parametrize("path", ["/reduce", "/validate/batch", "/admit"])
def test_a_batch_without_events_may_be_larger_than_any_event(limited: Client, path: str) -> None:
    assert limited.send(path, b'{"events":[' + b" " * LIMIT + b"]}").status_code == 200


def test_a_mission_whose_checkpoint_is_larger_than_any_event_may_wait_for_the_next_one(limited: Client) -> None:
    checkpoint = admit(build.history(*(build.joined(f"p{number}") for number in range(100)))).checkpoint
    assert len(checkpoint) > LIMIT
    answer = limited.post("/admit", {"checkpoint": checkpoint, "events": []})
    assert answer.status_code == 200
    assert answer.json()["checkpoint"] == checkpoint


@examples(100)
@given(st.lists(FILLERS, max_size=6))
def test_a_batch_is_refused_for_the_first_event_over_the_limit(small_client: Client, fillers: list[Json]) -> None:
    events = [build.event(*build.driver_warning("w", "a", "b"), lamport_clock=n) | f for n, f in enumerate(fillers)]
    over = [index for index, event in enumerate(events) if size_of(event) > LIMIT]
    for path, kind in (("/reduce?mode=permissive", AS_LINES), ("/validate/batch", {})):
        answer = small_client.send(path, as_lines(events) if kind else as_json(events), **kind)
        if over:
            found = problem(answer, 413, "event-too-large")["errors"]
            assert found[0].get("line", 0) == over[0] + 1 or found[0]["pointer"] == f"/events/{over[0]}"
        else:
            assert answer.status_code == 200


@pytest.fixture(scope="module")
def small_client() -> Any:
    made = Client(max_event_bytes=LIMIT, pool_size=0)
    yield made
    made.close()
