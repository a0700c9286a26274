"""Histories of any length that make a careless fold slow, and a count of the calls that some work makes."""

import sys
from collections.abc import Callable, Iterator
from types import FrameType

from tests.support import builders as build
from tests.support.folding import Json, Pair, joins

LARGEST_GROWTH = 5.0
"""Four times the events may cost this many times the calls: linear would be 4, quadratic 16."""


def completed_in_reverse(count: int) -> Iterator[Pair]:
    steps = [f"s{number}" for number in range(count // 2)]
    yield from (build.started("p1", step) for step in steps)
    yield from (build.completed("p1", step) for step in reversed(steps))


def completed_first_come_first_served(count: int) -> Iterator[Pair]:
    yield from (build.started("p1", "s1") for _ in range(count // 2))
    yield from (build.completed("p1", "s1") for _ in range(count // 2))


def answered_and_repeated(count: int) -> Iterator[Pair]:
    """Answer a warning over and over, then repeat it over and over."""
    yield build.driver_warning("w1", "p1", "p2")
    yield from (build.acknowledged("p1", "w1", ("hold", "defer")[number % 2]) for number in range(count // 2))
    yield from (build.driver_warning("w1", "p2", "p1") for _ in range(count // 2 - 1))


def answered_by_everybody(count: int) -> Iterator[Pair]:
    """Let a crowd answer one warning, which is repeated after each answer."""
    crowd = [f"c{number}" for number in range(count // 3)]
    yield from joins(*crowd)
    yield build.collision("w1", "p1", "p2")
    for who in crowd:
        yield build.acknowledged(who, "w1")
        yield build.collision("w1", "p1", "p2")


def flipped_focus(count: int) -> Iterator[Pair]:
    yield from (build.focus("p1", ("t1", "t2")[number % 2]) for number in range(count))


def coming_and_going(count: int) -> Iterator[Pair]:
    for _ in range(count // 4):
        yield from (build.joined("p3"), build.started("p3", "s1"), build.focus("p3", "t1"), build.left("p3"))


def naming_strangers(count: int) -> Iterator[Pair]:
    """Name very many strangers in one warning."""
    yield build.driver_warning("w1", *(f"x{number}" for number in range(count)))


STREAMS: list[Callable[[int], Iterator[Pair]]] = [
    *(completed_in_reverse, completed_first_come_first_served, answered_and_repeated, answered_by_everybody),
    *(flipped_focus, coming_and_going, naming_strangers),
]


def spelled_twice(count: int) -> list[Json]:
    """Say each of few ids again and again in two spellings."""
    event = build.event(*build.heartbeat("p1"), event_id=build.ulid(7))
    return [event | {"event_id": event["event_id"].lower()} if number % 2 else event for number in range(count)]


def in_conflict(count: int) -> list[Json]:
    """Use one id again and again with other content, under the same sort key."""
    return [
        build.event(*build.heartbeat("p1", session_id=str(number)), event_id=build.ulid(7)) for number in range(count)
    ]


REPEATS = [spelled_twice, in_conflict]


def calls(work: Callable[[], object]) -> int:
    """Count the calls of functions, Python's and C's, that some work makes."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count
