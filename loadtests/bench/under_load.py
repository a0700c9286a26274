"""Many connections at once: what one worker answers in a second, and what two do."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from loadtests.bench import hammer
from loadtests.bench.checked import first_answer
from loadtests.bench.one_by_one import FEW_STREAMS, Trio, trio
from loadtests.bench.plan import Plan
from loadtests.bench.real import STREAMS
from loadtests.bench.rows import Row, Target, pair_ratios, row_of
from loadtests.bench.servers import Server, service
from loadtests.bench.streams import batch, mixed
from loadtests.bench.wire import Connection, post

CONNECTIONS: Final = 16
SHARE: Final = Target(80.0, 50.0, "%", more_is_better=True)
WORKERS: Final = Target(1.8, 1.6, "x", more_is_better=True)


def sixteen(plan: Plan) -> Iterator[Row]:
    """Count requests a second on 16 connections, as a share of the floor's, stream by stream."""
    with trio() as servers:
        for name in FEW_STREAMS:
            yield _share(servers, name, plan)


def _share(servers: Trio, name: str, plan: Plan) -> Row:
    stream = STREAMS[name](plan.few)
    request = post("/reduce", batch(stream.events, stream.mode))
    _check(servers.service, request, stream.unique)
    floor, peer, served = map(_rates, _tallies(servers, request, plan))
    return row_of(
        f"/reduce, {plan.few} events, {CONNECTIONS} connections, one worker: share of the floor's rate: {name}",
        SHARE,
        [100 * share for share in pair_ratios(served, floor)],
        floor=_rate(floor),
        peer=f"{_rate(peer)} ({100 * median(pair_ratios(peer, floor)):.3g} %)",
        service=_rate(served),
    )


def two_workers(plan: Plan) -> Iterator[Row]:
    """Count requests a second of two workers against those of one."""
    request = post("/reduce", batch(mixed(plan.light)))
    with service(1) as one, service(2) as two:
        _check(two, request, plan.light)
        tallies = _tallies((one, two), request, plan)
    alone, together = map(_rates, tallies)
    yield row_of(
        f"two workers against one, /reduce of {plan.light} events, {CONNECTIONS} connections",
        WORKERS,
        pair_ratios(together, alone),
        service=f"{_rate(alone)} to {_rate(together)}",
        note=f"beside two workers the client takes {median(tally.busy for tally in tallies[1]):.2f} of a core",
    )


def _check(server: Server, request: bytes, count: int) -> None:
    with Connection(server.port) as connection:
        first_answer(connection, request, event_count=count)


def _tallies(servers: Sequence[Server], request: bytes, plan: Plan) -> list[list[hammer.Tally]]:
    """Hammer each server in turn, with a new client and new connections each time."""
    tallies: list[list[hammer.Tally]] = [[] for _ in servers]
    for _ in range(plan.load_rounds):
        for server, kept in zip(servers, tallies, strict=True):
            load = hammer.start(server.port, request, CONNECTIONS, plan.load_seconds)
            kept.append(hammer.finish(load))
    return tallies


def _rates(tallies: Sequence[hammer.Tally]) -> list[float]:
    return [tally.rate for tally in tallies]


def _rate(rates: Sequence[float]) -> str:
    return f"{median(rates):,.0f}/s"
