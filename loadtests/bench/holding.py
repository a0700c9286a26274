"""Memory: what a worker holds while a long ordered stream passes through it."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Final

from loadtests.bench.adversarial import ordered_lines
from loadtests.bench.plan import Plan
from loadtests.bench.rows import Row, Target
from loadtests.bench.servers import memory, service
from loadtests.bench.wire import NDJSON, Answer, Connection, WrongAnswerError, post

ORDERED: Final = Target(100.0, 200.0, "B")
TARGET: Final = "/reduce?ordered=true"
WARM_UP: Final = 2_000
SETTLING: Final = 0.3
SAMPLING: Final = 0.03


def ordered_stream(plan: Plan) -> Iterator[Row]:
    """Bytes an event above the idle worker, at the highest, where the service has the endpoint."""
    work = f"NDJSON {TARGET}, {plan.ordered:,} heartbeats and focus changes: bytes an event"
    with service() as server, Connection(server.port) as connection:
        first = connection.ask(post(TARGET, b"".join(ordered_lines(WARM_UP)), NDJSON))
        if 400 <= first.status < 500:
            yield Row(work, ORDERED, None, note=f"answered {first.status} {_code(first)}")
            return
        _check(first, WARM_UP)
        time.sleep(SETTLING)
        yield _measured(work, server.pid, connection, plan.ordered)


def _measured(work: str, pid: int, connection: Connection, count: int) -> Row:
    idle = memory(pid).total
    begun = time.perf_counter()
    with Watch(pid) as watch:
        answer = connection.stream(TARGET, ordered_lines(count))
    seconds = time.perf_counter() - begun
    if 400 <= answer.status < 500:
        return Row(work, ORDERED, None, note=f"answered {answer.status} {_code(answer)}")
    _check(answer, count)
    above = [(figure - idle) / count for figure in watch.seen]
    told = f"{idle / 1e6:.1f} to {max(watch.seen) / 1e6:.1f} MB"
    note = f"from idle to the highest of {len(above)} looks; {seconds:.1f} s, {count / seconds:,.0f} events a second"
    return Row(work, ORDERED, max(above), (min(above), max(above)), service=told, note=note)


def _check(answer: Answer, count: int) -> None:
    if answer.status != 200:
        raise WrongAnswerError(f"status {answer.status}: {answer.body[:300]!r}")
    said = json.loads(answer.body)["event_count"]
    if said != count:
        raise WrongAnswerError(f"event_count is {said}, and ought to be {count}")


def _code(answer: Answer) -> str:
    """Read the code of a problem."""
    return str(json.loads(answer.body).get("code", ""))


class Watch:
    """Looks at a worker's memory again and again, from a thread."""

    def __init__(self, pid: int) -> None:
        self.seen: list[int] = [memory(pid).total]
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
        self.seen.append(memory(self._pid).total)

    def _look(self) -> None:
        while not self._over.wait(SAMPLING):
            self.seen.append(memory(self._pid).total)
