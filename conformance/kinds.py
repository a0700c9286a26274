"""Turns payload and envelope cases, which are plain data, into requests with checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from .checks import (
    equals,
    field_values,
    has_length,
    includes,
    not_empty,
    problem_is,
    some_pointer,
    status_is,
)
from .compare import resolve
from .model import Answer, Case, Check, Difference, Json, Memory, Step, json_body

Object = dict[str, Json]


def post(path: str, body: Json, *checks: Check, label: str | None = None) -> Step:
    """Make a step that POSTs a JSON body known beforehand."""
    content = json_body(body)
    return Step(label or f"POST {path}", "POST", path, checks, lambda _: content)


def rules_of(case: Object) -> tuple[str, ...]:
    """Give the rules that a case says it proves."""
    return tuple(cast("list[str]", case["rules"]))


def objects(value: Json) -> list[Object]:
    """Read a list of objects out of a data file."""
    return cast("list[Object]", value)


# Payloads: both layers through /validate, the place through /validate/batch, the consequence through /reduce.


def payload_cases(data: Object, file: str) -> Iterator[Case]:
    """Give the cases of a file of `"kind": "payloads"`."""
    envelope, event_type = cast(Object, data["envelope"]), cast(str, data["event_type"])
    for case in objects(data["cases"]):
        yield payload_case(case, event_type, envelope, file)


def payload_case(case: Object, event_type: str, envelope: Object, file: str) -> Case:
    """Make one payload case."""
    sent: Object = {"event_type": event_type, "payload": case["payload"]}
    event: Object = {**envelope, **sent}
    blames = case.get("blames")
    steps = accepted_payload(sent, event) if case["valid"] else refused_payload(sent, event, cast(str, blames))
    return Case(cast(str, case["name"]), rules_of(case), file, tuple(steps))


def accepted_payload(sent: Object, event: Object) -> Iterator[Step]:
    """Expect a payload to pass everywhere."""
    yield post("/validate", sent, *verdict(sent, valid=True))
    yield post("/validate/batch", {"events": [event]}, *batch_verdict(valid=True))
    # By rule S1 the state names the mission of the first payload that fits its model, so it tells
    # whether /reduce took this one, even if the fold then finds something else wrong.
    body: Object = {"events": [event], "mode": "permissive"}
    mission = cast(Object, event["payload"])["mission_id"]
    yield post("/reduce", body, status_is(200), equals("/mission_id", mission))


def refused_payload(sent: Object, event: Object, blames: str) -> Iterator[Step]:
    """Expect a payload to be found invalid everywhere, for the field that is to blame."""
    pointer = f"/events/0/payload{blames}"
    yield post("/validate", sent, *verdict(sent, valid=False), blames_field(blames))
    yield post("/validate/batch", {"events": [event]}, *batch_verdict(valid=False, pointer=pointer))
    refusal = (*problem_is(422, "malformed-payload"), some_pointer("/errors", pointer))
    yield post("/reduce", {"events": [event]}, *refusal)
    body: Object = {"events": [event], "mode": "permissive"}
    ignored = (equals("/mission_id", ""), has_length("/anomalies", 1), anomaly_names(blames))
    yield post("/reduce", body, status_is(200), *ignored, label="POST /reduce, permissive")


def verdict(sent: Object, *, valid: bool) -> tuple[Check, ...]:
    """Expect the answer of /validate: the flag, and both layers of one mind."""
    layers = ("/model_violations", "/schema_violations")
    return (
        status_is(200),
        equals("/valid", valid),
        equals("/event_type", sent["event_type"]),
        equals("/schema_check_skipped", False),
        *(has_length(layer, 0) if valid else not_empty(layer) for layer in layers),
    )


def batch_verdict(*, valid: bool, pointer: str | None = None) -> tuple[Check, ...]:
    """Expect the answer of /validate/batch for one event."""
    checks = [status_is(200), equals("/valid", valid), equals("/results/0/valid", valid)]
    if pointer is not None:
        checks.append(some_pointer("/results/0/violations", pointer))
    return tuple(checks)


def blames_field(blames: str) -> Check:
    """Expect the model layer to name the member to blame, in whatever way it writes a path."""
    member = blames.split("/")[1]

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = field_values("/model_violations", "field", answer)
        if any(isinstance(field, str) and member in field for field in got):
            return []
        return [Difference("/model_violations/*/field", f"a path with {member!r}", got)]

    return check


def anomaly_names(blames: str) -> Check:
    """Expect the anomaly's reason to name the field (rule R33)."""
    member = next(token for token in reversed(blames.split("/")) if not token.isdecimal())

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, "/anomalies/0/reason")
        if isinstance(got, str) and member in got:
            return []
        return [Difference("/anomalies/0/reason", f"a sentence with {member!r}", got)]

    return check


# Envelopes: judged by /validate/batch, and by /reduce where a broken one refuses the request.


def envelope_cases(data: Object, file: str) -> Iterator[Case]:
    """Give the cases of a file of `"kind": "envelopes"`."""
    neighbour = data["neighbour"]
    for case in objects(data["cases"]):
        steps = mapping_steps(case) if case.get("layer") == "mapping" else envelope_steps(case, neighbour)
        yield Case(cast(str, case["name"]), rules_of(case), file, tuple(steps))


def envelope_steps(case: Object, neighbour: Json) -> Iterator[Step]:
    """Expect an envelope to be taken or refused, for the member that is to blame; a refused one has company."""
    events: Object = {"events": [case["event"]]}
    if case["valid"]:
        yield post("/validate/batch", events, *batch_verdict(valid=True))
        yield post("/reduce", events, status_is(200))
        return
    pointer = f"/events/0{case['blames']}"
    layers = [by_layer(layer, pointer) for layer in cast("list[str]", case.get("layers", []))]
    yield post("/validate/batch", events, *batch_verdict(valid=False, pointer=pointer), *layers)
    company: Object = {"events": [neighbour, case["event"]]}
    if case.get("folds"):
        yield post("/reduce", company, status_is(200), equals("/event_count", 1))
        return
    second = some_pointer("/errors", f"/events/1{case['blames']}")
    yield post("/reduce", company, *problem_is(422, "invalid-request"), second)


def by_layer(layer: str, pointer: str) -> Check:
    """Expect a layer to have found what is wrong at a place."""
    return includes("/results/0/violations", {"layer": layer, "pointer": pointer})


def mapping_steps(case: Object) -> Iterator[Step]:
    """Expect a breach of the canonical mapping to be reported, and not to be enforced by the reducer."""
    events: Object = {"events": [case["event"]]}
    yield post("/validate/batch", events, *batch_verdict(valid=False), only_layer("mapping", case.get("blames")))
    yield post("/reduce", events, status_is(200))


def only_layer(layer: str, blames: Json) -> Check:
    """Expect every violation to be of one layer, and one of them to point at the member to blame."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        at = "/results/0/violations"
        got = field_values(at, "layer", answer)
        if set(map(str, got)) != {layer}:
            return [Difference(f"{at}/*/layer", [layer], got)]
        pointers = field_values(at, "pointer", answer)
        wanted = f"/events/0{blames}"
        missed = blames is not None and wanted not in pointers
        return [Difference(f"{at}/*/pointer", wanted, pointers)] if missed else []

    return check


# The fixtures of the manifest: payload files by name, judged as the manifest says.


def fixture_case(entry: Object, payload: Json, file: str) -> Case:
    """Make the case of one manifest entry."""
    valid = entry["expected_result"] == "valid"
    sent: Object = {"event_type": entry["event_type"], "payload": payload}
    checks = [*verdict(sent, valid=valid)]
    if isinstance(blames := entry.get("blames"), str):
        checks.append(blames_field(blames))
    step = post("/validate", sent, *checks)
    return Case(f"Fixture {entry['id']} is {entry['expected_result']}", rules_of(entry), file, (step,))
