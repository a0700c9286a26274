"""JSON Patch (RFC 6902) between two states: what a caller applies instead of reading a whole state again."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from mission_collaboration.contract.json_patch import Change, token
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.snapshot import encode

Json = Any
_write: Final = msgspec.json.Encoder(order="deterministic").encode


def state_changes(before: Accumulator, after: Accumulator) -> list[Change]:
    """Find what to do to one state to get another."""
    return list(_of_objects(msgspec.json.decode(encode(before)), msgspec.json.decode(encode(after)), ""))


def _of_values(before: Json, after: Json, path: str) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_objects(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    elif before != after:
        yield Change("replace", path, after)


def _of_objects(before: dict[str, Json], after: dict[str, Json], path: str) -> Iterator[Change]:
    for name, value in before.items():
        if name not in after:
            yield Change("remove", f"{path}/{token(name)}")
        elif value != after[name]:
            yield from _of_values(value, after[name], f"{path}/{token(name)}")
    for name, value in after.items():
        if name not in before:
            yield Change("add", f"{path}/{token(name)}", value)


def _of_lists(before: list[Json], after: list[Json], path: str) -> Iterator[Change]:
    """Remove what is gone, add what is new, change what stays; replace the whole where that takes fewer operations.

    Elements that stay keep their order, but for warnings, whose order a late one may turn: then the whole is replaced.
    """
    start, end = _common_ends(before, after)
    old = {_key(value): value for value in before[start : len(before) - end]}
    new = {_key(value): value for value in after[start : len(after) - end]}
    are_unique = len(old) + start + end == len(before) and len(new) + start + end == len(after)
    removals = [place for place, key in enumerate(old, start) if key not in new]
    additions = [place for place, key in enumerate(new, start) if key not in old]
    is_in_order = [key for key in old if key in new] == [key for key in new if key in old]
    if not are_unique or not is_in_order or len(removals) + len(additions) > len(after):
        yield Change("replace", path, after)
        return
    for place in reversed(removals):
        yield Change("remove", f"{path}/{place}")
    for place in additions:
        yield Change("add", f"{path}/{place}", after[place])
    for place, (key, value) in enumerate(new.items(), start):
        if key in old:
            yield from _of_values(old[key], value, f"{path}/{place}")


def _key(value: Json) -> bytes | str:
    """Tell elements apart: warnings by their id, of which the rest may change, all others by everything they say."""
    if isinstance(value, dict) and "acknowledgements" in value:
        return str(value["warning_id"])
    return _write(value)


def _common_ends(before: list[Json], after: list[Json]) -> tuple[int, int]:
    """Count how many elements two lists share at their beginning, and how many of the others at their end."""
    shorter = min(len(before), len(after))
    start = next((place for place in range(shorter) if before[place] != after[place]), shorter)
    rest = shorter - start
    end = next((place for place in range(rest) if before[-1 - place] != after[-1 - place]), rest)
    return start, end
