"""JSON Patch (RFC 6902) between two states: what a caller applies instead of reading a whole state again."""

from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from operator import eq
from typing import Any, Final

import msgspec

from mission_collaboration.contract.errors import token
from mission_collaboration.contract.state import Change
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.snapshot import encode

Json = Any
_write: Final = msgspec.json.Encoder(order="deterministic").encode


def state_changes(before: Accumulator, after: Accumulator) -> list[Change]:
    """Find what to do to one state to get another."""
    return list(changes(msgspec.json.decode(encode(before)), msgspec.json.decode(encode(after))))


def changes(before: Json, after: Json, path: str = "") -> Iterator[Change]:
    """Find what to do to one JSON value to get another; `path` is where they stand."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in before.items():
            if name in after:
                yield from changes(value, after[name], f"{path}/{token(name)}")
            else:
                yield Change("remove", f"{path}/{token(name)}")
        for name in after:
            if name not in before:
                yield Change("add", f"{path}/{token(name)}", after[name])
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    else:
        yield Change("replace", path, after)


def _of_lists(before: list[Json], after: list[Json], path: str) -> Iterator[Change]:
    """Remove what is gone, add what is new, change what stays; replace the whole where that takes fewer operations.

    Elements that stay keep their order, but for warnings, whose order a late one may turn: then the whole is replaced.
    """
    start = sum(takewhile(bool, map(eq, before, after)))
    end = sum(takewhile(bool, map(eq, reversed(before[start:]), reversed(after[start:]))))
    old, new = _by_name(before[start : len(before) - end]), _by_name(after[start : len(after) - end])
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    is_in_order = list(filter(new.__contains__, old)) == list(filter(old.__contains__, new))
    if not is_in_order or len(gone) + len(come) > len(after):
        yield Change("replace", path, after)
        return
    for place, name in reversed([*enumerate(old, start)]):
        if name in gone:
            yield Change("remove", f"{path}/{place}")
    for place, (name, value) in enumerate(new.items(), start):
        if name in come:
            yield Change("add", f"{path}/{place}", value)
        else:
            yield from changes(old[name], value, f"{path}/{place}")


def _by_name(elements: list[Json]) -> dict[tuple[bytes, int], Json]:
    """Give each element of a list a name. A warning has its id, since the rest of it may change.

    Any other element has its whole JSON text. Elements with one text are numbered.
    """
    named: dict[tuple[bytes, int], Json] = {}
    count: Counter[bytes] = Counter()
    for value in elements:
        is_warning = isinstance(value, dict) and "acknowledgements" in value
        text = _write(value["warning_id"] if is_warning else value)
        count[text] += 1
        named[text, count[text]] = value
    return named
