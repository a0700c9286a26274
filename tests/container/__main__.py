"""Builds the images, runs them every way they are meant to be run, and tells what it saw.

    python -m tests.container                  needs an engine, and Compose v2 or docker-compose 1.29
    python -m tests.container replicas         that check alone; there are image, service, replicas

The exit status is 1 when anything is not as it has to be.
"""

import sys
import time
from collections.abc import Callable, Mapping
from typing import Final

from tests.container.engine import CheckError, Compose, await_health, composed, docker
from tests.container.image import await_answer, check_image
from tests.container.replicas import check_replicas

LOAD_SECONDS: Final = "14"


def main(chosen: list[str]) -> int:
    """Check everything, the cheapest first, or what is asked for."""
    if unknown := set(chosen) - set(CHECKS):
        print(f"No such check: {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}.", file=sys.stderr)
        return 2
    try:
        print(f"engine {docker('version', '--format', '{{.Server.Version}}').strip()}")
        with composed() as compose:
            compose("config", "--quiet")
            build(compose)
            for name in chosen or CHECKS:
                CHECKS[name](compose)
    except CheckError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def build(compose: Compose) -> None:
    """Build all images; the engine keeps what has not changed."""
    began = time.monotonic()
    compose("build")
    print(f"built in {time.monotonic() - began:.0f} s")


def check_service(compose: Compose) -> None:
    """Bring the service up as a developer does, and let both tools loose on it."""
    began = time.monotonic()
    compose("up", "--detach", "service")
    await_answer(f"http://127.0.0.1:{compose.port}")
    print(f"`up` to the first 200: {time.monotonic() - began:.2f} s", end=", ")
    await_health(compose.container("service"))
    print(f"to healthy: {time.monotonic() - began:.2f} s")
    print(f"conformance: {last_line(compose('run', '--rm', 'conformance'))}")
    print(f"load: {last_line(compose('run', '--rm', 'load', LOAD_SECONDS=LOAD_SECONDS))}")


CHECKS: Final[Mapping[str, Callable[[Compose], None]]] = {
    "image": lambda compose: check_image(),
    "service": check_service,
    "replicas": check_replicas,
}


def last_line(text: str) -> str:
    """Give the verdict at the end of a report."""
    return text.strip().splitlines()[-1]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
