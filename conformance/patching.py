"""Applies JSON Patch (RFC 6902), as far as states need it: add, remove and replace."""

from __future__ import annotations

import copy
from typing import Any

from .compare import differences, resolve
from .model import Answer, Check, Difference, Json, Memory, Missing


def leads_to(at: str, before: str, after: str) -> Check:
    """Expect a patch that makes the state of one answer out of that of an earlier one."""

    def check(answer: Answer, memory: Memory) -> list[Difference]:
        operations = resolve(answer.json, at)
        first, last = resolve(memory.saved[before], "/state"), resolve(memory.saved[after], "/state")
        if isinstance(operations, Missing) or isinstance(first, Missing) or isinstance(last, Missing):
            return [Difference(at, "a patch between two states", operations)]
        try:
            return differences(last, patched(first, operations), at)
        except (AssertionError, IndexError, KeyError, TypeError, ValueError):
            return [Difference(at, "a patch that fits the state before", operations)]

    return check


def patched(document: Json, operations: Any) -> Json:
    """Apply operations to a copy of a document; raises where one does not fit it."""
    document = copy.deepcopy(document)
    for operation in operations:
        *way, last = [step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:]]
        place: Any = document
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        change(place, int(last) if isinstance(place, list) else last, operation)
    return document


def change(place: Any, key: Any, operation: Any) -> None:
    """Add, remove or replace one member or element."""
    kind = operation["op"]
    if kind == "add" and isinstance(place, list):
        assert key <= len(place)
        place.insert(key, operation["value"])
        return
    assert kind == "add" or (key < len(place) if isinstance(place, list) else key in place)
    if kind == "remove":
        del place[key]
    else:
        place[key] = operation["value"]
