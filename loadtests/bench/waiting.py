"""How long small requests wait while one worker reduces two big batches over and over."""

import time
from collections.abc import Iterator, Sequence
from typing import Final

from loadtests.bench import hammer
from loadtests.bench.checked import first_answer
from loadtests.bench.pacing import Pace
from loadtests.bench.plan import Plan
from loadtests.bench.rows import Row, Target, percentile
from loadtests.bench.servers import Server, service, stand_in
from loadtests.bench.streams import batch, mixed
from loadtests.bench.wire import Connection, get, post

WAIT: Final = Target(25.0, 100.0, "ms")
BIG_ONES: Final = 2
SMALL_BATCH: Final = 10
LEAD: Final = 3.0
"""Seconds that the big batches are given to be under way."""


def waiting(plan: Plan) -> Iterator[Row]:
    """Find the p99 of both small requests; the floor's is what the busy machine itself makes anyone wait."""
    small = post("/reduce", batch(mixed(SMALL_BATCH, people=3)))
    with stand_in("floor") as floor, service() as server:
        with Connection(server.port) as connection:
            first_answer(connection, small, event_count=SMALL_BATCH)
        lanes = [(server, get("/livez")), (server, small), (floor, get("/livez"))]
        (live, reduced, machine), done = _paced(server, lanes, plan)
    note = f"{plan.rate:.0f}/s each, {done} big batches done; spread: p50 to worst; floor: its answers at the same time"
    about = f"while two {plan.many:,}-event reduces run: p99 of"
    yield _row(f"{about} /livez", live, machine, note)
    yield _row(f"{about} a {SMALL_BATCH}-event /reduce", reduced, machine, note)


def _paced(server: Server, lanes: Sequence[tuple[Server, bytes]], plan: Plan) -> tuple[list[list[float]], int]:
    big = post("/reduce", batch(mixed(plan.many)))
    load = hammer.start(server.port, big, BIG_ONES, plan.waiting_seconds + LEAD)
    try:
        begin = time.monotonic() + LEAD
        paces = [Pace(where.port, request, plan.rate, plan.waiting_seconds) for where, request in lanes]
        for pace in paces:
            pace.start(begin)
        waits = [pace.finish() for pace in paces]
        done = hammer.finish(load).answered
    finally:
        load.kill()
    return waits, done


def _row(work: str, waits: list[float], machine: list[float], note: str) -> Row:
    p50, p99, worst = (1000 * percentile(waits, share) for share in (0.5, 0.99, 1.0))
    floor = f"{1000 * percentile(machine, 0.99):.3g} ms"
    return Row(work, WAIT, p99, (p50, worst), floor, service=f"{p99:.3g} ms", note=note)
