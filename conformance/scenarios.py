"""Turns reducer scenarios into requests: each mode, the events as sent and in other orders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations
from typing import cast

from .checks import body_is_text, equals, field_values, problem_is, same_body_as, status_is
from .compare import child, differences, key_order_differences, resolve
from .kinds import Object, objects, post, rules_of
from .model import MISSING, Answer, Case, Check, Difference, Json, Memory, Missing, Step

MODES = ("strict", "permissive")
SAME = (status_is(200), same_body_as(0))

# An event of another family, which the reducer leaves out (rule R1) whatever it says.
IGNORED: Object = {
    "event_id": "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
    "event_type": "BuildFinished",
    "aggregate_id": "build/7",
    "timestamp": "2026-01-01T00:00:00Z",
    "node_id": "node-7",
    "lamport_clock": 0,
    "project_uuid": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
    "correlation_id": "01HZZZZZZZZZZZZZZZZZZZZZZZ",
    "payload": {"mission_id": "another", "participant_id": "p9"},
}
Order = list[int]


def scenario_cases(data: Object, file: str) -> Iterator[Case]:
    """Give the cases of a file of `"kind": "scenarios"`: one for each scenario and mode."""
    envelope = cast(Object, data["envelope"])
    for scenario in objects(data["cases"]):
        events = [{**envelope, **event} for event in objects(scenario["events"])]
        for mode, outcome in outcomes(scenario):
            all_orders = bool(scenario.get("every_order"))
            steps = tuple(scenario_steps(events, mode, scenario.get("roster"), outcome, every=all_orders))
            yield Case(cast(str, scenario["name"]), rules_of(scenario), file, steps, mode)


def outcomes(scenario: Object) -> Iterator[tuple[str, Object]]:
    """Give the expected outcome of each mode; `both` stands for one that the modes share."""
    expect = cast("dict[str, Object]", scenario["expect"])
    for mode in MODES:
        outcome = expect.get(mode) or expect.get("both")
        if outcome is not None:
            yield mode, outcome


def orders(count: int, *, every: bool = False) -> Iterator[tuple[str, Order]]:
    """Give the orders in which events are sent: no order may make a difference."""
    as_sent = list(range(count))
    if every:
        yield from ((f"as {order}", list(order)) for order in permutations(as_sent))
        return
    yield "as listed", as_sent
    if count > 1:
        yield "reversed", as_sent[::-1]
    if count > 3:
        yield "every second one first", as_sent[1::2] + as_sent[::2]


def scenario_steps(
    events: list[Object], mode: str, roster: Json, outcome: Object, *, every: bool = False
) -> Iterator[Step]:
    """Make a request for each order: the first is judged, the others must be answered alike."""
    refusal = cast("Object | None", outcome.get("refusal"))
    for number, (label, order) in enumerate(orders(len(events), every=every)):
        ordered = [events[index] for index in order]
        if refusal is not None:
            checks = refusal_checks(refusal, order)
            # A stranger behind the others moves no index and changes nothing.
            ordered = [*ordered, IGNORED] if number else ordered
        else:
            checks = state_checks(outcome) if number == 0 else SAME
        yield reduce_step(ordered, mode, roster, checks, label)
    if refusal is None and events:
        yield reduce_step([*events, IGNORED, *events], mode, roster, SAME, "twice, and one to ignore")


def reduce_step(events: list[Object], mode: str, roster: Json, checks: tuple[Check, ...], label: str) -> Step:
    """Make one request for a reduction."""
    body: Object = {"events": list[Json](events), "mode": mode}
    if roster is not None:
        body["roster"] = roster
    return post("/reduce", body, *checks, label=f"POST /reduce, {mode}, events {label}")


def state_checks(outcome: Object) -> tuple[Check, ...]:
    """Expect a state: the fields that the scenario names, and no anomalies but those that it lists."""
    state = cast(Object, outcome.get("state", {}))
    checks = [status_is(200), anomalies_are(objects(outcome.get("anomalies", [])))]
    checks += [equals(child("", field), value) for field, value in state.items()]
    if outcome.get("key_order"):
        checks.append(in_order_of(state))
    if isinstance(text := outcome.get("bytes"), str):
        checks.append(body_is_text(text))
    return tuple(checks)


def in_order_of(state: Object) -> Check:
    """Expect objects to list their keys as the scenario does (rule S16)."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = answer.json
        found = got if isinstance(got, dict) else {}
        named: Json = {key: value for key, value in found.items() if key in state}
        return list(key_order_differences(state, named))

    return check


def anomalies_are(expected: list[Object], at: str = "/anomalies") -> Check:
    """Expect these anomalies in this order; of a reason only the contract's phrase is compared."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, at)
        if not isinstance(got, list) or len(got) != len(expected):
            return [Difference(at, expected, got)]
        pairs = enumerate(zip(expected, got, strict=True))
        return [found for index, pair in pairs for found in anomaly_differences(*pair, f"{at}/{index}")]

    return check


def anomaly_differences(expected: Object, got: Json, at: str) -> Iterator[Difference]:
    """Compare one anomaly."""
    for name in ("event_id", "event_type"):
        yield from differences(expected[name], resolve(got, f"/{name}"), f"{at}/{name}")
    reason = resolve(got, "/reason")
    text = reason if isinstance(reason, str) else ""
    phrase, lacks = str(expected.get("reason_contains", "")), expected.get("reason_lacks")
    if not text or phrase not in text:
        yield Difference(f"{at}/reason", f"a sentence with {phrase!r}", reason)
    if isinstance(lacks, str) and lacks in text:
        yield Difference(f"{at}/reason", f"a sentence without {lacks!r}", reason)


def refusal_checks(refusal: Object, order: Order) -> tuple[Check, ...]:
    """Expect a refusal: its problem members, and the place of the event in the order that was sent."""
    checks = list(problem_is(cast(int, refusal["status"]), cast(str, refusal["code"])))
    names = ("event_id", "event_type", "participant_id")
    checks += [equals(f"/{name}", refusal[name]) for name in names if name in refusal]
    if isinstance(pointer := refusal.get("pointer"), str):
        checks.append(equals("/errors/0/pointer", moved(pointer, order)))
    if "pointers" in refusal:
        pointers = cast("list[str]", refusal["pointers"])
        checks.append(blamed_events([moved(pointer, order) for pointer in pointers]))
    if "names_events" in refusal:
        named = cast("list[int]", refusal["names_events"])
        checks.append(named_events({f"/events/{order.index(index)}" for index in named}))
    return tuple(checks)


def moved(pointer: str, order: Order) -> str:
    """Rewrite a pointer for another order of the events: they point into the body as it was sent."""
    found = re.fullmatch(r"/events/(\d+)(.*)", pointer)
    return f"/events/{order.index(int(found[1]))}{found[2]}" if found else pointer


def event_index(pointer: Json | Missing) -> str:
    """Give the part of a pointer that says which event it is about."""
    return "/".join(str(pointer).split("/")[:3])


def blamed_events(expected: list[str]) -> Check:
    """Expect all of these pointers among the errors, and none about another event."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = field_values("/errors", "pointer", answer)
        missed = [Difference("/errors/*/pointer", wanted, got) for wanted in expected if wanted not in got]
        blamed = {event_index(pointer) for pointer in expected}
        others = [pointer for pointer in got if event_index(pointer) not in blamed]
        return missed + [Difference("/errors/*/pointer", MISSING, pointer) for pointer in others]

    return check


def named_events(expected: set[str]) -> Check:
    """Expect an error about each of these events, and none about another."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = {event_index(pointer) for pointer in field_values("/errors", "pointer", answer)}
        return [] if got == expected else [Difference("/errors/*/pointer", sorted(expected), sorted(got))]

    return check
