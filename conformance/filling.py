"""Fills the window of the service under test, which tells in its limits how many events that takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, cast

from .checks import has_type, status_is
from .kinds import Object
from .model import Answer, Json, Memory, Step

Pair: TypeAlias = tuple[Json, Object]
"""An event and the verdict on it."""
LIMITS = "limits"


def fills_a_window(data: Object) -> bool:
    """Whether a batch has as many events as the window of the service says."""
    fill = cast("Object | None", data.get("fill"))
    return fill is not None and not isinstance(fill["count"], int)


def read_limits() -> Step:
    """Ask the service for its limits."""

    def save(answer: Answer) -> dict[str, Json]:
        return {LIMITS: answer.json if isinstance(answer.json, dict) else {}}

    checks = (status_is(200), has_type("/window_events", "integer"))
    return Step("GET /limits", "GET", "/limits", checks, save=save)


def filler(data: Object, envelope: Object, memory: Memory) -> Iterator[Pair]:
    """Give the events that a batch has beside those that its file lists: one after the other, all of one kind."""
    if "fill" not in data:
        return
    fill = cast(Object, data["fill"])
    first = cast(int, fill["first"])
    verdict = fill["verdict"]
    told: Object = verdict if isinstance(verdict, dict) else {"verdict": verdict}
    for number in range(first, first + count_of(fill, memory)):
        names: Object = {"event_id": f"01J{number:023d}", "lamport_clock": number}
        yield {**envelope, **names, "event_type": fill["event_type"], "payload": fill["payload"]}, told


def count_of(fill: Object, memory: Memory) -> int:
    """Return how many events there are: a number, the window of the service, or half of it rounded up."""
    count, more = fill["count"], cast(int, fill.get("more", 0))
    if isinstance(count, int):
        return count + more
    limits = cast("dict[str, int]", memory.saved[LIMITS])
    window = limits["window_events"]
    return more + {"window": window, "half": -(-window // 2)}[cast(str, count)]
