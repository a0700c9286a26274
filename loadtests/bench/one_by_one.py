"""Requests one after another on one connection: floor, peer, service, and again."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final, NamedTuple

from loadtests.bench.checked import first_answer
from loadtests.bench.plan import Plan
from loadtests.bench.real import STREAMS
from loadtests.bench.rows import Row, Target, against, milliseconds, pair_ratios, row_of
from loadtests.bench.servers import Server, service, stand_in
from loadtests.bench.streams import batch, mixed, validation
from loadtests.bench.wire import Connection, WrongAnswerError, post

PLAIN: Final = Target(1.3, 1.5, "x"), Target(1.4, 1.7, "x")
OTHERS: Final = Target(1.4, 1.6, "x"), Target(1.5, 1.9, "x")
TWICE: Final = Target(1.5, 1.8, "x"), Target(1.5, 1.9, "x")
MALFORMED: Final = Target(1.6, 1.9, "x"), Target(1.9, 2.2, "x")
NAMED: Final = Target(1.6, 1.9, "x"), Target(1.6, 1.9, "x")
MESSY: Final = Target(1.9, 2.4, "x"), Target(1.6, 2.0, "x")
LARGE: Final = {
    "tidy": PLAIN,
    "build_id": PLAIN,
    "other types": OTHERS,
    "1 % duplicates": TWICE,
    "20 % duplicates": TWICE,
    "one malformed": MALFORMED,
    "unclocked": NAMED,
    "UUIDs": NAMED,
    "several missions": MESSY,
    "shuffled": MESSY,
    "the mix of all": MESSY,
}
"""Stream → what `/reduce` and `/validate/batch` of a large batch of it have to reach."""
FEW_STREAMS: Final = ("tidy", "build_id", "the mix of all")
"""What small batches are made of."""
SMALL: Final = Target(1.3, 1.6, "x")
PYTHON: Final = Target(0.5, 1.0, "x")


class Trio(NamedTuple):
    """What is compared."""

    floor: Server
    peer: Server
    service: Server


@contextlib.contextmanager
def trio() -> Iterator[Trio]:
    """Start all three; those that are not asked only sleep."""
    with (
        stand_in("floor") as floor,
        stand_in("peer") as peer,
        service() as served,
    ):
        yield Trio(floor, peer, served)


def reduce_batch(plan: Plan) -> Iterator[Row]:
    """`/reduce` of a large batch, stream by stream."""
    with trio() as servers:
        for name in plan.streams:
            yield _reduce(servers, plan.batch, name, plan.rounds, 1, LARGE[name][0])


def reduce_few(plan: Plan) -> Iterator[Row]:
    """`/reduce` of a small batch, over and over on one connection."""
    with trio() as servers:
        for name in FEW_STREAMS:
            yield _reduce(servers, plan.few, name, plan.few_rounds, plan.requests, SMALL)


def _reduce(servers: Trio, count: int, name: str, rounds: int, requests: int, target: Target) -> Row:
    stream = STREAMS[name](count)
    request = post("/reduce", batch(stream.events, stream.mode))
    _check(servers.service, request, event_count=stream.unique)
    floor, peer, served = interleaved(servers, request, rounds, requests)
    return row_of(
        f"/reduce, {count:,} events, one connection: {name}",
        target,
        pair_ratios(served, floor),
        floor=milliseconds(floor),
        peer=against(peer, floor),
        service=milliseconds(served),
    )


def validate_batch(plan: Plan) -> Iterator[Row]:
    """`/validate/batch` by both layers, stream by stream; the peer has no such thing."""
    with stand_in("floor") as floor, service() as served:
        for name in plan.streams:
            stream = STREAMS[name](plan.batch)
            request = post("/validate/batch", validation(stream.events))
            _check(served, request, total=plan.batch, invalid=stream.invalid)
            lower, upper = interleaved((floor, served), request, plan.rounds, 1)
            yield row_of(
                f"/validate/batch, {plan.batch:,} events, both layers: {name}",
                LARGE[name][1],
                pair_ratios(upper, lower),
                floor=milliseconds(lower),
                service=milliseconds(upper),
            )


def _check(server: Server, request: bytes, **members: object) -> None:
    with Connection(server.port) as connection:
        first_answer(connection, request, **members)


def interleaved(servers: Sequence[Server], request: bytes, rounds: int, requests: int) -> list[list[float]]:
    """Time the same request on each server in turn, round by round: drift of the machine meets all alike."""
    times: list[list[float]] = [[] for _ in servers]
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(Connection(server.port)) for server in servers]
        for connection in connections:
            first_answer(connection, request)
            first_answer(connection, request)
        for _ in range(rounds):
            for connection, kept in zip(connections, times, strict=True):
                kept.append(median(timed(connection, request) for _ in range(requests)))
    return times


def timed(connection: Connection, request: bytes) -> float:
    """Time one request."""
    begun = time.perf_counter()
    answer = connection.ask(request)
    seconds = time.perf_counter() - begun
    if answer.status != 200:
        raise WrongAnswerError(f"status {answer.status}: {answer.body[:300]!r}")
    return seconds


def python_function(plan: Plan) -> Iterator[Row]:
    """`reduce_collaboration_events` in a process of its own, against `json.loads` there."""
    command = [sys.executable, "-m", "loadtests.bench.in_process", str(plan.rounds)]
    done = subprocess.run(command, input=batch(mixed(plan.batch)), stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise WrongAnswerError(f"reducing in process ended with status {done.returncode}")
    parsing, reducing = json.loads(done.stdout)
    yield row_of(
        f"reduce_collaboration_events, {plan.batch:,} ready events, against json.loads",
        PYTHON,
        pair_ratios(reducing, parsing),
        floor=milliseconds(parsing),
        service=milliseconds(reducing),
        note="floor: json.loads of the same batch, as everything in this row in one process",
    )
