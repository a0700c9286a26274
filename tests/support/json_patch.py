"""JSON Patch (RFC 6902) applied: the three operations that states need."""

import copy
from collections.abc import Iterable
from typing import Any


def patched(document: Any, operations: Iterable[Any]) -> Any:
    """Apply operations to a copy of a document; raises where one does not fit it."""
    document = copy.deepcopy(document)
    for operation in copy.deepcopy(list(operations)):  # a later one may change what an earlier one put there
        *way, last = [step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:]]
        place = document
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        apply(place, int(last) if isinstance(place, list) else last, operation)
    return document


def apply(place: Any, key: Any, operation: Any) -> None:
    kind = operation["op"]
    if kind == "add" and isinstance(place, list):
        assert key <= len(place)
        place.insert(key, operation["value"])
        return
    is_there = key < len(place) if isinstance(place, list) else key in place
    assert is_there == (kind != "add"), operation
    if kind == "remove":
        del place[key]
    else:
        place[key] = operation["value"]
