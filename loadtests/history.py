"""Writes a history of many missions to try replays with: `python -m loadtests.history FOLDER --events 200000`.

The lines of all missions are mixed and shuffled over several files, some of them packed. There are events of other
types and duplicates in it, and, with --faults, lines of every kind that a replay rejects.
"""

import argparse
import gzip
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from loadtests.bench.streams import Json, mixed, ulid

PEOPLE: Final = 12
FILES: Final = 4
OTHER_SHARE: Final = 0.1
DUPLICATE_SHARE: Final = 0.02
LARGEST_ID: Final = 10**6
"""More events than a mission has."""


def mission(number: int, events: int) -> Iterator[bytes]:
    """Make the lines of a mission, in canonical order."""
    for event in mixed(events, seed=number, people=PEOPLE, mission=f"mission-{number:06}"):
        place = number * LARGEST_ID + event["lamport_clock"]
        yield line({**event, "event_id": ulid(place), "build_id": f"checkout-{number % 3}", "schema_version": "3.0.0"})


def line(event: Json) -> bytes:
    """Write an event as a line."""
    return json.dumps(event, ensure_ascii=False).encode()


def other(number: int) -> bytes:
    """Make an event of another type."""
    return line(
        {"event_type": "WPStatusChanged", "event_id": ulid(number), "payload": {"wp_id": f"WP{number % 40:02}"}}
    )


def faults(lines: list[bytes]) -> Iterator[bytes]:
    """Make lines of every kind that a replay rejects, from sound ones."""
    event = json.loads(lines[0])
    payload = event["payload"]
    yield b"{"
    yield b'{"event_type": "\xff"}'
    yield b"[" * 80 + b"]" * 80
    yield b"7"
    yield line({"specversion": "1.0", "type": "FocusChanged", "id": "e-1", "data": payload})
    yield line({"event_type": "FocusChanged", "mission_id": "mission-000001", "participant_id": "p"})
    yield line({**event, "event_type": ""})
    yield line({**event, "lamport_clock": -1})
    yield line({**event, "lamport_clock": -1, "payload": {}})
    yield line({**event, "payload": {}})
    yield line({**event, "event_id": ulid(LARGEST_ID * LARGEST_ID), "payload": {"mission_id": payload["mission_id"]}})
    yield line({**event, "node_id": "another"})
    for number, (event_type, more) in enumerate(BROKEN_RULES.items(), LARGEST_ID * LARGEST_ID):
        late = {"lamport_clock": LARGEST_ID, "event_id": ulid(number + 1), "event_type": event_type}
        yield line({**event, **late, "payload": {**payload, "participant_id": "stranger", **more}})


BROKEN_RULES: Final[dict[str, Json]] = {
    "PresenceHeartbeat": {},
    "WarningAcknowledged": {"participant_id": "participant-00", "warning_id": "none", "acknowledgement": "hold"},
    "PromptStepExecutionCompleted": {"participant_id": "participant-00", "step_id": "none", "outcome": "success"},
}
"""Type → what its payload needs to break only the rule that is meant."""


def history(events: int, missions: int, *, with_faults: bool, seed: int = 1) -> list[bytes]:
    """Make all lines, shuffled."""
    dice = random.Random(seed)
    lines = [text for number in range(missions) for text in mission(number, events // missions)]
    lines += dice.choices(lines, k=int(events * DUPLICATE_SHARE))
    lines += [other(number) for number in range(int(events * OTHER_SHARE))]
    if with_faults:
        lines += faults(lines)
    dice.shuffle(lines)
    return lines


def write(folder: Path, lines: list[bytes]) -> None:
    """Write lines into several files, the last of them packed."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(FILES):
        text = b"\n".join(lines[number::FILES]) + b"\n"
        if number == FILES - 1:
            (folder / f"{number}.ndjson.gz").write_bytes(gzip.compress(text, 1))
        else:
            (folder / f"{number}.ndjson").write_bytes(text)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.history", description="Write a history.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--missions", type=int, default=900)
    parser.add_argument("--faults", action="store_true")
    options = parser.parse_args()
    write(options.folder, history(options.events, options.missions, with_faults=options.faults))
    return 0


if __name__ == "__main__":
    sys.exit(main())
