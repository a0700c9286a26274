"""The folding processes of a replay on one machine."""

import os
import signal
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, Final, Self

_counters: Final[list[Any]] = []
"""In a folding process: the counter that all of them share."""


class LostProcessError(Exception):
    """A folding process ended before its time."""


class Processes:
    """Processes that share what is imported, and end with this one, however it ends."""

    def __init__(self, count: int) -> None:
        context = get_context("fork")
        self._done: Final = context.Value("q", 0)
        read_end, self._lifeline = os.pipe()
        self._pool: Final = ProcessPoolExecutor(count, context, _begin, (read_end, self._lifeline, self._done))
        self._pool.submit(os.getpid).result()  # all begin now, while this process has no other thread

    def __enter__(self) -> Self:
        """Give the processes."""
        return self

    def __exit__(self, *exception: object) -> None:
        """End them once they have done what they are at."""
        self._pool.shutdown(cancel_futures=True)
        os.close(self._lifeline)

    def run(self, work: Callable[..., None], jobs: Iterable[tuple[Any, ...]], watch: Callable[[int], None]) -> None:
        """Do all jobs, and tell `watch` now and then how much `count` has counted.

        Raises what the first job that fails raises, and `LostProcessError`.
        """
        self._done.value = 0
        left: set[Future[None]] = {self._pool.submit(work, *job) for job in jobs}
        try:
            while left:
                ended, left = wait(left, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in ended:
                    future.result()
                watch(self._done.value)
        except BrokenProcessPool:
            raise LostProcessError from None
        finally:
            for future in left:
                future.cancel()


def count(amount: int) -> None:
    """Count work, in a folding process."""
    [done] = _counters
    with done.get_lock():
        done.value += amount


def _begin(read_end: int, write_end: int, done: Any) -> None:
    """Set up a folding process; it ends when no process holds the other end of its lifeline any more."""
    _counters.append(done)
    os.close(write_end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def end_with_parent() -> None:
        os.read(read_end, 1)
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
