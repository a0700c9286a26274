"""Envelope and mapping cases: each value of the table put into an otherwise sound event."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from .envelope_table import BEYOND_SCHEMA, FIELDS, HEX, ULID, UUID, Values
from .kinds import Object
from .model import Json
from .systematic import ENVELOPE, changed, without

# A type outside the 14 is judged by its envelope alone: for values that payload or mapping would not put up with.
STRANGER: Object = {**ENVELOPE, "event_type": "BuildFinished", "payload": {}}
MAPPED = {"event_type", "aggregate_id", "payload", "correlation_id"}

NO_EVENTS: Values = {"A string": "ParticipantJoined", "null": None, "A list": [], "A number": 7}


def case(name: str, rules: list[Json], event: Json, blames: str | None) -> Object:
    """Write one case; without a member to blame it is a valid one."""
    judged: Object = {"name": name, "rules": rules, "event": event, "valid": blames is None}
    return judged if blames is None else {**judged, "blames": blames}


def said_twice(judged: Object) -> Object:
    """Expect the JSON Schema to refuse the event as the model does (rule E16)."""
    rules = judged["rules"]
    both: Json = ["model", "schema"]
    return {**judged, "rules": [*rules, "E16"] if isinstance(rules, list) else rules, "layers": both}


def strict_type(value: Json) -> bool:
    """Whether a refused value is one that a lenient reader would convert (rule E15)."""
    return not isinstance(value, str) or value in {"7", "0", "1767268800"}


def field_cases(rule: str, name: str, required: bool, takes: Values, refuses: Values) -> Iterator[Json]:
    """Write the cases of one field."""
    event = collaboration_event()
    for words, value in takes.items():
        sound = changed(STRANGER if name in MAPPED else event, (name,), value)
        yield case(f"{name} takes {words}", [rule], sound, None)
    if required:
        refuses = {**refuses, "null": None}
        yield said_twice(case(f"{name} is required", [rule], without(event, (name,)), f"/{name}"))
    else:
        sound = STRANGER if name in MAPPED else event
        absent: Object = {member: value for member, value in sound.items() if member != name}
        yield case(f"{name} is optional", [rule], absent, None)
    for words, value in refuses.items():
        rules: list[Json] = [rule, "E15"] if strict_type(value) and value is not None else [rule]
        refused = case(f"{name} refuses {words}", rules, changed(event, (name,), value), f"/{name}")
        yield refused if words in BEYOND_SCHEMA else said_twice(refused)


def whole_event_cases() -> Iterator[Json]:
    """Write the cases that no single field has."""
    unknown: Object = {"build": 7, "role": None}
    yield case("An envelope takes members it does not know", ["E14"], {**collaboration_event(), **unknown}, None)
    yield case("An event of another family takes them too", ["E14"], {**STRANGER, **unknown}, None)
    optional: list[Json] = ["E10", "E11", "E12", "E13", "E18"]
    yield case("A collaboration event takes every envelope field", optional, full_event(), None)
    for rule, name in (("E1", "event_id"), ("E5", "timestamp"), ("E6", "node_id"), ("E8", "project_uuid")):
        words = f"Another family's envelope is judged, not folded: no {name}"
        yield {**case(words, [rule, "E19"], without(STRANGER, (name,)), f"/{name}"), "folds": True}
    for words, value in NO_EVENTS.items():
        yield case(f"{words} is no event", ["A3"], value, "")


def collaboration_event() -> Object:
    """Give a sound event of one of the 14 types, one that strict mode takes without any history."""
    identity: Object = {"participant_id": "p1", "participant_type": "human"}
    sent: Object = {"participant_id": "p1", "mission_id": "m1", "participant_identity": identity}
    return deepcopy({**ENVELOPE, "event_type": "ParticipantJoined", "payload": sent})


def neighbour() -> Object:
    """Give a sound event that goes before a broken one, so that nobody judges a batch by its first event."""
    identity: Object = {"participant_id": "p3", "participant_type": "human"}
    sent: Object = {"participant_id": "p3", "mission_id": "m1", "participant_identity": identity, "invited_by": "p1"}
    other: Object = {"event_id": "01J00000000000000000000000", "lamport_clock": 0}
    return {**ENVELOPE, **other, "event_type": "ParticipantInvited", "payload": sent}


def full_event() -> Object:
    """Give the same event with every optional field of the envelope."""
    optional: Object = {"causation_id": ULID, "project_slug": "demo", "schema_version": "3.0.0", "data_tier": 2}
    optional["build_id"] = "4.1.0+g12ab34c"
    return {**collaboration_event(), **optional}


def broken(name: str, rules: list[Json], event: Object, blames: str | None) -> Json:
    """Write a case of the mapping that is not kept."""
    return {**case(name, rules, event, blames), "valid": False, "layer": "mapping"}


def mapping_cases() -> Iterator[Json]:
    """Write the cases of M1-M3, which validation reports and the reducer does not enforce."""
    joined = collaboration_event()
    prefixed = changed(joined, ("payload", "mission_id"), "mission/m1")
    yield case("The mapping takes mission/ and the mission id", ["M1", "M2", "M3"], joined, None)
    yield case("The mapping takes a mission id with its own prefix", ["M1"], prefixed, None)
    yield case("The mapping takes a lower-case ULID as the run", ["M2"], with_run(ULID.lower()), None)
    bad_ids = {"without its prefix": "m1", "of another mission": "mission/m2", "with more behind it": "mission/m1/x"}
    for words, value in bad_ids.items():
        event = changed(joined, ("aggregate_id",), value)
        yield broken(f"The mapping reports an aggregate_id {words}", ["M1"], event, "/aggregate_id")
    doubled = changed(prefixed, ("aggregate_id",), "mission/mission/m1")
    yield broken("The mapping reports a doubled mission/ prefix", ["M1"], doubled, "/aggregate_id")
    for words, value in (("a UUID", UUID), ("a bare-hex UUID", HEX)):
        yield broken(f"The mapping reports {words} as the run", ["M2"], with_run(value), "/correlation_id")
    event_types = {"joined": "ParticipantJoined", "invited": "ParticipantInvited"}
    for words, event_type in event_types.items():
        other = changed(joined, ("payload", "participant_identity", "participant_id"), "p2")
        sent: Object = {**other, "event_type": event_type}
        payload = {**other["payload"], "invited_by": "p3"} if isinstance(other["payload"], dict) else {}
        name = f"The mapping reports the identity of somebody else ({words})"
        yield broken(name, ["M3"], {**sent, "payload": payload}, None)


def with_run(correlation_id: str) -> Object:
    """Give a sound event of another mission run."""
    return changed(collaboration_event(), ("correlation_id",), correlation_id)


def envelope_files() -> dict[str, Object]:
    """Give the content of each file in `cases/envelopes/`."""
    fields: dict[str, list[Json]] = {entry[1]: list(field_cases(*entry)) for entry in FIELDS}
    content = {**fields, "whole_event": list(whole_event_cases()), "mapping": list(mapping_cases())}
    head: Object = {"$schema": "../../format.schema.json", "kind": "envelopes", "neighbour": neighbour()}
    return {f"cases/envelopes/{name}.json": {**head, "cases": list(cases)} for name, cases in content.items()}
