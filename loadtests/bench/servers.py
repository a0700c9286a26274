"""Servers as processes of their own: started on a free port, watched through /proc, stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from loadtests.bench.wire import LOCALHOST, Connection, WrongAnswerError, get

LONGEST_START: Final = 30.0
LONGEST_STOP: Final = 10.0
POLL: Final = 0.005
ALLOCATOR: Final = {"MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "8388608", "MALLOC_ARENA_MAX": "2"}
"""As `make serve` and the image have it."""


class Server(NamedTuple):
    """A server that answers."""

    port: int
    pid: int


class Memory(NamedTuple):
    """What a worker holds: its process, what its children hold alone, and their files in memory.

    Children are forked, so most of their pages are the worker's too: resident or proportional sizes count those twice.
    Files in memory count once, mapped or not.
    """

    own: int
    children: int
    files: int
    processes: int

    @property
    def total(self) -> int:
        """All of it, in bytes."""
        return self.own + self.children + self.files


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def stand_in(name: str) -> Iterator[Server]:
    """Serve `floor` or `peer`."""
    port = free_port()
    command = [sys.executable, "-m", "loadtests.bench.serve", f"loadtests.bench.{name}:app", str(port)]
    with _running(command, port, os.environ) as server:
        yield server


@contextlib.contextmanager
def service(workers: int = 1) -> Iterator[Server]:
    """Serve the service as it ships; COLLAB_ variables of the caller hold, but for address and workers."""
    port = free_port()
    where = {**ALLOCATOR, "COLLAB_HOST": LOCALHOST, "COLLAB_PORT": str(port), "COLLAB_WORKERS": str(workers)}
    with _running([sys.executable, "-m", "app"], port, {**os.environ, **where}) as server:
        yield server


@contextlib.contextmanager
def _running(command: list[str], port: int, environment: "dict[str, str] | os._Environ[str]") -> Iterator[Server]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_answer(port, process, " ".join(command[1:]))
        yield Server(port, process.pid)
    finally:
        _stop(process)


def _await_answer(port: int, process: "subprocess.Popen[bytes]", name: str) -> None:
    """Ask until there is an answer, of whatever status: the stand-ins know no /livez of their own."""
    deadline = time.monotonic() + LONGEST_START
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), Connection(port) as connection:
            connection.ask(get("/livez"))
            return
        time.sleep(POLL)
    raise WrongAnswerError(f"{name} gave no answer; its status is {process.poll()}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Stop a server and, should it not obey, everything that it started."""
    process.terminate()
    try:
        process.wait(LONGEST_STOP)
    except subprocess.TimeoutExpired:
        for pid in (*descendants(process.pid), process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def descendants(pid: int) -> list[int]:
    """List the processes that a process started, and those that they started."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for listing in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in map(int, listing.read_text().split()):
                found += [child, *descendants(child)]
    return found


def memory(pid: int) -> Memory:
    """Measure a worker: its own resident memory, what its children hold beyond what they share, and their files."""
    children = descendants(pid)
    alone = sum(
        _rollup(child, "Private_Clean:") + _rollup(child, "Private_Dirty:") - _rollup(child, "Pss_Shmem:")
        for child in children
    )
    own = _rollup(pid, "Rss:") - _rollup(pid, "Pss_Shmem:")
    return Memory(own, alone, _files_in_memory([pid, *children]), 1 + len(children))


def _files_in_memory(pids: list[int]) -> int:
    """Add up the files in memory that these processes have open, each once."""
    sizes: dict[int, int] = {}
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    if entry.readlink().name.startswith("memfd:"):
                        found = entry.stat()
                        sizes[found.st_ino] = found.st_blocks * 512
    return sum(sizes.values())


def _rollup(pid: int, field: str) -> int:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) * 1024
    return 0
