"""Runs the scenarios one after another, headless, against a service of several workers started here.

    LOAD_SECONDS=30 LOAD_ONLY=soak,bursts LOAD_WORKERS=2 python -m loadtests

`LOAD_URL=http://service:8000` names a service that runs already, and had better be yours. The exit status is 1 if any
request failed, or any scenario sent none.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from loadtests.bench.servers import service
from loadtests.bench.wire import LOCALHOST
from loadtests.report import failed, table

HERE: Final = Path(__file__).parent
USERS: Final = {
    "steady": 20,
    "bursts": 16,
    "big_and_small": 12,
    "replays": 4,
    "explaining": 4,
    "live_loop": 6,
    "validation": 8,
    "skewed": 8,
    "soak": 6,
}
"""Scenario -> how many users it has."""
LONGEST_STOP: Final = 30
LONGEST_START: Final = 60


class Target(NamedTuple):
    """What is put under load."""

    url: str
    pid: int | None
    """Its process, where that is on this machine and can be watched."""
    name: str


def main() -> int:
    """Run them all, or those that are asked for."""
    chosen = [name for name in os.environ.get("LOAD_ONLY", "").split(",") if name] or list(USERS)
    if unknown := set(chosen) - set(USERS):
        print(f"No such scenario: {', '.join(sorted(unknown))}; there are {', '.join(USERS)}.", file=sys.stderr)
        return 2
    seconds = max(1, round(float(os.environ.get("LOAD_SECONDS", "30")) / len(chosen)))
    with target() as under_load:
        print(f"{under_load.name}, {seconds} s for each of {len(chosen)} scenarios", flush=True)
        outcomes = {name: run(name, under_load, seconds) for name in chosen}
    print(f"\n{table(outcomes)}")
    bad = failed(outcomes)
    print(f"\nFailed: {', '.join(bad)}" if bad else "\nNo request failed.")
    return 1 if bad else 0


@contextlib.contextmanager
def target() -> Iterator[Target]:
    """Give the service that `LOAD_URL` names, or start one."""
    if url := os.environ.get("LOAD_URL"):
        yield Target(url, None, url)
        return
    workers = int(os.environ.get("LOAD_WORKERS", "2"))
    with service(workers) as server:
        yield Target(f"http://{LOCALHOST}:{server.port}", server.pid, f"{workers} workers")


def run(name: str, under_load: Target, seconds: int) -> "tuple[int, list[dict[str, Any]]]":
    """Run one scenario in a process of its own; give its exit status and what it counted."""
    print(f"running {name} ...", flush=True)
    with tempfile.TemporaryDirectory() as room:
        kept = Path(room) / "counted"
        done = subprocess.run(
            [*command(name, under_load.url, seconds), "--json-file", str(kept)],
            env={**os.environ, "LOAD_PID": str(under_load.pid or "")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds + LONGEST_STOP + LONGEST_START,
            check=False,
        )
        counted = [json.loads(file.read_text()) for file in Path(room).iterdir()]
    for line in done.stdout.splitlines():
        print(f"  {line}", flush=True)
    return done.returncode, counted[0] if counted else []


def command(name: str, host: str, seconds: int) -> list[str]:
    """Write locust's command: bounded in time."""
    users = str(USERS[name])
    where = [
        "-m",
        "locust",
        "-f",
        str(HERE / f"{name}.py"),
        "--host",
        host,
        "--headless",
        "--only-summary",
        "--loglevel",
        "WARNING",
    ]
    bounds = ["-u", users, "-r", users, "-t", f"{seconds}s", "--stop-timeout", str(LONGEST_STOP)]
    return [sys.executable, *where, *bounds]


if __name__ == "__main__":
    raise SystemExit(main())
