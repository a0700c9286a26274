"""Checks on what `/admit` says of each event, and of the mission as it then stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import cast

from .compare import child, differences, partial_differences, resolve
from .kinds import Object
from .model import MISSING, Answer, Check, Difference, Json, Memory, Missing

OUTCOMES = ("accepted", "duplicate", "ignored", "rejected")
NAMES = ("event_id", "event_type")


def counts_are(verdicts: Sequence[Object]) -> Check:
    """Expect the counts of the verdicts."""
    told = Counter(cast(str, verdict["verdict"]) for verdict in verdicts)
    expected: Object = {name: told[name] for name in OUTCOMES}
    return lambda answer, _: partial_differences(expected, answer.json)


def results_are(events: Sequence[Json], verdicts: Sequence[Object]) -> Check:
    """Expect one verdict an event, in input order."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, "/results")
        if not isinstance(got, list) or len(got) != len(events):
            return [Difference("/results", f"{len(events)} verdicts", got)]
        pairs = enumerate(zip(events, verdicts, got, strict=True))
        return [found for index, pair in pairs for found in result_differences(index, *pair)]

    return check


def result_differences(index: int, event: Json, verdict: Object, got: Json) -> Iterator[Difference]:
    """Compare what is said of one event; a malformed envelope has no name that must be repeated."""
    at, code = f"/results/{index}", verdict.get("code")
    expected: Object = {"index": index, "verdict": verdict["verdict"]}
    named = event if isinstance(event, dict) and code != "invalid-request" else {}
    expected |= {name: verdict.get(name, named[name]) for name in NAMES if name in named}
    if code is not None:
        expected["code"] = code
    yield from partial_differences(expected, got, at)
    if verdict["verdict"] == "rejected":
        yield from reason_differences(index, verdict, got, at)


def reason_differences(index: int, verdict: Object, got: Json, at: str) -> Iterator[Difference]:
    """Expect code, sentence and pointer, which leads into the event in the body as sent."""
    place, pointer = child("/events", index), resolve(got, "/pointer")
    if "blames" in verdict:
        yield from differences(f"{place}{verdict['blames']}", pointer, f"{at}/pointer")
    elif not isinstance(pointer, str) or not f"{pointer}/".startswith(f"{place}/"):
        yield Difference(f"{at}/pointer", f"a place in {place}", pointer)
    for name in ("code", "detail"):
        text = resolve(got, f"/{name}")
        if not isinstance(text, str) or not text.strip():
            yield Difference(f"{at}/{name}", "some text", text)


def advisories_are(expected: Sequence[Object]) -> Check:
    """Expect these advisories and no others, in any order; of each, the members that are named."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, "/advisories")
        if isinstance(got, Missing) or not isinstance(got, list):
            return [Difference("/advisories", list(expected), got)]
        missed = [wanted for wanted in expected if all(partial_differences(wanted, each) for each in got)]
        others = [each for each in got if all(partial_differences(wanted, each) for wanted in expected)]
        found = [Difference("/advisories/*", wanted, got) for wanted in missed]
        found += [Difference("/advisories/*", MISSING, each) for each in others]
        more_than_once = len(got) > len(expected) and not found
        return [Difference("/advisories", f"{len(expected)} advisories", got)] if more_than_once else found

    return check
