"""`POST /reduce?ordered=true`: NDJSON in canonical order, folded as its lines arrive and never kept."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final, TypeVar

from anyio import to_thread
from anyio.lowlevel import checkpoint
from starlette.requests import Request
from starlette.responses import Response

from app.api.body import content_coding
from app.api.compression import compress, preferred_coding
from app.api.decompression import StreamDecompressor
from app.api.endpoints.folding import check_state_size, new_accumulator, state_response
from app.api.operation import AppState
from app.api.request_parts import header
from app.problems import library_refusals
from app.responses import BatchStatistics
from app.settings import Settings
from app.workers.capacity import hold_unpacked
from app.workers.pool import TooMuchInPlaceError, is_in_place
from app.workers.spooled_body import SpooledBody
from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.decoding.refusals import LineLocations
from mission_collaboration.decoding.requests import read_lines_from, refuse_first_broken
from mission_collaboration.reducer.fold import Mode
from mission_collaboration.reducer.requests import refused
from mission_collaboration.reducer.snapshot import encode
from mission_collaboration.reducer.streaming import OrderedFold

Returned = TypeVar("Returned")
MEASURED_EVERY: Final = 4 * 1024 * 1024
"""So many bytes may arrive before a state is measured again, or as many as it had; measuring is writing it."""
ANOMALY_BYTES: Final = 300
"""What an anomaly takes up in a state; one event may make many."""
WRITTEN_IN_PLACE: Final = 1024 * 1024
"""Larger states are written in a thread."""
SLICE: Final = 64 * 1024
"""The most bytes that are folded before other requests have their turn."""
MOST_LINES: Final = 512
"""A slice with more lines is cut again: a line of two bytes takes as long as one of a whole event, or longer."""
SLICE_OF_SHORT_LINES: Final = 1024
BY_NUMBER: Final = LineLocations(range(2**62))
"""Locations of events that are known by the numbers of their lines alone."""


async def reduce_stream(
    request: Request, mode: Mode, mission_id: str | None, settings: Settings, app_state: AppState
) -> Response:
    """Answer an ordered `/reduce` request; raises `Problem`, `out-of-order` and `overloaded` among them.

    A compressed body that is small on the wire is folded in place. A pool process takes it once it has more than
    `inline_body_bytes` unpacked.
    """
    coding, chunks = content_coding(request), request.stream()
    app_state.capacity.check()
    head, is_whole = b"", False
    if coding != "identity" and settings.pool_size:
        head, is_whole = await read_head(chunks, settings.inline_body_bytes)
    if is_whole:
        body = SpooledBody(settings.inline_body_bytes, app_state.capacity)
        body.write(head)
        wanted = preferred_coding(header(request.scope, b"accept-encoding"))
        return await app_state.pool.do(fold_compressed, body, settings, coding, wanted, mode, mission_id)
    with library_refusals(), ExitStack() as held:

        def hold(size: int) -> None:
            held.enter_context(app_state.capacity.holding(size))

        fold = StreamFold(mode, mission_id, settings, hold)
        decompressor = StreamDecompressor(coding, settings)
        is_counted = False
        async for chunk in with_head(head, chunks):
            if not is_counted:  # not before its first bytes are here: a mere connection takes no room
                held.enter_context(app_state.capacity.room())
                is_counted = True
            for plain in decompressor.steps(chunk):
                for part in slices(plain):
                    await off_loop_if_large(fold, fold.take, part)
                    await checkpoint()
        decompressor.finish()
        return await off_loop_if_large(fold, fold.answer)


async def read_head(chunks: AsyncIterator[bytes], most: int) -> tuple[bytes, bool]:
    """Read a body until it ends, or has more bytes than this; return what was read, and whether it has ended."""
    head = bytearray()
    async for chunk in chunks:
        head += chunk
        if len(head) > most:
            return bytes(head), False
    return bytes(head), True


async def with_head(head: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what was read of a body already, and the rest as it arrives."""
    if head:
        yield head
    async for chunk in chunks:
        if chunk:
            yield chunk


def slices(plain: bytes) -> Iterator[bytes]:
    """Cut what has arrived into parts that are each folded within a few milliseconds."""
    for start in range(0, len(plain), SLICE):
        part = plain[start : start + SLICE]
        size = SLICE if part.count(b"\n") <= MOST_LINES else SLICE_OF_SHORT_LINES
        yield from (part[at : at + size] for at in range(0, len(part), size))


async def off_loop_if_large(fold: "StreamFold", call: Callable[..., Returned], *arguments: Any) -> Returned:
    """Call a method of a fold, in a thread where its state is large: the method may have to write the state."""
    return await to_thread.run_sync(call, *arguments) if fold.is_large else call(*arguments)


def fold_compressed(
    body: bytes, settings: Settings, coding: str, wanted: str | None, mode: Mode, mission_id: str | None
) -> Response:
    """Fold a compressed body that is here as a whole. A pool process compresses the answer, too.

    Raises `Problem`, and `TooMuchInPlaceError` in place for a body that has more than `inline_body_bytes` unpacked.
    """
    in_place = is_in_place(body)
    fold = StreamFold(mode, mission_id, settings, hold_unpacked.get())
    decompressor = StreamDecompressor(coding, settings)
    with library_refusals():
        for plain in decompressor.steps(body):
            if in_place and decompressor.size > settings.inline_body_bytes:
                raise TooMuchInPlaceError
            fold.take(plain)
        decompressor.finish()
        response = fold.answer()
    if not in_place:
        compress(response, wanted)
    return response


class StreamFold:
    """Folds the lines of a stream and keeps nothing but its state.

    The state is measured while it grows, so that it stays within its limit, and counted as held. Between two
    measurements its size is bounded by what has arrived.
    """

    def __init__(self, mode: Mode, mission_id: str | None, settings: Settings, hold: Callable[[int], object]) -> None:
        self._ordered = OrderedFold(new_accumulator(settings, mode, mission_id=mission_id))
        self._mode = mode
        self._settings = settings
        self._hold = hold
        self._types: Counter[str] = Counter()
        self._rest = bytearray()
        """The beginning of a line whose end has not arrived."""
        self._number = 1
        """The number of the next line."""
        self._measured = self._arrived = self._anomalies = 0

    @property
    def is_large(self) -> bool:
        """Whether writing the state takes so long that a thread should do it."""
        return self._measured > WRITTEN_IN_PLACE

    def take(self, plain: bytes) -> None:
        """Fold what has arrived; raises `Problem`, `state-too-large` and `overloaded` among them."""
        head, newline, rest = plain.rpartition(b"\n")
        if newline:
            self._fold(bytes(self._rest) + head + newline)
            self._rest.clear()
        self._rest += rest
        if len(self._rest) > self._settings.max_event_bytes:
            event = self._rest.strip()  # blanks are no part of an event; one behind it still parts words
            if len(event) > self._settings.max_event_bytes:
                self._fold(bytes(event))
            self._rest = event + b" " if event and self._rest[-1:].isspace() else event
        self._arrived += len(plain)
        accumulator = self._ordered.accumulator
        anomalies = len(accumulator.anomalies)
        most = self._measured + self._arrived + ANOMALY_BYTES * (anomalies - self._anomalies)
        if most > 2 * self._measured + MEASURED_EVERY:
            measured = len(encode(accumulator))
            check_state_size(measured, self._settings)
            self._hold(measured - self._measured)
            self._measured, self._arrived, self._anomalies = measured, 0, anomalies

    def answer(self) -> Response:
        """Fold the last line and answer with the state; raises `Problem`."""
        if self._rest:
            self._fold(bytes(self._rest))
        accumulator = self._ordered.accumulator
        try:
            self._ordered.finish()
        except EventRefusedError as refusal:
            raise refused(refusal, BY_NUMBER) from None
        statistics = BatchStatistics(self._types.total(), self._types, self._mode, len(accumulator.anomalies))
        return state_response(accumulator, statistics, self._settings)

    def _fold(self, block: bytes) -> None:
        """Fold whole lines, up to the first one with something wrong."""
        batch, locations = read_lines_from(block, self._number, self._settings)
        stop = batch.broken[0].index if batch.broken else batch.total
        indices = [index for index in batch.indices if index < stop]
        events = batch.events[: len(indices)]
        try:
            self._ordered.take(events, [locations.lines[index] for index in indices])
        except EventRefusedError as refusal:
            raise refused(refusal, BY_NUMBER) from None
        refuse_first_broken(batch, locations, self._settings)
        self._types.update(event.event_type for event in events)
        self._number += block.count(b"\n")
