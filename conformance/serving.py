"""Starts the service of this repository on a free port, for a pytest run that was given no address."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO

import httpx

START_SECONDS = 30.0
STOP_SECONDS = 10.0

# A service that takes a time without an offset for local time shows it only where the local time is not UTC.
FAR_FROM_UTC = "KIT-05:45"


def free_port() -> int:
    """Ask the system for a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def service() -> Iterator[str]:
    """Run `python -m app` and give its address once it is ready."""
    port = free_port()
    settings = {**os.environ, "COLLAB_HOST": "127.0.0.1", "COLLAB_PORT": str(port), "TZ": FAR_FROM_UTC}
    with TemporaryFile() as log:
        process = subprocess.Popen([sys.executable, "-m", "app"], env=settings, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url, process, log)
            yield url
        finally:
            stop(process)


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    """Poll `/readyz`; when the service dies or takes too long, show what it printed."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if is_ready(url):
            return
        time.sleep(0.05)
    log.seek(0)
    raise RuntimeError(f"the service did not become ready at {url}:\n{log.read().decode(errors='replace')}")


def is_ready(url: str) -> bool:
    """Ask once."""
    try:
        return httpx.get(f"{url}/readyz", timeout=1.0, trust_env=False, verify=False).status_code == 200
    except httpx.HTTPError:
        return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the service, by force if asking does not help."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
