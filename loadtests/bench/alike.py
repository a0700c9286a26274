"""Real streams beside the tidy one, on the same worker in turn: they are to cost the same."""

from collections.abc import Iterator
from statistics import median
from typing import Final

from loadtests.bench.checked import first_answer
from loadtests.bench.one_by_one import FEW_STREAMS, timed
from loadtests.bench.plan import Plan
from loadtests.bench.real import STREAMS, Stream, ordered_lines_of
from loadtests.bench.rows import Row, Target, milliseconds, pair_ratios, row_of
from loadtests.bench.servers import service
from loadtests.bench.streams import batch, validation
from loadtests.bench.wire import NDJSON, Connection, post

FEW_ALIKE: Final = Target(1.1, 1.1, "x")
ORDERED_ALIKE: Final = Target(1.3, 1.3, "x")


def few_alike(plan: Plan) -> Iterator[Row]:
    """Small batches of real streams against small tidy ones, on both endpoints."""
    first, *others = FEW_STREAMS
    with service() as served, Connection(served.port) as connection:
        for path in ("/reduce", "/validate/batch"):
            tidy = _request(connection, path, STREAMS[first](plan.few))
            for name in others:
                request = _request(connection, path, STREAMS[name](plan.few))
                pairs = _side_by_side(connection, tidy, request, plan.few_rounds, plan.requests)
                yield _row(f"{path}, {plan.few} events, one connection: {name} against tidy", FEW_ALIKE, *pairs)


def ordered_alike(plan: Plan) -> Iterator[Row]:
    """Ordered NDJSON, each stream sorted first, against the tidy one."""
    first, *others = plan.streams
    with service() as served, Connection(served.port) as connection:
        tidy = _ordered(connection, STREAMS[first](plan.batch))
        for name in others:
            request = _ordered(connection, STREAMS[name](plan.batch))
            lower, upper = _side_by_side(connection, tidy, request, plan.rounds, 1)
            work = f"NDJSON /reduce?ordered=true, {plan.batch:,} events: {name} against tidy"
            told = f"{plan.batch / median(upper):,.0f} events a second; tidy {plan.batch / median(lower):,.0f}"
            yield _row(work, ORDERED_ALIKE, lower, upper, told)


def _request(connection: Connection, path: str, stream: Stream) -> bytes:
    if path == "/reduce":
        request = post(path, batch(stream.events, stream.mode))
        first_answer(connection, request, event_count=stream.unique)
    else:
        request = post(path, validation(stream.events))
        first_answer(connection, request, total=len(stream.events), invalid=stream.invalid)
    return request


def _ordered(connection: Connection, stream: Stream) -> bytes:
    request = post(f"/reduce?ordered=true&mode={stream.mode}", ordered_lines_of(stream), NDJSON)
    first_answer(connection, request, event_count=stream.unique)
    return request


def _side_by_side(
    connection: Connection, tidy: bytes, request: bytes, rounds: int, requests: int
) -> tuple[list[float], list[float]]:
    """Time both in turn, so that a slow moment of the machine meets both."""
    lower: list[float] = []
    upper: list[float] = []
    for _ in range(rounds):
        lower.append(median(timed(connection, tidy) for _ in range(requests)))
        upper.append(median(timed(connection, request) for _ in range(requests)))
    return lower, upper


def _row(work: str, target: Target, tidy: list[float], real: list[float], note: str = "") -> Row:
    return row_of(
        work,
        target,
        pair_ratios(real, tidy),
        floor=milliseconds(tidy),
        service=milliseconds(real),
        note=note or "floor: the tidy batch by the same service",
    )
