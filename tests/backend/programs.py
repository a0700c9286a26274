"""The service and the example backend as processes, which tests start and kill."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import httpx

from conformance.serving import free_port
from tests.support.running import DEADLINE, ROOT, environment

BACKEND: Final = "docs.examples.backend.app:create_app"


class Program:
    """A server at a port that it keeps, however often it is killed and started again."""

    def __init__(self, arguments: list[str], variables: Mapping[str, str], port: int, page: str) -> None:
        self._command = [sys.executable, "-m", *arguments]
        self._environment = environment(**variables)
        self.address, self._page = f"http://127.0.0.1:{port}", page
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + DEADLINE
        while not self._answers():
            assert time.monotonic() < deadline, f"{self._command} did not start"
            assert self._process.poll() is None, f"{self._command} ended"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(DEADLINE)

    def _answers(self) -> bool:
        try:
            return httpx.get(self.address + self._page, trust_env=False, timeout=DEADLINE).is_success
        except httpx.TransportError:
            return False


@contextmanager
def started_service(window: int, **settings: str) -> Iterator[tuple[str, Program]]:
    port = free_port()
    settings |= {"COLLAB_PORT": str(port), "COLLAB_WINDOW_EVENTS": str(window)}
    program = Program(["app"], settings, port, "/readyz")
    try:
        yield program.address, program
    finally:
        program.kill()


@contextmanager
def started_backend(database: str, service: str) -> Iterator[Program]:
    port = free_port()
    arguments = ["uvicorn", "--factory", BACKEND, "--port", str(port), "--log-level", "error"]
    variables = {"DATABASE_URL": database, "SERVICE_URL": service}
    program = Program(arguments, variables, port, "/dead-letters?limit=1")
    try:
        yield program
    finally:
        program.kill()
