"""The engine's commands, and those of compose, in either of its two versions."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final = "collaboration-check"
"""A name of its own, so that a service that is up already is not disturbed."""
PROFILES: Final = ("scale", "example", "conformance", "load")
LONGEST_COMMAND: Final = 1800.0
LONGEST_START: Final = 60.0
POLL: Final = 0.02


class CheckError(Exception):
    """Something is not as it has to be; the message says what."""


def docker(*arguments: str, given: bytes | None = None) -> str:
    """Run a command of the engine and give what it prints; raises `CheckError` with what it complained of."""
    return _run(["docker", *arguments], given=given)


def inspect(name: str, path: str) -> Any:
    """Look one thing up about a container or an image."""
    return json.loads(docker("inspect", "--format", f"{{{{json {path}}}}}", name))


def free_port() -> int:
    """Find a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def revision() -> str:
    """Name the commit that is built; `unknown` where there is no repository."""
    done = _done(["git", "rev-parse", "HEAD"])
    return done.stdout.decode().strip() or "unknown"


class Compose:
    """The project's compose file under a name and on ports of its own."""

    def __init__(self) -> None:
        self.port, self.scale_port, self.backend_port = free_port(), free_port(), free_port()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("COLLAB_", "LOAD_"))},
            "COLLAB_PORT": str(self.port),
            "COLLAB_PORT_2": str(free_port()),
            "COLLAB_PORT_3": str(free_port()),
            "REVISION": revision(),
            "SCALE_PORT": str(self.scale_port),
            "BACKEND_PORT": str(self.backend_port),
        }

    def __call__(self, *arguments: str, given: bytes | None = None, **variables: str) -> str:
        """Run a command with every profile, and give what it prints."""
        profiles = [word for profile in PROFILES for word in ("--profile", profile)]
        command = [*compose_command(), "--project-name", PROJECT, *profiles, *arguments]
        return _run(command, given=given, environment=self._environment | variables)

    def container(self, service: str) -> str:
        """Give the id of a service's container."""
        return self("ps", "-q", service).strip()


@contextmanager
def composed() -> Iterator[Compose]:
    """Give the compose file, and take everything down at the end."""
    compose = Compose()
    try:
        yield compose
    finally:
        compose("down", "--volumes", "--remove-orphans")


@cache
def compose_command() -> tuple[str, ...]:
    """Find Compose v2, or else docker-compose 1.29."""
    for command in (("docker", "compose"), ("docker-compose",)):
        if shutil.which(command[0]) and not _done([*command, "version"]).returncode:
            return command
    raise CheckError("neither `docker compose` nor `docker-compose` is installed")


def await_health(container: str) -> float:
    """Wait until a container's health check is content; give the seconds."""
    began = time.monotonic()
    while (health := inspect(container, ".State.Health.Status")) != "healthy":
        if health == "unhealthy" or time.monotonic() - began > LONGEST_START:
            raise CheckError(f"{container} is {health}:\n{docker('logs', container)}")
        time.sleep(POLL)
    return time.monotonic() - began


def _run(command: list[str], given: bytes | None = None, environment: dict[str, str] | None = None) -> str:
    done = _done(command, given, environment)
    if done.returncode:
        complaint = (done.stdout + done.stderr).decode()[-4000:]
        raise CheckError(f"{' '.join(command)}: status {done.returncode}\n{complaint}")
    return done.stdout.decode()


def _done(
    command: list[str], given: bytes | None = None, environment: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        input=given or b"",
        capture_output=True,
        timeout=LONGEST_COMMAND,
        check=False,
    )
