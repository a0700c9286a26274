"""`POST /reduce?ordered=true`: NDJSON in canonical order, folded as its lines arrive and never kept."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Final

from anyio.lowlevel import checkpoint
from starlette.requests import Request
from starlette.responses import Response

from app.api.body.receive import plain_chunks
from app.api.endpoints.folding import new_accumulator, state_response
from app.problems import library_refusals
from app.responses import BatchStatistics
from app.settings import Settings
from app.workers.capacity import Capacity
from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.decoding.refusals import LineLocations
from mission_collaboration.decoding.requests import read_lines_from, refuse_first_broken
from mission_collaboration.reducer.fold import Mode
from mission_collaboration.reducer.requests import refused
from mission_collaboration.reducer.streaming import OrderedFold

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
        try:
            async for block in _blocks(request, limits):
                if number == 1:  # not before its first lines are here: a mere connection takes no room
                    room.enter_context(capacity.room())
                types += _take(ordered, block, number, limits)
                number += block.count(b"\n")
                await checkpoint()
            ordered.finish()
        except EventRefusedError as refusal:
            raise refused(refusal, BY_NUMBER) from None
        return state_response(
            ordered.accumulator, BatchStatistics(types.total(), types, mode, len(ordered.accumulator.anomalies))
        )


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
