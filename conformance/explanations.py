"""Turns explanation cases into requests: the timeline as the case has it, and the patches against `/reduce`."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, cast

from .checks import equals, status_is
from .compare import child, differences, resolve
from .kinds import Object, objects, post, rules_of
from .model import MISSING, Answer, Case, Check, Difference, Json, Memory, Missing, Step

COUNTS = ("event_count", "last_processed_event_id")
"""What patches leave out (rule X2)."""
CAUSES = ("code", "duplicate_of", "superseded_by")
"""Members of an entry that are absent unless a case names them."""
FOLDED = ("changed", "redundant", "invited", "anomaly", "other-mission")


def explanation_cases(data: Object, file: str) -> Iterator[Case]:
    """Give the cases of a file of `"kind": "explanations"`."""
    envelope = cast(Object, data["envelope"])
    for case in objects(data["cases"]):
        events = [{**envelope, **event} if isinstance(event, dict) else event for event in objects(case["events"])]
        steps = tuple(explanation_steps(case, events))
        yield Case(cast(str, case["name"]), rules_of(case), file, steps, cast(str, case.get("mode", "permissive")))


def explanation_steps(case: Object, events: list[Object]) -> Iterator[Step]:
    """Explain the events, in order and reversed, and reduce every prefix of the canonical order."""
    mode = cast(str, case.get("mode", "permissive"))
    common: Object = {name: case[name] for name in ("roster", "mission_id") if name in case}
    asked: Object = {**common, "mode": mode, **({"until": case["until"]} if "until" in case else {})}
    expect = cast(Object, case["expect"])
    checks = [status_is(200), equals("/mode", mode), timeline_is(objects(expect["timeline"]))]
    checks += [equals(child("/state", name), value) for name, value in cast(Object, expect.get("state", {})).items()]
    checks += [equals(f"/{name}", expect[name]) for name in ("blame", "gone") if name in expect]
    yield post("/explain", {**asked, "events": list[Json](events)}, *checks, label=f"POST /explain, {mode}")
    reversed_: Object = {**asked, "events": list[Json](events[::-1])}
    yield post("/explain", reversed_, status_is(200), *map(same_as_first, ("state", "blame", "gone")), label="reversed")
    reduced = {**common, "mode": "permissive" if mode == "permissive" else "strict"}
    for place, prefix in prefixes(objects(expect["timeline"]), mode):
        body: Object = {**reduced, "events": [events[index] for index in prefix]}
        yield post("/reduce", body, status_is(200), patched_up_to(place), label=f"POST /reduce, {len(prefix)} events")


def prefixes(timeline: list[Object], mode: str) -> Iterator[tuple[int, list[int]]]:
    """Give the places of the timeline up to which patches count, with the indices of the events to reduce (rule X2)."""
    yield 0, []
    taken: list[int] = []
    for place, entry in enumerate(timeline, 1):
        effect = entry["effect"]
        if effect in ("refused", "not-reached") and mode == "strict":
            return
        is_folded = effect in FOLDED and not (mode == "admit" and effect == "other-mission")
        if entry.get("position") is not None and is_folded:
            taken.append(cast(int, entry["index"]))
            yield place, list(taken)


def timeline_is(expected: list[Object]) -> Check:
    """Expect these entries in this order; members that are named are compared, causes must not be there unnamed."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, "/timeline")
        if not isinstance(got, list) or len(got) != len(expected):
            return [Difference("/timeline", f"a list of {len(expected)}", got)]
        pairs = enumerate(zip(expected, got, strict=True))
        return [found for place, (entry, told) in pairs for found in entry_differences(entry, told, place)]

    return check


def entry_differences(expected: Object, got: Json, place: int) -> Iterator[Difference]:
    """Compare one entry of the timeline."""
    at = f"/timeline/{place}"
    for name, value in expected.items():
        yield from differences(value, resolve(got, child("", name)), child(at, name))
    for name in CAUSES:
        found = resolve(got, child("", name))
        if name not in expected and not isinstance(found, Missing):
            yield Difference(child(at, name), MISSING, found)
    has_reason = not isinstance(resolve(got, "/reason"), Missing)
    if has_reason != ("code" in expected):
        yield Difference(f"{at}/reason", "a sentence" if "code" in expected else MISSING, resolve(got, "/reason"))


def same_as_first(name: str) -> Check:
    """Expect a member to be what the first answer had: the order in which events are sent changes nothing of it."""

    def check(answer: Answer, memory: Memory) -> list[Difference]:
        at = f"/{name}"
        return differences(cast(Json, resolve(memory.answers[0].json, at)), resolve(answer.json, at), at)

    return check


def patched_up_to(place: int) -> Check:
    """Expect the answer to be the state that the patches of the explanation lead to (rule X2)."""

    def check(answer: Answer, memory: Memory) -> list[Difference]:
        told = resolve(memory.answers[0].json, "/timeline")
        empty = memory.answers[2] if place else answer
        if not isinstance(told, list) or not isinstance(empty.json, dict) or not isinstance(answer.json, dict):
            return [Difference("/timeline", "entries with changes", told)]
        state = {name: value for name, value in empty.json.items() if name not in COUNTS}
        wanted = {name: value for name, value in answer.json.items() if name not in COUNTS}
        try:
            for entry in told[:place]:
                state = patched(state, objects(cast(Object, entry)["changes"]))
        except (LookupError, TypeError, ValueError) as error:
            return [
                Difference("/timeline/*/changes", "patches that can be applied", f"{type(error).__name__}: {error}")
            ]
        return differences(cast(Json, wanted), cast(Json, state), f"patched up to {place - 1}: ")

    return check


def patched(state: Any, operations: list[Object]) -> Any:
    """Apply `add`, `remove` and `replace` (RFC 6902); raises what Python raises where one cannot be applied."""
    state = copy.deepcopy(state)
    for operation in operations:
        *parents, last = (part.replace("~1", "/").replace("~0", "~") for part in str(operation["path"]).split("/")[1:])
        inside: Any = state
        for part in parents:
            inside = inside[int(part) if isinstance(inside, list) else part]
        key: Any = len(inside) if last == "-" else int(last) if isinstance(inside, list) else last
        if operation["op"] == "add" and isinstance(inside, list):
            inside.insert(key, operation["value"])
            continue
        if operation["op"] != "add":
            inside[key]
        if operation["op"] == "remove":
            del inside[key]
        else:
            inside[key] = operation["value"]
    return state
