"""Compares the outputs of two runs mission by mission: what a new version would change of all that was recorded."""

from collections import defaultdict
from collections.abc import Iterator
from hashlib import blake2b
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import msgspec
from pyarrow import parquet

from mission_collaboration.contract.errors import Location, pointer
from mission_collaboration.replay.files import InputError
from mission_collaboration.replay.outputs import REJECTED, STATES, STATES_FOLDER

OF_NO_MISSION: Final = ""
"""What stands for the mission of lines that name none."""


class Difference(NamedTuple):
    """A mission that differs, and the first entry in which it does."""

    mission_id: str
    differs: Literal["state", "rejected"]
    at: str
    """A JSON Pointer into the state; of a rejected line its event id."""
    before: Any
    """What stands there: a member of the state, the digest of a state, the code of a rejected line, or nothing."""
    after: Any


class _Row(msgspec.Struct):
    mission_id: str
    digest: str
    state: msgspec.Raw


class _Entry(msgspec.Struct):
    event_id: str = ""
    code: str = ""
    mission_id: str = OF_NO_MISSION
    raw: str = ""
    raw_base64: str = ""


_Rejected = dict[str, list[tuple[str, str, bytes]]]


def state_differences(before: Path, after: Path) -> Iterator[Difference]:
    """Find the missions whose state differs, by mission.

    The sorted states of two runs are read side by side, a row at a time. Raises `InputError` where a folder holds none.
    """
    old_rows, new_rows = _states(before), _states(after)
    old, new = next(old_rows, None), next(new_rows, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old.mission_id < new.mission_id):
            assert old is not None
            yield Difference(old.mission_id, "state", "", old.digest, None)
            old = next(old_rows, None)
        elif old is None or new.mission_id < old.mission_id:
            yield Difference(new.mission_id, "state", "", None, new.digest)
            new = next(new_rows, None)
        else:
            if old.digest != new.digest:
                states = msgspec.json.decode(old.state), msgspec.json.decode(new.state)
                location, was, is_now = next(_members(*states, ()))
                yield Difference(old.mission_id, "state", pointer(location), was, is_now)
            old, new = next(old_rows, None), next(new_rows, None)


def rejected_differences(before: Path, after: Path) -> Iterator[Difference]:
    """Find the missions whose rejected lines differ, by mission; their files and numbers are left aside."""
    rejected_before, rejected_after = _rejected(before), _rejected(after)
    for mission_id in sorted(rejected_before.keys() | rejected_after.keys()):
        pairs = zip_longest(sorted(rejected_before.get(mission_id, ())), sorted(rejected_after.get(mission_id, ())))
        differing = next(((old, new) for old, new in pairs if old != new), None)
        if differing is not None:
            old, new = differing
            event_id = (old or new or ("",))[0]
            yield Difference(mission_id, "rejected", event_id, old and old[1], new and new[1])


def _members(old: Any, new: Any, location: Location) -> Iterator[tuple[Location, Any, Any]]:
    """Find what differs within two JSON values."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in (*old, *(name for name in new if name not in old)):
            yield from _members(old.get(name), new.get(name), (*location, name))
    elif isinstance(old, list) and isinstance(new, list):
        for index, (one, other) in enumerate(zip_longest(old, new)):
            yield from _members(one, other, (*location, index))
    elif old != new:
        yield location, old, new


def _states(folder: Path) -> Iterator[_Row]:
    """Read the states of a run, in either format."""
    if (folder / STATES).exists():
        with (folder / STATES).open("rb") as lines:
            for line in lines:
                yield msgspec.json.decode(line, type=_Row)
    elif (folder / STATES_FOLDER).is_dir():
        for path in sorted((folder / STATES_FOLDER).glob("*.parquet")):
            with parquet.ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=100):
                    for row in batch.to_pylist():
                        yield _Row(row["mission_id"], row["digest"], msgspec.Raw(row["state"].encode()))
    else:
        raise InputError(f"{folder}: there are no states of an earlier run")


def _rejected(folder: Path) -> _Rejected:
    """Read what was rejected of each mission: event id, code, and the hash of the line."""
    found: _Rejected = defaultdict(list)
    if not (folder / REJECTED).exists():
        raise InputError(f"{folder}: there are no rejected lines of an earlier run")
    with (folder / REJECTED).open("rb") as lines:
        for line in lines:
            entry = msgspec.json.decode(line, type=_Entry)
            text = (entry.raw or entry.raw_base64).encode()
            found[entry.mission_id].append((entry.event_id, entry.code, blake2b(text, digest_size=16).digest()))
    return found
