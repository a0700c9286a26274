"""Variants whose refusals and headers are wrong (A1, A6, A14, R3, R4)."""

import re
from collections.abc import Callable
from dataclasses import replace

from conformance.kinds import Object, objects
from conformance.model import Json
from conformance.scenarios import moved

from .between import Exchange, between, listed, replies
from .variant import Around, Variant

Reply = Callable[[Exchange], Exchange]


def answering(change: Reply) -> Around:
    return between(reply=change)


def header(name: bytes, value: bytes | None) -> Reply:
    """Send a header with another value, or not at all."""

    def change(exchange: Exchange) -> Exchange:
        sent = [(key, old if key.lower() != name else value) for key, old in exchange.headers]
        return replace(exchange, headers=tuple((key, kept) for key, kept in sent if kept is not None))

    return change


def when(status: Callable[[int], bool], change: Reply) -> Reply:
    """Change the answers with such a status alone."""
    return lambda exchange: change(exchange) if status(exchange.status) else exchange


def refusals(change: Callable[[Object, Object], Object]) -> Around:
    """Change what /reduce says when it refuses."""
    return replies(change, to="/reduce", refusals=True)


def blaming(change: Callable[[str], str]) -> Around:
    """Change the pointers of refusals."""

    def altered(problem: Object, request: Object) -> Object:
        errors: list[Json] = [{**error, "pointer": change(str(error.get("pointer")))} for error in errors_of(problem)]
        return {**problem, "errors": errors}

    return refusals(altered)


def errors_of(problem: Object) -> list[Object]:
    return objects(problem.get("errors", []))


def first_error(problem: Object, request: Object) -> Object:
    return {**problem, "errors": list[Json](errors_of(problem)[:1])}


def next_place(pointer: str) -> str:
    return re.sub(r"^/events/(\d+)", lambda found: f"/events/{int(found[1]) + 1}", pointer)


def blame_sorted(problem: Object, request: Object) -> Object:
    """Point to where the event stands once all are sorted by their clocks."""
    clocks = [event.get("lamport_clock") for event in listed(request)]
    order = sorted(range(len(clocks)), key=lambda place: str(clocks[place]).zfill(16))
    errors = [{**error, "pointer": moved(str(error.get("pointer")), order)} for error in errors_of(problem)]
    return {**problem, "errors": list[Json](errors)}


def blame_the_first_sent(problem: Object, request: Object) -> Object:
    first = next(iter(listed(request)), {})
    return {**problem, "event_id": first.get("event_id"), "event_type": first.get("event_type")}


def is_error(status: int) -> bool:
    return status >= 400


VARIANTS = (
    Variant(
        "answers 200 to what it refuses",
        "A program that looks at the status believes that all went well.",
        "R3",
        "Permissive goes on after an anomaly (strict)",
        ("status", "422", "200"),
        around=answering(when(is_error, lambda exchange: replace(exchange, status=200))),
    ),
    Variant(
        "answers 500 to every mistake",
        "A caller's mistake looks like the service's own.",
        "R3",
        "Permissive goes on after an anomaly (strict)",
        ("status", "422", "500"),
        around=answering(when(is_error, lambda exchange: replace(exchange, status=500))),
    ),
    Variant(
        "sends problems as plain JSON",
        "A client cannot tell a problem from an answer by its media type.",
        "A6",
        "A problem lists a hundred errors at most",
        ("header Content-Type", '"something like ^application/problem\\\\+json"', '"application/json"'),
        around=answering(when(is_error, header(b"content-type", b"application/json"))),
    ),
    Variant(
        "drops Repr-Digest",
        "Two answers cannot be compared without reading them.",
        "A1",
        "The digest is that of each body",
        ("header Repr-Digest", '"sha-256=:TDM2lB45nWMDIlU/utE2S2AYMeVfe9O6r1Ta9b', "(missing)"),
        around=answering(header(b"repr-digest", None)),
    ),
    Variant(
        "sends the digest of something else",
        "The digest does not fit the body.",
        "A1",
        "The digest is that of each body",
        ("header Repr-Digest", '"sha-256=:TDM2lB45nWMDIlU/utE2S2AYMeVfe9O6r1Ta9b', '"sha-256=:AAAA:"'),
        around=answering(header(b"repr-digest", b"sha-256=:AAAA:")),
    ),
    Variant(
        "counts events from 1",
        "The pointer of a refusal leads to the event after the one that is meant.",
        "R4",
        "Strict refuses all for the one event that is wrong (strict)",
        ("/errors/0/pointer", '"/events/2/payload/participant_id"', '"/events/3/payload/participant_id"'),
        around=blaming(next_place),
    ),
    Variant(
        "blames the place after sorting",
        "The pointer of a refusal does not lead into the body as it was sent.",
        "R10",
        "A stranger's step completion is not applied (strict)",
        ("/errors/0/pointer", '"/events/0/payload/participant_id"', '"/events/2/payload/participant_id"'),
        around=refusals(blame_sorted),
    ),
    Variant(
        "blames the wrong event",
        "A refusal names the event that was sent first.",
        "R4",
        "The sentence of departed-participant names the event",
        ("/event_id", '"01J00000000000000000000002"', '"01J00000000000000000000001"'),
        around=refusals(blame_the_first_sent),
    ),
    Variant(
        "does not say which event it refuses",
        "A refusal leaves the sender of a thousand events to search.",
        "R4",
        "The sentence of unknown-participant names the event",
        ("/event_id", '"01J00000000000000000000001"', "null"),
        around=refusals(lambda problem, request: {**problem, "event_id": None}),
    ),
    Variant(
        "lists the first malformed payload alone",
        "A producer who repairs a batch learns of its defects one by one.",
        "A14",
        "Every malformed field of an event is named",
        ("/errors/*/pointer", '"/events/0/payload/participant_id"', '["/events/0/payload/mission_id"]'),
        around=refusals(first_error),
    ),
)
