"""The worker pool: small bodies are worked on in place, large ones in processes of their own.

C code that parses holds the interpreter, so a thread would keep small requests waiting all the same.
"""

import asyncio
import mmap
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any, Final

from anyio import CapacityLimiter, to_thread
from starlette.responses import Response

from app.problems import AGAIN, Problem
from app.workers.capacity import Capacity, exhaustion_problem
from app.workers.fork_server import spawn
from app.workers.pool_process import PoolProcess, Work, serve_bodies
from app.workers.spooled_body import SpooledBody

SWEEP_SECONDS: Final = 1.0
"""How often the processes are looked at."""


class TooMuchInPlaceError(Exception):
    """A small body turned out to be dear to work on; a pool process takes it."""


def is_in_place(body: object) -> bool:
    """Whether a body is worked on in the server itself; in a pool process it is mapped."""
    return not isinstance(body, mmap.mmap)


class WorkerPool:
    """Does the work of the endpoints that read bodies."""

    def __init__(self, size: int, work_seconds: float = 60.0) -> None:
        self.size = size
        self.work_seconds = work_seconds
        self.start_process: Callable[[], Connection] = partial(spawn, serve_bodies)
        self.lost = 0
        """How many processes were lost so far."""
        self._idle: list[PoolProcess] = []
        self._busy: set[PoolProcess] = set()
        self._limiter: CapacityLimiter | None = None
        self._is_sweeping = False
        self._last_was_lost = False
        self._is_closed = False

    @property
    def busy(self) -> int:
        """How many processes are at work."""
        return len(self._busy)

    @property
    def processes(self) -> int:
        """How many processes there are."""
        return len(self._busy) + len(self._idle)

    async def do(self, work: Work, body: SpooledBody, *arguments: Any) -> Response:
        """Call `work(bytes, *arguments)` in place or in a process, and free the body.

        Raises the work's `Problem`, `overloaded`, and `worker-lost` when the process died or took too long.
        """
        try:
            if not body.is_large:
                try:
                    return work(body.read(), *arguments)
                except TooMuchInPlaceError:
                    body.move_to_file()
            if self._limiter is None:  # made here, where there is an event loop
                self._limiter = CapacityLimiter(self.size)
            with body.capacity.room():
                async with self._limiter:
                    self._sweep_later()
                    return await to_thread.run_sync(self._do_in_process, work, body, arguments)
        finally:
            body.close()

    async def is_down(self) -> bool:
        """Whether no process can be had: all are stopped, or the last one was lost and another try fails too."""
        if len(self._busy) >= self.size > 0 and all(process.is_stopped() for process in list(self._busy)):
            return True
        if self._last_was_lost and not self._busy:
            body = SpooledBody(inline_bytes=0, capacity=Capacity(max_in_work=1, max_held_bytes=2))
            body.write(b"{}")
            with suppress(Problem):
                await self.do(_nothing, body)
        return self._last_was_lost

    def close(self) -> None:
        """End the processes; requests that wait for one are answered `shutting-down`."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()
        for process in list(self._busy):
            process.kill()

    def _do_in_process(self, work: Work, body: SpooledBody, arguments: tuple[Any, ...]) -> Response:
        """Do a piece of work in a process; this runs in a thread."""
        if self._is_closed:
            raise shutting_down()
        try:
            process = self._take_process()
            self._busy.add(process)
            try:
                with ExitStack() as held:
                    outcome = process.run(
                        work, body.path(), arguments, lambda size: held.enter_context(body.capacity.holding(size))
                    )
            except BaseException:
                process.close()
                raise
            finally:
                self._busy.discard(process)
            self._idle.append(process)
        except (EOFError, OSError) as error:
            if exhausted := exhaustion_problem(error):
                raise exhausted from None
            self.lost += 1
            self._last_was_lost = True
            if self._is_closed:
                raise shutting_down() from None
            lost = "The process that worked on the request was lost or took too long; nothing was stored"
            raise Problem("worker-lost", f"{lost}, send it again.", headers=AGAIN) from None
        self._last_was_lost = False
        if isinstance(outcome, Response):
            return outcome
        raise outcome

    def _take_process(self) -> PoolProcess:
        """Take an idle process that lives, or start one."""
        while self._idle:
            process = self._idle.pop()
            is_alive = process.is_alive()
            if is_alive and not process.is_stopped():
                return process
            self.lost += 1
            if is_alive:
                process.kill()
            process.close()
        return PoolProcess(self.start_process())

    def _sweep_later(self) -> None:
        if not self._is_sweeping:
            self._is_sweeping = True
            asyncio.get_running_loop().call_later(SWEEP_SECONDS, self._sweep)

    def _sweep(self) -> None:
        """Kill processes that are stopped or take too long, and end idle ones that keep much memory."""
        self._is_sweeping = False
        now = monotonic()
        for process in list(self._busy):
            if now - process.since > self.work_seconds or process.is_frozen(now):
                process.kill()  # its thread then raises `worker-lost`
        for process in list(self._idle):
            is_frozen = process.is_frozen(now)
            if is_frozen or process.is_bloated(now):
                with suppress(ValueError):  # a thread has just taken it
                    self._idle.remove(process)
                    process.kill()
                    process.close()
                    self.lost += is_frozen
        if self.processes:
            self._sweep_later()


def _nothing(*_: Any) -> Response:
    """Do nothing, which shows that a process works."""
    return Response()


def shutting_down() -> Problem:
    """Make the problem of a request that this process will not answer any more."""
    return Problem(
        "shutting-down", "The process that was asked is being stopped; send the request again.", headers=AGAIN
    )
