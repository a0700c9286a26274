"""Turns service cases, which are requests and expectations spelt out, into steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from . import checks as make
from . import looking_back
from .compare import resolve
from .kinds import Object, objects, rules_of
from .model import Answer, Case, Check, Json, Memory, Missing, Step, json_body
from .saved import filled


def service_cases(data: Object, file: str) -> Iterator[Case]:
    """Give the cases of a file of `"kind": "service"`."""
    envelope = cast(Object, data.get("envelope", {}))
    for case in objects(data["cases"]):
        steps = tuple(step_of(step, envelope) for step in objects(case["steps"]))
        yield Case(cast(str, case["name"]), rules_of(case), file, steps)


def step_of(step: Object, envelope: Object) -> Step:
    """Make one step."""
    request, expect = cast(Object, step["request"]), cast(Object, step["expect"])
    method, path = cast(str, request["method"]), cast(str, request["path"])
    headers = cast("dict[str, str]", request.get("headers", {}))
    return Step(
        label=f"{method} {path}",
        method=method,
        path=path,
        checks=tuple(expectations(expect)),
        body=lambda memory: body_of(request, envelope, memory),
        headers=lambda memory: {name: str(filled(value, memory)) for name, value in headers.items()},
        save=lambda answer: saved_values(cast("dict[str, Object]", step.get("save", {})), answer),
    )


def body_of(request: Object, envelope: Object, memory: Memory) -> bytes:
    """Build the body: `text` is sent as it stands, `json` has its events completed and saved values put in."""
    if "text" in request:
        return cast(str, request["text"]).encode()
    if "json" not in request:
        return b""
    return json_body(filled(completed(request["json"], envelope), memory))


def completed(body: Json, envelope: Object) -> Json:
    """Put the file's envelope under every object in the body's `events`."""
    if not isinstance(body, dict) or not isinstance(events := body.get("events"), list):
        return body
    full: list[Json] = [{**envelope, **event} if isinstance(event, dict) else event for event in events]
    return {**body, "events": full}


def saved_values(wanted: Mapping[str, Object], answer: Answer) -> dict[str, Json]:
    """Pick what later steps need, out of a header or a place of the body."""
    return {name: saved_value(source, answer) for name, source in wanted.items()}


def saved_value(source: Object, answer: Answer) -> Json:
    """Pick one value; null stands for one that is not there, and the later step will show it."""
    if "header" in source:
        return answer.headers.get(cast(str, source["header"]))
    found = resolve(answer.json, cast(str, source["at"]))
    return None if isinstance(found, Missing) else found


def expectations(expect: Object) -> Iterator[Check]:
    """Make the checks of one step."""
    status = cast(int, expect["status"])
    problem = expect.get("problem")
    yield from make.problem_is(status, problem) if isinstance(problem, str) else (make.status_is(status),)
    for pointer in cast("list[str]", expect.get("pointers", [])):
        yield make.some_pointer("/errors", pointer)
    for name, pattern in cast("dict[str, str | None]", expect.get("headers", {})).items():
        yield make.header_matches(name, pattern)
    if "same_body_as" in expect:
        yield make.same_body_as(cast(int, expect["same_body_as"]))
    if expect.get("repr_digest"):
        yield make.repr_digest_fits()
    if "text" in expect:
        yield make.body_is_text(cast(str, expect["text"]))
    yield from map(make.text_has, cast("list[str]", expect.get("text_has", [])))
    for place in objects(expect.get("body", [])):
        yield from place_checks(place)


ON_PLACES: Mapping[str, Callable[[str, Any], Check]] = {
    "equals": make.equals,
    "number": make.is_number,
    "same_as": looking_back.same_as,
    "differs_from": looking_back.differs_from,
    "includes": make.includes,
    "matches": make.matches,
    "type": make.has_type,
    "length": make.has_length,
    "absent": lambda at, _: make.absent(at),
}


def place_checks(place: Object) -> Iterator[Check]:
    """Make the checks about one place of the body."""
    at = cast(str, place["at"])
    yield from (check(at, place[name]) for name, check in ON_PLACES.items() if name in place)
