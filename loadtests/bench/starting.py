"""From start to first answer, and what an idle worker holds."""

import time
from collections.abc import Iterator
from typing import Final

from loadtests.bench.checked import first_answer
from loadtests.bench.plan import Plan
from loadtests.bench.rows import Row, Target, milliseconds, row_of
from loadtests.bench.servers import Memory, memory, service, stand_in
from loadtests.bench.wire import Connection, get

START: Final = Target(1.0, 1.5, "s")
IDLE: Final = Target(80.0, 110.0, "MB")
SETTLING: Final = 1.0


def starting(plan: Plan) -> Iterator[Row]:
    """Start floor and service in turn, some times."""
    floors, starts, held = [], [], []
    for _ in range(plan.starts):
        floors.append(_floor_start())
        seconds, holds = _start()
        starts.append(seconds)
        held.append(holds)
    told = {"floor": milliseconds(floors), "service": milliseconds(starts)}
    yield row_of("from start to the first 200 of /livez", START, starts, **told)
    middle = sorted(held, key=lambda holds: holds.total)[len(held) // 2]
    told = {"service": f"{middle.total / 1e6:.1f} MB", "note": _processes(middle)}
    yield row_of("memory of an idle worker", IDLE, [holds.total / 1e6 for holds in held], **told)


def _floor_start() -> float:
    begun = time.perf_counter()
    with stand_in("floor"):
        return time.perf_counter() - begun


def _start() -> tuple[float, Memory]:
    begun = time.perf_counter()
    with service() as server, Connection(server.port) as connection:
        first_answer(connection, get("/livez"))
        seconds = time.perf_counter() - begun
        time.sleep(SETTLING)
        return seconds, memory(server.pid)


def _processes(holds: Memory) -> str:
    own = f"resident {holds.own / 1e6:.1f} MB of the worker's process"
    return f"{own}, and {holds.children / 1e6:.1f} MB held alone by its {holds.processes - 1} children"
