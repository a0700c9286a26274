"""Replays for tests: lines of missions, the command run on them, and what it wrote."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tests.support import builders as build

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
FATES = ("accepted", "duplicate", "ignored", "rejected")


class Outputs(NamedTuple):
    """What a replay wrote."""

    states: bytes
    rejected: list[Json]
    census: Json

    @property
    def codes(self) -> list[str]:
        return [entry["code"] for entry in self.rejected]

    @property
    def fates(self) -> tuple[int, ...]:
        return tuple(self.census[fate] for fate in FATES)

    def state(self, mission_id: str) -> Json:
        """Find a mission's row."""
        rows = map(json.loads, self.states.splitlines())
        return next(row for row in rows if row["mission_id"] == mission_id)


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "mission_collaboration", "replay", *map(str, arguments)]


def replay(*arguments: str | Path, status: int = 0) -> str:
    """Run the command; gives what it printed on both streams."""
    done = subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def outputs(out: Path) -> Outputs:
    lines = (out / "rejected.ndjson").read_text("utf-8").splitlines()
    census = json.loads((out / "census.json").read_text("utf-8"))
    return Outputs((out / "states.ndjson").read_bytes(), list(map(json.loads, lines)), census)


def line(event: Any) -> bytes:
    return json.dumps(event).encode()


def write(path: Path, lines: Iterable[bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def mission(mission_id: str, *acts: tuple[str, Json], start: int = 1) -> list[Json]:
    """Make a mission's events, from pairs of type and payload; ids and clocks count from `start`."""
    return [
        build.event(event_type, {**payload, "mission_id": mission_id}, lamport_clock=clock)
        for clock, (event_type, payload) in enumerate(acts, start)
    ]
