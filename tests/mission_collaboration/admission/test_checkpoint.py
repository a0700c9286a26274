"""The checkpoint as a text: whole, or refused with the reason."""

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration import ReducedCollaborationState, admit
from mission_collaboration.admission import checkpoint
from mission_collaboration.admission.checkpoint import _digest, read_checkpoint, write_checkpoint
from mission_collaboration.admission.checkpoint_codec import Saved, SavedState
from mission_collaboration.admission.digest_cache import DigestCache
from mission_collaboration.admission.errors import BadCheckpointError, LargeCheckpointError
from mission_collaboration.reducer.snapshot import encode
from tests.support import builders as build
from tests.support.folding import joins
from tests.support.mix import benchmark_mix

ACTS = [*joins("p1", "p2"), build.heartbeat("p1"), build.invited("p3"), build.driver_warning("w1", "p1", "p2")]
CHECKPOINT = admit(build.history(*ACTS)).checkpoint
COMMENT = {"comment_id": "c", "event_id": build.ulid(1), "participant_id": "p1", "content": "x", "reply_to": None}


def refusal(text: str) -> str:
    with pytest.raises(BadCheckpointError) as caught:
        read_checkpoint(text)
    return str(caught.value)


def forged(body: bytes, hashes: bytes = bytes(16 * len(ACTS))) -> str:
    texts = (urlsafe_b64encode(part).decode() for part in (zlib.compress(body, wbits=-15), hashes))
    head = ".".join(("mission-checkpoint.1", *texts))
    return f"{head}.{_digest(head)}"


def parts() -> tuple[Saved, dict[str, Any]]:
    saved = msgspec.msgpack.decode(zlib.decompress(urlsafe_b64decode(CHECKPOINT.split(".")[2]), wbits=-15), type=Saved)
    return saved, msgspec.json.decode(saved.state)


def with_state(**changes: Any) -> str:
    saved, state = parts()
    saved.state = msgspec.json.encode(state | changes)
    return forged(msgspec.msgpack.encode(saved))


def with_comments(text: bytes) -> str:
    """Forge one whose comments are written in this way."""
    saved, state = parts()
    saved.state = msgspec.json.encode(state).replace(b'"comments":[]', b'"comments":' + text)
    return forged(msgspec.msgpack.encode(saved))


def with_saved(**changes: Any) -> str:
    saved, _ = parts()
    for name, value in changes.items():
        setattr(saved, name, value)
    return forged(msgspec.msgpack.encode(saved))


def in_other_letters() -> str:
    """Write one in the usual base64 instead of the one for addresses."""
    head = forged(msgspec.msgpack.encode(parts()[0]), b"\xff" * 16 * len(ACTS)).rpartition(".")[0].replace("_", "/")
    return f"{head}.{_digest(head)}"


CHECKPOINT_OF_OTHER_LETTERS = in_other_letters()


def test_it_is_plain_ascii_that_survives_everywhere() -> None:
    assert re.fullmatch(r"[A-Za-z0-9._=-]+", CHECKPOINT)


def test_it_holds_every_field_of_the_state_but_the_one_that_follows_from_another() -> None:
    assert {*SavedState.__struct_fields__, "participants_by_focus"} == set(ReducedCollaborationState.model_fields)


def test_reading_and_writing_it_again_changes_nothing() -> None:
    mission = read_checkpoint(CHECKPOINT)
    assert write_checkpoint(mission, encode(mission.accumulator)) == CHECKPOINT
    assert read_checkpoint(with_state()).accumulator.event_count == 5


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
        ("mission-checkpoint.2.AAAA.BBBB", "version '2'"),
        ("mission-checkpoint.1.AAAA", "truncated"),
        (CHECKPOINT[:-1], "truncated"),
        (CHECKPOINT.replace(".1.", ".1.A", 1), "altered"),
        (f"{CHECKPOINT}\n", "altered"),
        (f"{CHECKPOINT}.{CHECKPOINT}", "altered"),
        (f"{CHECKPOINT}.x", "altered"),
        ("mission-checkpoint.\u0661.AAAA", "no checkpoint of this service"),
        ("mission-checkpoint.one.AAAA", "version 'one'"),
        (f" {CHECKPOINT}", "no checkpoint of this service"),
        (forged(b"\xc1"), "no mission's"),
        ("mission-checkpoint.1.AAAA.A." + _digest("mission-checkpoint.1.AAAA.A"), "no mission's"),
    ],
)
def test_the_reason_is_told(text: str, reason: str) -> None:
    assert reason in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        with_state(event_count=-1),
        with_state(event_count="5"),
        with_state(event_count=0),
        with_state(last_processed_event_id=None),
        with_state(last_processed_event_id=build.ulid(77)),
        with_state(mission_id=""),
        with_state(participants={"p1": {"participant_id": "p1", "participant_type": "robot"}}),
        with_state(participants={"p1": {"participant_id": ""}}),
        with_state(focus_by_participant={"p1": build.target("t", "planet")}),
        with_state(presence={"p1": "2026-01-02T03:04:05"}),
        with_state(presence={"p1": "2026-01-02T03:04:05+02:00"}),
        with_state(presence={"p1": 7}),
        with_state(warnings=parts()[1]["warnings"] * 2),
        with_state(warnings=[parts()[1]["warnings"][0] | {"acknowledgements": {"p1": "shrug"}}]),
        with_state(comments=[{}]),
        with_state(comments=[COMMENT | {"reply_to": 7}]),
        with_state(comments=[COMMENT | {"zz": 1}]),
        with_state(
            comments=[{name: COMMENT[name] for name in ("comment_id", "event_id", "participant_id", "content")}]
        ),
        with_comments(b"[ " + msgspec.json.encode(COMMENT) + b"]"),
        with_comments(b"[" + msgspec.json.encode(COMMENT)[:-1] + b',"zz":"\xff"}]'),
        with_comments(b"[" + msgspec.json.encode(COMMENT)[:-1] + b',"content":"\xff","content":"x"}]'),
        with_comments(b"[" + msgspec.json.encode(COMMENT)[:-1] + b',"content":"x"}]'),
        with_comments(b"[1e999]"),
        with_state(decisions=[COMMENT]),
        CHECKPOINT_OF_OTHER_LETTERS,
        with_state(active_executions={"p1": [7]}),
        with_saved(state=b"{}"),
        with_saved(state=b"\xff"),
        with_saved(state=b'{"mission_id":' + b"[" * 10_000),
        with_saved(invited=[7]),
        with_saved(folded_to=None),
        with_saved(folded_to=(-1, datetime.now(UTC))),
        with_saved(folded_to=(1, datetime(2026, 1, 2))),
        with_saved(recent_ids=[]),
        with_saved(recent_ids=["x"]),
        with_saved(recent_ids=[build.ulid(number) for number in (1, 2, 3, 5, 5)]),
        with_saved(recent_ids=[build.ulid(number) for number in (1, 2, 3, 4, 6)]),
        forged(msgspec.msgpack.encode(parts()[0]), b""),
        forged(msgspec.msgpack.encode(parts()[0]), bytes(81)),
        forged(b""),
        forged(msgspec.msgpack.encode([])),
        forged(msgspec.msgpack.encode({"state": 1})),
        forged(b"\xdd\xff\xff\xff\xff"),
        forged(b"\x91" * 5_000),
    ],
)
def test_a_forged_one_is_refused_however_well_its_digest_fits(text: str) -> None:
    """Every time: what was refused is not known to be sound."""
    assert "no mission's" in refusal(text)
    assert "no mission's" in refusal(text)


def test_one_that_was_seen_before_is_read_as_one_that_was_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its series of comments and decisions go on where they were, empty ones and long ones."""
    acts = [*ACTS, *(build.comment("p1", f"c{number}") for number in range(3)), build.decision("p2")]
    for count in range(len(acts) + 1):
        before = admit(build.history(*acts)[:count]).checkpoint
        known = admit(build.history(*acts)[count:], checkpoint=before)
        monkeypatch.setattr(checkpoint, "_known_sound", DigestCache(0))
        unknown = admit(build.history(*acts)[count:], checkpoint=before)
        monkeypatch.undo()
        assert known == unknown
        assert known.checkpoint == admit(build.history(*acts)).checkpoint


def test_a_bomb_does_not_go_off() -> None:
    bomb = forged(bytes(50_000_000))
    with pytest.raises(LargeCheckpointError):
        read_checkpoint(bomb, largest=1_000_000)


def test_one_that_could_not_be_read_again_is_not_written() -> None:
    mission = read_checkpoint(CHECKPOINT)
    with pytest.raises(LargeCheckpointError):
        write_checkpoint(mission, encode(mission.accumulator), largest=500)


def test_instants_at_the_ends_of_time_come_back_as_they_were() -> None:
    instants = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.000001Z")
    for instant in instants:
        event = build.event(*build.joined("p1"), timestamp=instant)
        beat = build.event(*build.heartbeat("p1"), timestamp=instant, lamport_clock=2)
        mission = read_checkpoint(admit([event, beat]).checkpoint)
        assert mission.watermark == (3, datetime.fromisoformat(instant), build.ulid(2))
        assert mission.accumulator.presence == {"p1": datetime.fromisoformat(instant)}


def test_it_is_bounded_by_the_state_and_not_by_the_history() -> None:
    """Ten times as many heartbeats make it no longer, once its window is full."""
    people = joins(*(f"p{number}" for number in range(20)))

    def size(count: int) -> int:
        beats = [build.heartbeat(f"p{number % 20}") for number in range(count)]
        return len(admit(build.history(*people, *beats), recent_events=50).checkpoint)

    assert size(2_000) < 1.1 * size(200)


def test_of_the_benchmark_mix_it_is_a_small_part() -> None:
    """Contract C4; at most a tenth is what was promised for 10,000 events."""
    events = benchmark_mix(2_000)
    assert len(admit(events).checkpoint) < len(msgspec.json.encode(events)) / 10
