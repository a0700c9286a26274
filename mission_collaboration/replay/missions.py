"""Folds missions from rows in canonical order: the one function that every engine runs."""

import base64
import hashlib
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

import pyarrow as pa

from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.decoding.events import malformed
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.content import content
from mission_collaboration.reducer.fold import fold, fold_accepted
from mission_collaboration.reducer.ordering import CanonicalSequence, conflict, in_order
from mission_collaboration.reducer.snapshot import encode
from mission_collaboration.replay.census import Census, Origin
from mission_collaboration.replay.rejects import Line, Names, Reason, rejected
from mission_collaboration.replay.rows import read_lines

Mode = Literal["admit", "permissive"]
RESULTS: Final = pa.schema(
    [
        ("mission", pa.string()),
        ("event_count", pa.int64()),
        ("digest", pa.string()),
        ("path", pa.string()),
        ("line", pa.int64()),
        ("text", pa.binary()),
    ]
)
"""A state (`mission`, `event_count`, `digest`, and its bytes as `text`), the entry of a rejected line (`path`, `line`,
`text`), or a census (`text` alone)."""
MOST_BYTES: Final = 4 << 20
"""Results of this size are handed on."""


class Row(NamedTuple):
    """What the fold asks of a row of `rows.ROWS`."""

    mission: str | None
    event_id: str | None
    path: str
    line: int | None
    text: bytes
    repeated: bool
    """Whether other rows of the mission may have this id."""


Refused = list[tuple[FoldEvent, EventRefusedError]]


class MissionFold:
    """The fold of one mission, whose events come in canonical order, some at a time."""

    def __init__(self, mission_id: str, mode: Mode, census: Census) -> None:
        self.mission_id: Final = mission_id
        self._mode: Final = mode
        self._census: Final = census
        self._accumulator: Final = Accumulator(strict=mode == "admit", mission_id=mission_id)
        self._holders: Final[dict[str, bytes]] = {}
        """Id → hash of the content of the event that holds it, for ids that several rows may have."""
        self._conflicting: Final[set[str]] = set()

    @property
    def event_count(self) -> int:
        """How many events were accepted so far."""
        return self._accumulator.event_count

    def take(self, rows: Sequence[Row]) -> Iterator[tuple[Line, bytes]]:
        """Fold the next rows, and give the entries of those that are rejected.

        Rows with the same place in canonical order come in the same call, ordered by file and line.
        """
        events = read_lines([row.text for row in rows]).events
        row_of = dict(zip(map(id, events), rows, strict=True))
        repeated = {row.event_id for row in rows if row.repeated}
        ordered = _without_ties(events) if repeated else events
        refused = self._admit(ordered, repeated) if self._mode == "admit" else self._note(ordered, repeated)
        for event, refusal in refused:
            row = row_of[id(event)]
            line = Line(row.path, row.line or 0, row.text)
            self._census.reject(refusal.code, Origin(*_origin(event)))
            reason = Reason(refusal.code, refusal.reason, refusal.location)
            yield line, rejected(line, Names(self.mission_id, event.event_id, event.event_type), reason)

    def state(self) -> bytes:
        """Write the state of all events so far."""
        return encode(self._accumulator)

    def _admit(self, ordered: Iterable[FoldEvent], repeated: set[str | None]) -> Refused:
        """Fold what strict mode accepts; an event that is refused for its payload or its content holds no id."""
        refused: Refused = []
        events: list[FoldEvent] = []
        duplicates: list[FoldEvent] = []
        for event in ordered:
            if event.event_id in self._holders:
                if self._holders[event.event_id] == _content_hash(event):
                    duplicates.append(event)
                else:
                    refused.append((event, conflict(event)))
                continue
            if event.payload is None:
                refused.append((event, malformed(event)))
                continue
            if event.event_id in repeated:
                self._holders[event.event_id] = _content_hash(event)
            events.append(event)
        self._census.count("duplicate", map(_origin, duplicates))
        pending = fold_accepted(self._accumulator, events)
        self._count_accepted(events, pending)
        return refused + [(events[at], refusal) for at, refusal in pending.items()]

    def _count_accepted(self, events: Sequence[FoldEvent], others: Container[int]) -> None:
        """Count events but those at some positions."""
        self._census.count("accepted", map(_origin, (event for at, event in enumerate(events) if at not in others)))

    def _note(self, ordered: Iterable[FoldEvent], repeated: set[str | None]) -> Refused:
        """Fold everything; what breaks a rule is an anomaly of the state, so no event is refused."""
        events: list[FoldEvent] = []
        conflicts: set[int] = set()
        duplicates: list[FoldEvent] = []
        for event in ordered:
            if event.event_id not in self._holders:
                if event.event_id in repeated:
                    self._holders[event.event_id] = _content_hash(event)
                events.append(event)
                continue
            duplicates.append(event)
            is_conflict = self._holders[event.event_id] != _content_hash(event)
            if is_conflict and event.event_id not in self._conflicting:
                self._conflicting.add(event.event_id)
                conflicts.add(len(events))
                events.append(event)
        self._census.count("duplicate", map(_origin, duplicates))
        self._count_accepted(events, conflicts)
        fold(self._accumulator, CanonicalSequence(events, frozenset(conflicts)))
        return []


class Results:
    """Results on their way out, handed on in batches."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._size = 0

    def add(self, text: bytes, *, path: str | None = None, line: int | None = None) -> None:
        """Add the entry of a rejected line, or a census."""
        self._rows.append((None, None, None, path, line, text))
        self._size += len(text)

    def add_state(self, mission_id: str, event_count: int, state: bytes) -> None:
        """Add a mission's state."""
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(state).digest()).decode()}:"
        self._rows.append((mission_id, event_count, digest, None, None, state))
        self._size += len(state)

    def handed_on(self, *, at_end: bool = False) -> Iterator[pa.RecordBatch]:
        """Hand on what there is, where it is enough or the end."""
        if self._rows and (at_end or self._size >= MOST_BYTES):
            columns = zip(*self._rows, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, RESULTS, strict=True)]
            self._rows, self._size = [], 0
            yield pa.RecordBatch.from_arrays(arrays, schema=RESULTS)


def fold_rows(batches: Iterable[pa.RecordBatch], mode: Mode) -> Iterator[pa.RecordBatch]:
    """Fold every mission of some rows; gives states and rejected lines as they come, and a census at the end.

    The rows are sorted by mission, and within a mission by clock (none first), time, event id, file and line; all
    rows of a mission are there. They may hold a column `repeated`: false where no other row of the mission has the id.
    """
    census, results = Census(), Results()
    mission: MissionFold | None = None
    for mission_id, rows in _runs(batches):
        if mission is not None and mission.mission_id != mission_id:
            _finish(mission, census, results)
            mission = None
        if mission_id is None:
            for row in rows:
                results.add(row.text, path=row.path, line=row.line)
        else:
            mission = mission or MissionFold(mission_id, mode, census)
            for line, entry in mission.take(rows):
                results.add(entry, path=line.path, line=line.number)
        yield from results.handed_on()
    if mission is not None:
        _finish(mission, census, results)
    results.add(census.encode())
    yield from results.handed_on(at_end=True)


def _finish(mission: MissionFold, census: Census, results: Results) -> None:
    if mission.event_count:
        census.missions += 1
        results.add_state(mission.mission_id, mission.event_count, mission.state())


def _runs(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str | None, list[Row]]]:
    """Cut rows into runs of one mission, so that neighbours with the same id, as ties are, stay together."""
    held: list[Row] = []
    for batch in batches:
        rows = _rows(batch)
        if not rows:
            continue
        last = rows[-1][:2]
        cut = len(rows)
        if rows[-1].mission is not None:
            cut = next((at for at in range(len(rows), 0, -1) if rows[at - 1][:2] != last), 0)
        if cut or (held and held[0][:2] != last):
            yield from _by_mission(held + rows[:cut])
            held = []
        held += rows[cut:]
    yield from _by_mission(held)


def _rows(batch: pa.RecordBatch) -> list[Row]:
    names = [name for name in Row._fields if name in batch.schema.names]
    columns = [batch.column(name).to_pylist() for name in names]
    if len(columns) < len(Row._fields):
        columns.append([True] * len(batch))
    return list(map(Row._make, zip(*columns, strict=True)))


def _by_mission(rows: Sequence[Row]) -> Iterator[tuple[str | None, list[Row]]]:
    return ((mission_id, list(run)) for mission_id, run in groupby(rows, key=attrgetter("mission")))


def _content_hash(event: FoldEvent) -> bytes:
    return hashlib.blake2b(content(event).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _without_ties(events: Sequence[FoldEvent]) -> Iterator[FoldEvent]:
    """Order events with the same place by their content; all others are in order already."""
    for _, run in groupby(events, key=attrgetter("event_id")):
        first, *others = run
        yield from in_order([first, *others]) if others else (first,)


_origin: Final = attrgetter("event_type", "source.schema_version")
"""Type and producer of an event."""
