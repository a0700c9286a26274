"""Folds missions from rows in canonical order: the one function that every engine runs."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.decoding.events import malformed
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.content import content
from mission_collaboration.reducer.fold import fold, fold_accepted
from mission_collaboration.reducer.ordering import CanonicalSequence, conflict
from mission_collaboration.reducer.snapshot import encode
from mission_collaboration.replay.census import Census, LineFate, Origin
from mission_collaboration.replay.options import ReplayMode
from mission_collaboration.replay.rejects import InputLine, Names, Reason, rejected_entry
from mission_collaboration.replay.rows import decode_lines
from mission_collaboration.replay.runs import order_of, runs_of

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


class MissionFold:
    """The fold of one mission, whose events come in canonical order, some at a time."""

    def __init__(self, mission_id: str, mode: ReplayMode, census: Census) -> None:
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

    def take(self, batches: Sequence[pa.RecordBatch]) -> Iterator[tuple[InputLine, bytes]]:
        """Fold the next rows, and give the entries of those that are rejected.

        Rows with the same place in canonical order come in the same call, ordered by file and line.
        """
        texts: list[bytes] = []
        events: list[FoldEvent] = []
        for batch in batches:
            lines = batch.column("text").dictionary_encode()  # copies of a line are read once
            distinct, which = lines.dictionary.to_pylist(), lines.indices.to_pylist()
            read = decode_lines(distinct).events
            texts += [distinct[index] for index in which]
            events += [read[index] for index in which]
        rows = pa.Table.from_batches([batch.drop_columns(["text"]) for batch in batches])
        repeated = range(len(rows))
        if "repeated" in rows.column_names:
            repeated = pc.indices_nonzero(rows.column("repeated")).to_pylist()
        order = order_of(events, repeated)
        ordered = [events[row] for row in order]
        if self._mode == "permissive":
            self._note(ordered, repeated)
            return
        for at, refusal in self._admit(ordered, repeated).items():
            event, row = ordered[at], order[at]
            self._census.reject(refusal.code, Origin(*_origin(event)))
            line = InputLine(rows.column("path")[row].as_py(), rows.column("line")[row].as_py(), texts[row])
            reason = Reason(refusal.code, refusal.reason, refusal.location)
            yield line, rejected_entry(line, Names(self.mission_id, event.event_id, event.event_type), reason)

    def state(self) -> bytes:
        """Write the state of all events so far."""
        return encode(self._accumulator)

    def _admit(self, events: Sequence[FoldEvent], repeated: Sequence[int]) -> dict[int, EventRefusedError]:
        """Fold what strict mode accepts, and give the refusals of the other events by their position."""
        copies, reuses = self._settle(events, repeated)
        refused: dict[int, EventRefusedError] = {at: conflict(events[at]) for at in reuses}
        kept: list[int] = []
        for at, event in enumerate(events):
            if at in copies or at in reuses:
                continue
            if event.payload is None:
                refused[at] = malformed(event)
            else:
                kept.append(at)
        pending = fold_accepted(self._accumulator, [events[at] for at in kept])
        refused.update((kept[place], refusal) for place, refusal in pending.items())
        self._count("duplicate", events, copies)
        self._count("accepted", events, [at for at in kept if at not in refused])
        return refused

    def _note(self, events: Sequence[FoldEvent], repeated: Sequence[int]) -> None:
        """Fold everything; what breaks a rule is an anomaly of the state, the first reuse of an id among it."""
        copies, reuses = self._settle(events, repeated)
        noted = {
            events[at].event_id: at
            for at in sorted(reuses, reverse=True)
            if events[at].event_id not in self._conflicting
        }
        self._conflicting.update(noted)
        left_out = (copies | reuses).difference(noted.values())
        kept = [at for at in range(len(events)) if at not in left_out]
        conflicts = frozenset(place for place, at in enumerate(kept) if at in reuses)
        fold(self._accumulator, CanonicalSequence([events[at] for at in kept], conflicts))
        self._count("duplicate", events, copies | reuses)
        self._count("accepted", events, [at for at in kept if at not in reuses])

    def _settle(self, events: Sequence[FoldEvent], repeated: Sequence[int]) -> tuple[set[int], set[int]]:
        """Find the events whose id is held: those with the same content, and those with another.

        An event that is refused for its payload holds no id.
        """
        copies: set[int] = set()
        reuses: set[int] = set()
        written: FoldEvent | None = None
        said = b""
        for at in repeated:
            event = events[at]
            if event is not written:  # copies of a line are one event
                text = content(event).encode("utf-8", "surrogatepass")
                written, said = event, hashlib.blake2b(text, digest_size=16).digest()
            if event.event_id in self._holders:
                (copies if self._holders[event.event_id] == said else reuses).add(at)
            elif event.payload is not None or self._mode == "permissive":
                self._holders[event.event_id] = said
        return copies, reuses

    def _count(self, fate: LineFate, events: Sequence[FoldEvent], positions: Iterable[int]) -> None:
        self._census.count(fate, map(_origin, map(events.__getitem__, positions)))


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


def fold_rows(batches: Iterable[pa.RecordBatch], mode: ReplayMode) -> Iterator[pa.RecordBatch]:
    """Fold every mission of some rows; gives states and rejected lines as they come, and a census at the end.

    The rows are sorted by mission, and within a mission by clock (none first), time, event id, file and line; all
    rows of a mission are there. They may hold a column `repeated`: false where no other row of the mission has the id.
    """
    census, results = Census(), Results()
    for mission_id, runs in groupby(runs_of(batches), key=itemgetter(0)):
        if mission_id is None:
            for _, [rows] in runs:
                for row in rows.select(["path", "line", "text"]).to_pylist():
                    results.add(**row)
                yield from results.handed_on()
            continue
        mission = MissionFold(mission_id, mode, census)
        for _, some in runs:
            for line, entry in mission.take(some):
                results.add(entry, path=line.path, line=line.number)
            yield from results.handed_on()
        if mission.event_count:
            census.missions += 1
            results.add_state(mission_id, mission.event_count, mission.state())
    results.add(census.encode())
    yield from results.handed_on(at_end=True)


_origin: Final = attrgetter("event_type", "source.schema_version")
"""Type and producer of an event."""
