"""Streams that aim to be slow (contract R40), all of them lawful, and the long ordered one."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from loadtests.bench.streams import MISSION, PEOPLE, PROJECT, Act, Json, history, joined, mixed, ulid, warning

ANYBODY: Final = PEOPLE[0]


def reversed_steps(count: int) -> list[Json]:
    """Start half as many steps of one participant, and complete them in reverse order."""
    steps = [{"participant_id": ANYBODY, "step_id": f"step-{number:06}"} for number in range(count // 2)]
    acts: list[Act] = [joined(ANYBODY)]
    acts += [("PromptStepExecutionStarted", step) for step in steps]
    acts += [("PromptStepExecutionCompleted", {**step, "outcome": "success"}) for step in reversed(steps)]
    return history(acts[:count])


def acknowledged(count: int) -> list[Json]:
    """Let a crowd of half as many join and acknowledge one warning."""
    crowd = [f"participant-{number:06}" for number in range(count // 2)]
    acts = [*map(joined, crowd), warning("warning-1", *crowd[:2]), *map(_answer, crowd)]
    return history(acts[:count])


def repeated_warning(count: int) -> list[Json]:
    """Let a crowd of a third as many acknowledge one warning, then repeat that warning again and again."""
    crowd = [f"participant-{number:06}" for number in range(count // 3)]
    acts = [*map(joined, crowd), warning("warning-1", *crowd[:2]), *map(_answer, crowd)]
    acts += [warning("warning-1", *crowd[-2:])] * (count - len(acts))
    return history(acts)


def flipped_focus(count: int) -> list[Json]:
    """Let everybody look from one of two targets to the other."""
    acts: list[Act] = [joined(who) for who in PEOPLE]
    acts += [
        ("FocusChanged", {"participant_id": PEOPLE[number // 2 % len(PEOPLE)], "focus_target": _target(number % 2)})
        for number in range(count - len(acts))
    ]
    return history(acts)


def heartbeats(count: int) -> list[Json]:
    """Let everybody only show that they are there."""
    acts: list[Act] = [joined(who) for who in PEOPLE]
    acts += [
        ("PresenceHeartbeat", {"participant_id": PEOPLE[number % len(PEOPLE)]}) for number in range(count - len(acts))
    ]
    return history(acts)


def spelled_twice(count: int) -> list[Json]:
    """Send every event of a mix twice: its id in lower case, its time with an offset, the second time."""
    once = mixed(count // 2)
    return [spelling for said in once for spelling in (said, respelled(said))]


GROWTH_STREAMS: Final[dict[str, Callable[[int], list[Json]]]] = {
    "mixed": mixed,
    "steps completed in reverse": reversed_steps,
    "acknowledgements of one warning": acknowledged,
    "that warning repeated": repeated_warning,
    "focus flips": flipped_focus,
    "heartbeats": heartbeats,
    "duplicates in two spellings": spelled_twice,
}

LINE: Final = (
    '{"event_id":"00c0ffee-0000-7000-8000-%%012x","event_type":"%s","aggregate_id":"mission/%s",'
    '"payload":{"mission_id":"%s","participant_id":"%%s"%s},"timestamp":"2026-02-03T04:05:06Z",'
    '"node_id":"node-01","lamport_clock":%%d,"project_uuid":"%s","correlation_id":"%s"}\n'
)
LOOK: Final = ',"focus_target":{"target_type":"wp","target_id":"wp-%02d"}'


def ordered_lines(count: int, lines_a_chunk: int = 1_000) -> Iterator[bytes]:
    """Write heartbeats and focus changes as NDJSON in canonical order, chunk by chunk, never all at once."""
    lines = islice(_lines(), count)
    while chunk := "".join(islice(lines, lines_a_chunk)):
        yield chunk.encode()


def _lines() -> Iterator[str]:
    identity = ',"participant_identity":{"participant_id":"%s","participant_type":"human"}'
    for clock, who in enumerate(PEOPLE, start=1):
        yield _template("ParticipantJoined", identity % who) % (clock, who, clock)
    beat = _template("PresenceHeartbeat", "")
    looks = [_template("FocusChanged", LOOK % target) for target in range(40)]
    clock = len(PEOPLE)
    while True:
        clock += 1
        line = looks[clock // 2 % len(looks)] if clock % 2 else beat
        yield line % (clock, PEOPLE[clock // 3 % len(PEOPLE)], clock)


def _template(event_type: str, more: str) -> str:
    return LINE % (event_type, MISSION, MISSION, more.replace("%", "%%"), PROJECT, ulid(0))


def _answer(who: str) -> Act:
    return "WarningAcknowledged", {"participant_id": who, "warning_id": "warning-1", "acknowledgement": "continue"}


def _target(number: int) -> Json:
    return {"target_type": "step", "target_id": f"step-{number}"}


def respelled(said: Json) -> Json:
    """Spell an id in lower case, and a time with an offset."""
    return said | {"event_id": said["event_id"].lower(), "timestamp": said["timestamp"].replace("Z", "+00:00")}
