"""Times the Python function against `json.loads` of one batch: `python -m loadtests.bench.in_process ROUNDS < body`."""

import json
import sys
import time
from collections.abc import Callable

from mission_collaboration import Event, reduce_collaboration_events


def seconds(work: Callable[[], object]) -> float:
    """Time some work, once."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> int:
    """Print the times of parsing and of reducing, taken in turns."""
    text = sys.stdin.buffer.read()
    events = [Event.model_validate(event) for event in json.loads(text)["events"]]
    state = reduce_collaboration_events(events)
    if state.event_count != len(events):
        raise SystemExit(f"event_count is {state.event_count}, and ought to be {len(events)}")
    rounds = range(int(sys.argv[1]))
    times = [(seconds(lambda: json.loads(text)), seconds(lambda: reduce_collaboration_events(events))) for _ in rounds]
    print(json.dumps([list(column) for column in zip(*times, strict=True)]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
