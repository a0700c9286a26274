"""Payload cases of every kind that the table allows: what each field takes, and each way to break it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import cast

from .kinds import Object
from .model import Json
from .table import Choice, Field, Kind, Model, Text, Texts, payloads, snake

# Values by field name where a made-up one would break the mapping rules M1 and M3 or read badly.
SAMPLES: dict[str, Json] = {
    "participant_id": "p1",
    "mission_id": "m1",
    "participant_ids": ["p1", "p2"],
    "display_name": "Zoë",
    "content": "Seen; I take the tests — 了解",
}

WRONG_TYPES: dict[str, Json] = {
    "a number": 7,
    "true": True,
    "a string": "p1",
    "a list": ["p1"],
    "an object": {"id": "p1"},
}

NO_IDS: dict[str, Json] = {"a number": 7, "null": None, "a list": ["p2"]}

ENVELOPE: Object = {
    "event_id": "01J00000000000000000000001",
    "aggregate_id": "mission/m1",
    "timestamp": "2026-01-01T12:00:00Z",
    "node_id": "node-1",
    "lamport_clock": 1,
    "project_uuid": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
    "correlation_id": "01HZZZZZZZZZZZZZZZZZZZZZZZ",
}


def sample(field: Field, *, full: bool) -> Json:
    """Give a value that a field takes."""
    kind = field.kind
    if isinstance(kind, Model):
        return {inner.name: sample(inner, full=full) for inner in kind.fields if full or not inner.optional}
    if isinstance(kind, Choice):
        return kind.literals[0]
    return deepcopy(SAMPLES.get(field.name, field.name.removesuffix("_id").replace("_", "-") + "-1"))


def payload(model: Model, *, full: bool) -> Object:
    """Give a payload with every field, or with the required ones alone."""
    return {field.name: sample(field, full=full) for field in model.fields if full or not field.optional}


def changed(base: Object, path: tuple[str, ...], value: Json) -> Object:
    """Copy a payload with one place replaced."""
    copy = deepcopy(base)
    parent = copy
    for name in path[:-1]:
        parent = cast(Object, parent[name])
    parent[path[-1]] = value
    return copy


def without(base: Object, path: tuple[str, ...]) -> Object:
    """Copy a payload with one place taken out."""
    copy = deepcopy(base)
    parent = copy
    for name in path[:-1]:
        parent = cast(Object, parent[name])
    del parent[path[-1]]
    return copy


class Writer:
    """Collects the cases of one event type; each defect is put into an otherwise full payload."""

    def __init__(self, event_type: str, model: Model) -> None:
        self.event_type, self.model = event_type, model
        self.full = payload(model, full=True)
        self.cases: list[Json] = []

    def accept(self, what: str, sent: Object, *rules: str) -> None:
        """Add a valid payload."""
        name = f"{self.event_type} accepts {what}"
        proves = list[Json]((self.model.rule, *rules))
        self.cases.append({"name": name, "rules": proves, "payload": sent, "valid": True})

    def refuse(self, what: str, sent: Object, blames: str, *rules: str) -> None:
        """Add a payload with a single defect, and the place that is to blame for it."""
        name, proves = f"{self.event_type} refuses {what}", list[Json]((self.model.rule, *rules))
        self.cases.append({"name": name, "rules": proves, "payload": sent, "valid": False, "blames": blames})

    def write(self) -> list[Json]:
        """Write all cases."""
        self.accept("the smallest payload", payload(self.model, full=False))
        self.accept("every field", self.full)
        self.accept("fields it does not know", {**self.full, "build_id": 7, "role": None}, "E14")
        for field in self.model.fields:
            self.field(field, (field.name,))
        return self.cases

    def field(self, field: Field, path: tuple[str, ...], *rules: str) -> None:
        """Write the cases of one field: its absence, null, wrong types, then what its kind adds."""
        name, at = path_name(path), "/" + "/".join(path)
        if field.optional:
            self.accept(f"null {name}", changed(self.full, path, None), *rules)
        else:
            self.refuse(f"a missing {name}", without(self.full, path), at, *rules)
            self.refuse(f"null {name}", changed(self.full, path, None), at, *rules)
        for words, value in wrong_types(field.kind):
            self.refuse(f"{words} as {name}", changed(self.full, path, value), at, *rules, "E15")
        self.kind(field.kind, path, *rules)

    def kind(self, kind: Kind, path: tuple[str, ...], *rules: str) -> None:
        """Write the cases that only this kind of field has."""
        name, at = path_name(path), "/" + "/".join(path)
        if isinstance(kind, Text):
            self.text(kind, path, *rules)
        elif isinstance(kind, Choice):
            for literal in kind.literals[1:]:
                self.accept(f"{literal} as {name}", changed(self.full, path, literal), *rules)
            for words, value in wrong_literals(kind):
                self.refuse(f"{words} {name}", changed(self.full, path, value), at, *rules)
        elif isinstance(kind, Texts):
            self.texts(path)
        else:
            sent = changed(self.full, (*path, "build_id"), 7)
            self.accept(f"unknown fields in {name}", sent, *rules, kind.rule, "E14")
            for inner in kind.fields:
                self.field(inner, (*path, inner.name), *rules, kind.rule)

    def text(self, kind: Text, path: tuple[str, ...], *rules: str) -> None:
        """Write the cases of a string: the empty one, and the shortest one that counts."""
        what, sent = f"an empty {path_name(path)}", changed(self.full, path, "")
        if kind.least:
            self.refuse(what, sent, "/" + "/".join(path), *rules)
        else:
            self.accept(what, sent, *rules)

    def texts(self, path: tuple[str, ...]) -> None:
        """Write the cases of a list of strings: too short, long, repeated, and elements of other types."""
        name, at = path_name(path), "/" + "/".join(path)
        self.accept(f"three {name}", changed(self.full, path, ["p1", "p2", "p3"]))
        self.accept(f"repeated {name}", changed(self.full, path, ["p2", "p1", "p2"]))
        self.accept(f"an empty id in {name}", changed(self.full, path, ["p1", ""]))
        self.refuse(f"empty {name}", changed(self.full, path, []), at)
        self.refuse(f"one id as {name}", changed(self.full, path, ["p1"]), at)
        for words, value in NO_IDS.items():
            self.refuse(f"{words} in {name}", changed(self.full, path, ["p1", value]), f"{at}/1", "E15")


def path_name(path: tuple[str, ...]) -> str:
    """Write a path as names of cases show it: short, since those stay under 70 characters."""
    return ".".join(path).replace("participant_identity.", "identity.")


def wrong_types(kind: Kind) -> Iterator[tuple[str, Json]]:
    """Give a value of each JSON type that a field does not take."""
    taken = {Text: "a string", Choice: "a string", Texts: "a list", Model: "an object"}[type(kind)]
    return ((words, value) for words, value in WRONG_TYPES.items() if words != taken)


def wrong_literals(kind: Choice) -> Iterator[tuple[str, str]]:
    """Give strings near to the literals."""
    yield "an empty", ""
    yield "an unknown", "rooster"
    yield "upper-case", kind.literals[0].upper()


def payload_files() -> dict[str, Object]:
    """Give the content of each file in `cases/payloads/`."""
    return {
        f"cases/payloads/{snake(event_type)}.json": {
            "$schema": "../../format.schema.json",
            "kind": "payloads",
            "event_type": event_type,
            "envelope": ENVELOPE,
            "cases": Writer(event_type, model).write(),
        }
        for event_type, model in payloads().items()
    }
