"""`POST /reduce?ordered=true`: NDJSON in canonical order, folded as its lines arrive and never kept."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from typing import Final, TypeVar

from anyio import to_thread
from anyio.lowlevel import checkpoint
from starlette.requests import Request
from starlette.responses import Response

from app.api.body.receive import plain_chunks
from app.api.endpoints.folding import check_state_size, new_accumulator, state_response
from app.problems import library_refusals
from app.responses import BatchStatistics
from app.settings import Settings
from app.workers.capacity import Capacity
from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.decoding.refusals import LineLocations
from mission_collaboration.decoding.requests import read_lines_from, refuse_first_broken
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import Mode
from mission_collaboration.reducer.requests import refused
from mission_collaboration.reducer.snapshot import encode
from mission_collaboration.reducer.streaming import OrderedFold

Written = TypeVar("Written")
MEASURED_EVERY: Final = 4 * 1024 * 1024
"""So many bytes may arrive before a state is measured again, or as many as it had; measuring is writing it."""
ANOMALY_BYTES: Final = 300
"""What an anomaly takes up in a state; one event may make many."""
WRITTEN_IN_PLACE: Final = 1024 * 1024
BY_NUMBER: Final = LineLocations(range(2**62))
"""Locations of events that are known by the numbers of their lines alone."""


async def reduce_stream(
    request: Request, mode: Mode, mission_id: str | None, limits: Settings, capacity: Capacity
) -> Response:
    """Answer an ordered `/reduce` request; raises `Problem`, `out-of-order` and `overloaded` among them."""
    capacity.check()
    ordered = OrderedFold(new_accumulator(limits, mode, mission_id=mission_id))
    types: Counter[str] = Counter()
    number = 1
    with ExitStack() as room, library_refusals():
        state = room.enter_context(GrowingState(ordered.accumulator, limits, capacity))
        try:
            async for block in _blocks(request, limits):
                if number == 1:  # not before its first lines are here: a mere connection takes no room
                    room.enter_context(capacity.room())
                types += _take(ordered, block, number, limits)
                number += block.count(b"\n")
                await checkpoint()
                await state.grow(len(block))
            ordered.finish()
        except EventRefusedError as refusal:
            raise refused(refusal, BY_NUMBER) from None
        statistics = BatchStatistics(types.total(), types, mode, len(ordered.accumulator.anomalies))
        return await state.write(lambda: state_response(ordered.accumulator, statistics, limits))


class GrowingState:
    """The state of a stream: measured while it grows, so that it stays within its limit, and counted as held.

    Between two measurements its size is bounded by what has arrived. A large state is written in a thread.
    """

    def __init__(self, accumulator: Accumulator, limits: Settings, capacity: Capacity) -> None:
        self._accumulator = accumulator
        self._limits = limits
        self._capacity = capacity
        self._measured = self._held = 0
        self._arrived = 0
        self._anomalies = 0

    def __enter__(self) -> "GrowingState":
        return self

    def __exit__(self, *_: object) -> None:
        self._capacity.release(self._held)

    async def grow(self, arrived: int) -> None:
        """Take note of bytes that were folded; raises `state-too-large` and `overloaded`."""
        self._arrived += arrived
        anomalies = len(self._accumulator.anomalies)
        most = self._measured + self._arrived + ANOMALY_BYTES * (anomalies - self._anomalies)
        if most > 2 * self._measured + MEASURED_EVERY:
            self._measured = await self.write(lambda: len(encode(self._accumulator)))
            self._arrived, self._anomalies = 0, anomalies
            check_state_size(self._measured, self._limits)
            self._capacity.hold(self._measured - self._held)
            self._held = self._measured

    async def write(self, write: Callable[[], Written]) -> Written:
        """Write the state, in a thread where it is large."""
        return await to_thread.run_sync(write) if self._measured > WRITTEN_IN_PLACE else write()


def _take(ordered: OrderedFold, block: bytes, number: int, limits: Settings) -> Counter[str]:
    """Fold the lines of a block, up to the first one with something wrong; counts its events by type."""
    batch, locations = read_lines_from(block, number, limits)
    stop = batch.broken[0].index if batch.broken else batch.total
    indices = [index for index in batch.indices if index < stop]
    events = batch.events[: len(indices)]
    ordered.take(events, [locations.lines[index] for index in indices])
    refuse_first_broken(batch, locations, limits)
    return Counter(event.event_type for event in events)


async def _blocks(request: Request, limits: Settings) -> AsyncIterator[bytes]:
    """Cut the body as it arrives into blocks of whole lines."""
    rest = b""
    async for chunk in plain_chunks(request, limits):
        head, newline, rest = (rest + chunk).rpartition(b"\n")
        if newline:
            yield head + newline
        if len(rest) > limits.max_event_bytes:
            rest = _without_most_blanks(rest)
        if len(rest.strip()) > limits.max_event_bytes:
            break
    if rest:
        yield rest


def _without_most_blanks(rest: bytes) -> bytes:
    """Drop the blanks around an unfinished line, which are no part of its event; one behind it still parts words."""
    event = rest.strip()
    return event + b" " if event and rest[-1:].isspace() else event
