"""`POST /reduce?ordered=true`: NDJSON in canonical order, folded as its lines arrive and never kept."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

from anyio.lowlevel import checkpoint
from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response

from app.api.body.locations import ArrayLocations, LineLocations
from app.api.body.ndjson import Line, is_small, lines_of, read_line
from app.api.body.parse import read_envelopes
from app.api.body.receive import plain_chunks
from app.api.endpoints.folding import SURE_READER, new_accumulator, refused, state_response
from app.problems import Finding, pointer
from app.responses import BatchStatistics
from app.settings import Settings
from app.workers.capacity import Capacity
from mission_collaboration.contract.errors import EventRefusedError, Location
from mission_collaboration.decoding.events import ReadEvent, as_read, read_events
from mission_collaboration.reducer.fold import Mode
from mission_collaboration.reducer.streaming import OrderedFold


class InStream(ArrayLocations):
    """Events that are known by the number of their line alone."""

    def finding(self, index: int, location: Location, code: str, message: str) -> Finding:
        """Point into the line of this number."""
        return Finding(pointer=pointer(location), code=code, message=message, line=index)

    def name(self, index: int) -> str:
        """Name the line."""
        return f"line {index}"


async def reduce_stream(request: Request, mode: Mode, limits: Settings, capacity: Capacity) -> Response:
    """Answer an ordered `/reduce` request; raises `Problem`, `out-of-order` and `overloaded` among them."""
    capacity.check()
    ordered = OrderedFold(new_accumulator(limits, mode))
    types: Counter[str] = Counter()
    number = 1
    with ExitStack() as room:
        try:
            async for block in _blocks(request, limits):
                if number == 1:  # not before its first lines are here: who only knocks keeps nobody out
                    room.enter_context(capacity.room())
                for event in _read_block(list(lines_of(block, number)), block, limits):
                    ordered.take(event)
                    types[event.event_type] += 1
                number += block.count(b"\n")
                await checkpoint()
            ordered.finish()
        except EventRefusedError as refusal:
            raise refused(refusal, InStream()) from None
        return state_response(
            ordered.accumulator, BatchStatistics(types.total(), types, mode, len(ordered.accumulator.anomalies))
        )


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


def _read_block(lines: list[Line], block: bytes, limits: Settings) -> Iterator[ReadEvent]:
    """Read the events of a block; each one's index is the number of its line."""
    sure = SURE_READER.read_lines(block) if all(is_small(line, limits) for line in lines) else None
    if sure is not None:
        yield from (as_read(line.number, event) for line, event in zip(lines, sure, strict=True))
        return
    for line in lines:  # one by one, so that the first line with something wrong is the one that is named
        envelopes = read_envelopes([read_line(line, limits)], LineLocations([line.number]))
        yield from (structs.replace(event, index=line.number) for event in read_events(envelopes))
