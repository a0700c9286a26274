"""The checkpoint as a text: whole, or refused with the reason; those of the first release are read too."""

import copy
import random
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration import admit
from mission_collaboration.admission.checkpoint import _digest, read_checkpoint, write_checkpoint
from mission_collaboration.admission.codec import Content
from mission_collaboration.admission.errors import BadCheckpointError, CheckpointSizeError
from mission_collaboration.admission.horizon import HorizonState
from tests.support import builders as build
from tests.support.folding import joins
from tests.support.mix import benchmark_mix

ACTS = [*joins("p1", "p2"), build.heartbeat("p1"), build.invited("p3"), build.driver_warning("w1", "p1", "p2")]
CHECKPOINT = admit(build.history(*ACTS), window_events=2).checkpoint
FIRST_RELEASE, STATE_OF_FIRST_RELEASE = (
    (Path(__file__).parents[2] / "support/first_release.txt").read_text().splitlines()
)
"""A checkpoint that the first release wrote, and the state beside it."""
FIRST_ACTS = [
    *(*joins("p1", "p2"), build.invited("p3"), build.heartbeat("p1"), build.drive("p1"), build.focus("p1", "WP01")),
    *(build.started("p1", "s1"), build.started("p1", "s2"), build.driver_warning("w1", "p1", "p2")),
    *(build.acknowledged("p2", "w1", "hold"), build.comment("p1", "c1", "Hello"), build.decision("p2", "d1")),
    *(build.session_link("p1", "x1"), build.session_link("p2", "x2"), build.invited("p3"), build.left("p2")),
]


def refusal(text: str) -> str:
    with pytest.raises(BadCheckpointError) as caught:
        read_checkpoint(text).at_horizon()
    return str(caught.value)


def forged(*parts: bytes, version: str = "2") -> str:
    texts = (urlsafe_b64encode(part).decode() for part in (zlib.compress(parts[0], wbits=-15), *parts[1:]))
    head = ".".join(("mission-checkpoint", version, *texts))
    return f"{head}.{_digest(head)}"


def decompressed(text: str) -> bytes:
    return zlib.decompress(urlsafe_b64decode(text.split(".")[2]), wbits=-15)


def content() -> Content:
    return msgspec.msgpack.decode(decompressed(CHECKPOINT), type=Content)


def with_content(**changes: Any) -> str:
    """Forge one that says something else."""
    names = Content.__struct_fields__
    return forged(msgspec.msgpack.encode([changes.get(name, getattr(content(), name)) for name in names]))


def with_state(**changes: Any) -> str:
    state = msgspec.msgpack.decode(bytes(content().state), type=HorizonState)
    names = HorizonState.__struct_fields__
    return with_content(state=[changes.get(name, getattr(state, name)) for name in names])


def with_event(**changes: Any) -> str:
    """Forge one in which something else stands of the first event of the window."""
    first, *others = content().window
    names = first.__struct_fields__
    return with_content(window=[[changes.get(name, getattr(first, name)) for name in names], *others])


def first_release(**changes: Any) -> str:
    names = ("state", "invited", "folded_to", "recent_ids")
    saved = dict(zip(names, msgspec.msgpack.decode(decompressed(FIRST_RELEASE)), strict=True))
    hashes = changes.pop("hashes", urlsafe_b64decode(FIRST_RELEASE.split(".")[3]))
    saved["state"] = msgspec.json.encode(msgspec.json.decode(saved["state"]) | changes.pop("state", {}))
    return forged(msgspec.msgpack.encode([*(saved | changes).values()]), hashes, version="1")


def in_other_letters() -> str:
    """Write one in the usual base64 instead of the one for addresses."""
    head = forged(b"\xff" * 60).rpartition(".")[0].replace("_", "/").replace("-", "+", 3).replace("+", "-", 1)
    return f"{head}.{_digest(head)}"


def test_it_is_plain_ascii_that_survives_everywhere() -> None:
    assert re.fullmatch(r"[A-Za-z0-9._=-]+", CHECKPOINT)


def test_reading_and_writing_it_again_changes_nothing() -> None:
    assert write_checkpoint(read_checkpoint(CHECKPOINT)) == CHECKPOINT
    assert write_checkpoint(read_checkpoint(with_content())) == write_checkpoint(read_checkpoint(with_state()))


@given(st.integers(0, len(CHECKPOINT) - 1), st.characters(min_codepoint=32, max_codepoint=0x2FF))
def test_one_altered_character_is_noticed(place: int, character: str) -> None:
    altered = CHECKPOINT[:place] + character + CHECKPOINT[place + 1 :]
    if altered != CHECKPOINT:
        assert refusal(altered)


@pytest.mark.parametrize("length", range(0, len(CHECKPOINT), 7))
def test_a_truncated_one_is_noticed(length: int) -> None:
    assert refusal(CHECKPOINT[:length])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("eyJhIjogMX0", "no checkpoint of this service"),
        ("mission-checkpoint.3.AAAA.BBBB", "version '3', and this service reads versions 1 and 2"),
        ("mission-checkpoint.2", "truncated"),
        ("mission-checkpoint.1.AAAA.BBBB", "truncated"),
        (CHECKPOINT[:-1], "truncated"),
        (CHECKPOINT.replace(".2.", ".2.A", 1), "altered"),
        (CHECKPOINT.replace(".2.", ".1.", 1), "truncated"),
        (f"{CHECKPOINT}\n", "altered"),
        (f"{CHECKPOINT}.{CHECKPOINT}", "altered"),
        (f"{CHECKPOINT}.x", "altered"),
        ("mission-checkpoint.\u0661.AAAA", "no checkpoint of this service"),
        ("mission-checkpoint.one.AAAA", "version 'one'"),
        (f" {CHECKPOINT}", "no checkpoint of this service"),
        (forged(b"\xc1"), "not that of a mission"),
        ("mission-checkpoint.2.A." + _digest("mission-checkpoint.2.A"), "not that of a mission"),
    ],
)
def test_the_reason_is_told(text: str, reason: str) -> None:
    assert reason in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        with_state(event_count=-1),
        with_state(event_count="5"),
        with_state(participants={"p1": {"participant_id": "p1", "participant_type": "robot"}}),
        with_state(participants={"p1": {"participant_id": ""}}),
        with_state(focus={"p1": build.target("t", "planet")}),
        with_state(presence={"p1": "2026-01-02T03:04:05"}),
        with_state(presence={"p1": 7}),
        with_state(warnings=[{"warning_id": "w1", "acknowledgements": {"p1": "shrug"}}]),
        with_state(comments=[{}]),
        with_state(decisions=[7]),
        with_state(executions={"p1": [7]}),
        with_state(links=[["x"]]),
        with_state(invited=[7]),
        with_event(lamport_clock=-1),
        with_event(lamport_clock=6),
        with_event(lamport_clock=2),
        with_event(timestamp=datetime(2026, 1, 2)),
        with_event(payload=["ParticipantInvited", "m2", "p3", {}]),
        with_event(payload=["Party", "m1"]),
        with_event(content_bytes=0),
        with_event(code=7),
        with_event(content_hash=bytes(7)),
        with_event(event_id=build.ulid(5)),
        with_content(window=[*content().window, content().window[0]]),
        with_content(mission_id="m2"),
        with_content(mission_id=None, window=[]),
        with_content(mission_id=7),
        with_content(horizon=[1, datetime.now(UTC)]),
        with_content(horizon=[9, datetime.now(UTC), build.ulid(3)]),
        with_content(remembered_ids=[]),
        with_content(remembered_ids=[content().window[0].event_id, *content().remembered_ids[1:]]),
        with_content(remembered_ids=content().remembered_ids[:1] * 3),
        with_content(remembered_hashes=b""),
        with_content(of_first_release=-1),
        with_content(of_first_release=4),
        with_content(state=7),
        in_other_letters(),
        forged(b""),
        forged(msgspec.msgpack.encode([])),
        forged(msgspec.msgpack.encode({"state": 1})),
        forged(b"\xdd\xff\xff\xff\xff"),
        forged(b"\x91" * 5_000),
        first_release(hashes=b""),
        first_release(hashes=bytes(255)),
        first_release(folded_to=None),
        first_release(recent_ids=[]),
        first_release(recent_ids=[7]),
        first_release(recent_ids=["e1", "e1"], hashes=bytes(32)),
        first_release(state={"mission_id": ""}),
        first_release(state={"event_count": 0}),
        first_release(state={"comments": [7]}),
        first_release(state={"presence": {"p1": "yesterday"}}),
        forged(b"\xc1", b"", version="1"),
    ],
)
def test_a_forged_one_is_refused_however_well_its_digest_fits(text: str) -> None:
    assert "not that of a mission" in refusal(text)


# --- Forged at random --------------------------------------------------------------------------------------

ODD_VALUES: list[Any] = [
    *(None, True, 0, -1, 7, 1.5, 2**53, 2**63, "", "x", "p1", "p2", "m1", "m2", "w1", "s1", "\0", "é" * 50),
    *(b"", b"x" * 8, [], {}, [[]], {"p1": {}}),
]


def places_in(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Find every place in a forged content."""
    yield at
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in members:
        yield from places_in(member, (*at, step))


def tampered(value: Any, chance: random.Random) -> Any:
    """Put something else in one place: an odd value, another part of the content, a longer or a shorter list."""
    value = copy.deepcopy(value)
    *way, last = chance.choice([place for place in places_in(value) if place])
    holder, part = reduce(getitem, way, value), reduce(getitem, chance.choice(list(places_in(value))), value)
    there = holder[last]
    options = [chance.choice(ODD_VALUES), copy.deepcopy(part)]
    if isinstance(there, list):
        options += [there + there[:2], there[:-1]]
    if isinstance(there, str):
        options.append(there + "x")
    holder[last] = chance.choice(options)
    return value


def test_a_mission_forged_at_random_is_refused_or_goes_on_as_any_other() -> None:
    """Every answer can be gone on from: the next checkpoint is read, and stands for the same state."""
    chance = random.Random(7)
    sound = msgspec.msgpack.decode(decompressed(admit(build.history(*FIRST_ACTS), window_events=5).checkpoint))
    more = [*build.history(*FIRST_ACTS)[-6:], build.event(*build.left("p1"), lamport_clock=30)]
    refused = gone_on = 0
    for _ in range(600):
        text = forged(msgspec.msgpack.encode(tampered(tampered(sound, chance), chance)))
        try:
            told = admit(more, checkpoint=text, window_events=8, settle=chance.random() < 0.3)
        except BadCheckpointError:
            refused += 1
            continue
        gone_on += 1
        again = admit([], checkpoint=told.checkpoint, window_events=8)
        assert (again.state, again.horizon) == (told.state, told.horizon)
    assert min(refused, gone_on) > 50


def test_a_bomb_does_not_go_off() -> None:
    for bomb in (forged(bytes(50_000_000)), forged(bytes(50_000_000), b"", version="1")):
        with pytest.raises(CheckpointSizeError):
            read_checkpoint(bomb, largest=1_000_000)


def test_one_that_could_not_be_read_again_is_not_written() -> None:
    with pytest.raises(CheckpointSizeError) as caught:
        write_checkpoint(read_checkpoint(CHECKPOINT), largest=400)
    assert caught.value.size > 400


@pytest.mark.parametrize("window_events", [1, 1_000])
def test_instants_at_the_ends_of_time_come_back_as_they_were(window_events: int) -> None:
    instants = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.000001Z")
    for instant in instants:
        event = build.event(*build.joined("p1"), timestamp=instant)
        beat = build.event(*build.heartbeat("p1"), timestamp=instant, lamport_clock=2)
        first = admit([event, beat], window_events=window_events)
        again = admit([], checkpoint=first.checkpoint)
        assert (again.state, again.horizon) == (first.state, first.horizon)
        assert again.state is not None
        assert again.state.presence == {"p1": datetime.fromisoformat(instant)}


def test_everything_that_a_state_does_not_show_goes_on_with_it() -> None:
    """Open invitations (R16), the order of starts (S11), acknowledgements (R18), before the horizon and behind it."""
    acts = [
        *FIRST_ACTS,
        build.joined("p2"),
        build.started("p1", "s1"),
        build.completed("p1", "s1"),
        build.invited("p3"),
    ]
    events = build.history(*acts)
    for window_events in (1, 7, 1_000):
        checkpoint: str | None = None
        for event in events:
            admission = admit([event], checkpoint=checkpoint, window_events=window_events)
            checkpoint = admission.checkpoint
        at_once = admit(events, window_events=window_events)
        assert (admission.state, checkpoint) == (at_once.state, at_once.checkpoint)
        assert at_once.state is not None
        assert at_once.state.active_executions == {"p1": ["s2", "s1"]}
        assert len(at_once.state.anomalies) == 2


# --- Checkpoints of the first release (L9) -----------------------------------------------------------------


def test_one_of_the_first_release_is_gone_on_from() -> None:
    events = build.history(*FIRST_ACTS)
    admission = admit([], checkpoint=FIRST_RELEASE)
    assert admission.state == admit(events).state
    assert admission.horizon is not None
    assert admission.horizon.event_id == build.ulid(16)


def test_what_the_first_release_accepted_is_known_by_content_as_it_wrote_it() -> None:
    events = build.history(*FIRST_ACTS)
    again = admit(events, checkpoint=FIRST_RELEASE)
    assert {(result.verdict, result.stands) for result in again.results} == {("duplicate", "accepted")}
    newer = [event | {"build_id": "b", "schema_version": "3.0.0"} for event in events]
    assert {result.code for result in admit(newer, checkpoint=FIRST_RELEASE).results} == {"conflicting-duplicate"}
    assert admit([events[0] | {"node_id": "x"}], checkpoint=FIRST_RELEASE).results[0].code == "conflicting-duplicate"


def test_it_is_written_as_one_of_today_and_its_hashes_are_forgotten_in_time() -> None:
    events = build.history(*FIRST_ACTS)
    beats = [build.event(*build.heartbeat("p1"), lamport_clock=clock) for clock in range(17, 27)]
    moved = admit(beats, checkpoint=FIRST_RELEASE, window_events=2, recent_events=12)
    assert moved.checkpoint.startswith("mission-checkpoint.2.")
    again = admit([*events, *beats], checkpoint=moved.checkpoint, window_events=2, recent_events=12)
    assert [result.code or result.verdict for result in again.results] == ["late-event"] * 12 + ["duplicate"] * 14
    assert read_checkpoint(moved.checkpoint).remembered.of_first_release == 4


def test_links_of_the_first_release_have_no_event() -> None:
    settled = admit([], checkpoint=FIRST_RELEASE, settle=True).settled
    assert settled is not None
    assert [(link.event_id, link.linked_session_id) for link in settled.linked_sessions] == [(None, "x1"), (None, "x2")]
    assert len(settled.comments) == len(settled.decisions) == len(settled.anomalies) == 1


# --- Sizes -------------------------------------------------------------------------------------------------


def test_it_is_bounded_by_the_state_and_not_by_the_history() -> None:
    """Ten times as many heartbeats make it no longer, once its window is full."""
    people = joins(*(f"p{number}" for number in range(20)))

    def size(count: int) -> int:
        beats = [build.heartbeat(f"p{number % 20}") for number in range(count)]
        return len(admit(build.history(*people, *beats), window_events=50, recent_events=50).checkpoint)

    assert size(2_000) < 1.1 * size(200)


def test_of_the_benchmark_mix_it_is_a_small_part() -> None:
    """Contract C4; at most 120 kB is what was promised for 10,000 events."""
    assert len(admit(benchmark_mix(10_000)).checkpoint) < 120_000
