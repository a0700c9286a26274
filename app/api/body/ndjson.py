"""NDJSON bodies: one event a line; blank lines are passed over."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from app.api.body.locations import LineLocations
from app.api.body.parse import check_count, check_size, json_problem
from app.problems import Finding, Problem
from app.settings import Settings
from mission_collaboration.contract.errors import SpecKittyEventsError
from mission_collaboration.decoding.json_text import decode_json


class Line(NamedTuple):
    """A line of a body that is not blank."""

    number: int
    text: bytes


def lines_of(body: bytes, first: int = 1) -> Iterator[Line]:
    """Split a body into its lines, numbered from `first`."""
    for number, text in enumerate(body.split(b"\n"), first):
        if text.strip():
            yield Line(number, text)


def is_small(line: Line, limits: Settings) -> bool:
    """Tell whether an event is within its limit; what ends its line is no part of it."""
    return len(line.text) <= limits.max_event_bytes or len(line.text.strip()) <= limits.max_event_bytes


def are_small(body: bytes, limits: Settings) -> bool:
    """Tell whether every line of a body is within the limit of an event."""
    return len(body) <= limits.max_event_bytes or all(is_small(line, limits) for line in lines_of(bytes(body)))


def read_line(line: Line, limits: Settings) -> Any:
    """Decode one line; raises `malformed-json`, `too-deep` or `event-too-large`, each with the line's number."""
    check_size(line.text.strip(), LineLocations([line.number]), 0, limits)
    try:
        return decode_json(line.text, max_nesting=limits.max_nesting)
    except SpecKittyEventsError as error:
        raise at_line(json_problem(error), line.number) from None


def read_lines(body: bytes, limits: Settings) -> tuple[list[Any], LineLocations]:
    """Decode every line; raises what `read_line` raises, and `too-many-events`."""
    lines = list(lines_of(bytes(body)))
    places = LineLocations([line.number for line in lines])
    check_count(len(lines), limits, pointer="")
    return [read_line(line, limits) for line in lines], places


def at_line(problem: Problem, number: int) -> Problem:
    """Let a problem with the JSON of one line say which line that is."""
    found = problem.findings[0] if problem.findings else Finding(code=problem.code, message=problem.detail)
    problem.findings = (found.model_copy(update={"line": number, "pointer": ""}),)
    problem.detail = f"Line {number}: {found.message}" + (f" at column {found.column}." if found.column else ".")
    return problem
