"""Checks on what `/admit` says of each event, and of the mission as it then stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, cast

from .checks import equals
from .compare import child, differences, partial_differences, resolve
from .filling import Pair
from .kinds import Object
from .model import MISSING, Answer, Check, Difference, Json, Memory, Missing

OUTCOMES = ("accepted", "pending", "duplicate", "ignored", "rejected")
NAMES = ("event_id", "event_type")
Pairs: TypeAlias = Callable[[Memory], Sequence[Pair]]
"""Gives the events that were sent, each with its verdict."""


def counts_are(pairs: Pairs) -> Check:
    """Expect the counts of the verdicts."""

    def check(answer: Answer, memory: Memory) -> list[Difference]:
        told = Counter(cast(str, verdict["verdict"]) for _, verdict in pairs(memory))
        expected: Object = {name: told[name] for name in OUTCOMES}
        return partial_differences(expected, answer.json)

    return check


def results_are(pairs: Pairs) -> Check:
    """Expect one verdict an event, in input order."""

    def check(answer: Answer, memory: Memory) -> list[Difference]:
        sent, got = pairs(memory), resolve(answer.json, "/results")
        if not isinstance(got, list) or len(got) != len(sent):
            return [Difference("/results", f"{len(sent)} verdicts", got)]
        told = enumerate(zip(sent, got, strict=True))
        return [
            found
            for index, ((event, verdict), each) in told
            for found in result_differences(index, event, verdict, each)
        ]

    return check


def result_differences(index: int, event: Json, verdict: Object, got: Json) -> Iterator[Difference]:
    """Compare what is said of one event; a malformed envelope has no name that must be repeated."""
    at, code = f"/results/{index}", verdict.get("code")
    expected: Object = {"index": index, "verdict": verdict["verdict"]}
    named = event if isinstance(event, dict) and code != "invalid-request" else {}
    expected |= {name: verdict.get(name, named[name]) for name in NAMES if name in named}
    if verdict["verdict"] == "duplicate":
        expected["stands"] = verdict.get("stands", "accepted")
    elif code is not None:
        expected["code"] = code
    yield from partial_differences(expected, got, at)
    if verdict["verdict"] in ("pending", "rejected"):
        yield from reason_differences(index, verdict, got, at)


def reason_differences(index: int, verdict: Object, got: Json, at: str) -> Iterator[Difference]:
    """Expect code, sentence and pointer, which leads into the event in the body as sent."""
    place, pointer = child("/events", index), resolve(got, "/pointer")
    if "blames" in verdict:
        yield from differences(f"{place}{verdict['blames']}", pointer, f"{at}/pointer")
    elif not isinstance(pointer, str) or not f"{pointer}/".startswith(f"{place}/"):
        yield Difference(f"{at}/pointer", f"a place in {place}", pointer)
    yield from told_why(got, at)


def told_why(got: Json, at: str) -> Iterator[Difference]:
    """Expect a code and a sentence."""
    for name in ("code", "detail"):
        text = resolve(got, f"/{name}")
        if not isinstance(text, str) or not text.strip():
            yield Difference(f"{at}/{name}", "some text", text)


def revised_are(expected: Sequence[Object]) -> Check:
    """Expect exactly these revisions, in order; those that are not accepted have their reason."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, "/revised")
        if not isinstance(got, list) or len(got) != len(expected):
            return [Difference("/revised", list(expected), got)]
        found: list[Difference] = []
        for index, (wanted, each) in enumerate(zip(expected, got, strict=True)):
            found += partial_differences(wanted, each, f"/revised/{index}")
            if wanted["verdict"] != "accepted":
                found += told_why(each, f"/revised/{index}")
        return found

    return check


def settled_are(expected: Object | None) -> Check:
    """Expect these entries to be handed out, of each the members that matter; or no member of that name."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, "/settled")
        if expected is None:
            return [] if isinstance(got, Missing) else [Difference("/settled", MISSING, got)]
        found: list[Difference] = []
        for name in ("comments", "decisions", "linked_sessions", "anomalies"):
            wanted, entries = cast("list[Json]", expected.get(name, [])), resolve(got, f"/{name}")
            if not isinstance(entries, list) or len(entries) != len(wanted):
                found.append(Difference(f"/settled/{name}", wanted, entries))
                continue
            for index, (entry, each) in enumerate(zip(wanted, entries, strict=True)):
                found += partial_differences(entry, each, f"/settled/{name}/{index}")
        return found

    return check


def horizon_is(expected: Object | None) -> Check:
    """Expect the horizon at this place, of which the members that are named count; or none."""
    if expected is None:
        return equals("/horizon", None)
    return lambda answer, _: partial_differences(expected, resolve(answer.json, "/horizon"), "/horizon")


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
