"""The real server, `python -m app`, as a process that tests start, watch and end."""

import contextlib
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]
ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "8388608", "MALLOC_ARENA_MAX": "2"}
"""As the image and `make serve` have it: large blocks go back to the system once they are freed."""
KEPT = ("PATH", "HOME", "LANG")
DEADLINE = 30.0
"""Seconds that anything here may take; all of it takes far less."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(**variables: Any) -> dict[str, str]:
    """Make the environment of a server from nothing but these variables and where Python finds things."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT or name.startswith("COVERAGE_")}
    return ALLOCATOR | kept | {name: str(value) for name, value in variables.items()}


def is_up(port: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/livez", timeout=DEADLINE, verify=False).status_code == 200
    return False


@contextlib.contextmanager
def server(port: int, **variables: Any) -> Iterator[subprocess.Popen[str]]:
    """Start a server, wait until the port answers, and kill it at the end if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env=environment(**variables),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            deadline = time.monotonic() + DEADLINE
            while not is_up(port):
                assert time.monotonic() < deadline, "the server did not start in time"
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.05)
                    pytest.fail(f"the server ended: {process.communicate()}")
            yield process
        finally:
            process.kill()


def until(is_so: Callable[[], bool], what: str) -> None:
    """Look again and again until it is so."""
    deadline = time.monotonic() + DEADLINE
    never = threading.Event()
    while not is_so():
        assert time.monotonic() < deadline, f"not in time: {what}"
        never.wait(0.01)


def descendants(pid: int) -> list[int]:
    """List the processes that a process started, and those that they started."""
    found: list[int] = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for child in map(int, listing.read_text().split()):
                found += [child, *descendants(child)]
    return found


@contextlib.contextmanager
def watched(pids: Iterable[int]) -> Iterator[list[int]]:
    """Hold on to processes, so that their end can be waited for."""
    handles = [os.pidfd_open(pid) for pid in pids]
    yield handles
    for handle in handles:
        os.close(handle)


def wait_for_end(handles: list[int], seconds: float = DEADLINE) -> None:
    """Wait until every one of these processes has ended."""
    deadline = time.monotonic() + seconds
    for handle in handles:
        ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, "a process outlives its parent"


def metrics_folders_of(pids: list[int]) -> list[str]:
    """List the shared folders that these processes have left behind."""
    ours = {str(pid) for pid in pids}
    return [
        folder.name
        for folder in Path("/dev/shm").glob("collab-metrics-*")
        if ours & {file.stem for file in folder.glob("*.json")}
    ]
