"""A day with three clients, two of them offline at times: late events are taken in without any replay."""

import random
from collections import Counter

from mission_collaboration import Admission, admit, reduce_collaboration_events
from tests.support.folding import Json, events_of
from tests.support.mix import benchmark_mix

EVENTS, BATCHES = 5_000, 300
OFFLINE = {1: ((900, 1_300), (3_000, 3_250)), 2: ((2_000, 2_350),)}
"""Client → from which event of the day to which it has no connection."""


def arrivals(events: list[Json], chance: random.Random) -> list[Json]:
    """Let each event come when its client has a connection, and somewhat late."""
    when = []
    for place, event in enumerate(events):
        client = chance.randrange(3)
        waits = [end for start, end in OFFLINE.get(client, ()) if start <= place < end]
        when.append((max([place, *waits]) + chance.uniform(0, 30), place, event))
    return [event for _, _, event in sorted(when)]


def batches(events: list[Json], chance: random.Random) -> list[list[Json]]:
    cuts = sorted(chance.sample(range(1, len(events)), BATCHES - 1))
    parts = [events[start:end] for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True)]
    return [
        part + (chance.choice(parts[: number + 1])[:5] if number % 5 == 4 else []) for number, part in enumerate(parts)
    ]


def test_the_ledger_of_a_day_is_what_strict_reduction_says() -> None:
    chance = random.Random(5)
    day = benchmark_mix(EVENTS)
    ledger: dict[str, str] = {}
    revised: Counter[tuple[str, str]] = Counter()
    late = newest = 0
    last: Admission | None = None
    for batch in batches(arrivals(day, chance), chance):
        late += sum(event["lamport_clock"] < newest for event in batch)
        newest = max(newest, *(event["lamport_clock"] for event in batch))
        last = admit(batch, mission_id="m1", checkpoint=last.checkpoint if last else None)
        for result in last.results:
            if result.verdict in ("accepted", "pending"):
                ledger[str(result.event_id)] = result.verdict
            elif result.verdict == "rejected":  # a copy of an event that was settled and forgotten long ago
                assert (result.code, ledger[str(result.event_id)]) == ("late-event", "accepted")
        for revision in last.revised:
            ledger[revision.event_id] = revision.verdict
            revised[revision.was, revision.verdict] += 1
    assert last is not None
    assert last.state is not None
    accepted = [event for event in day if ledger[event["event_id"]] == "accepted"]
    assert last.state.model_dump_json() == reduce_collaboration_events(events_of(accepted)).model_dump_json()
    assert accepted == day  # everything that waited for something got it
    assert late > EVENTS // 3
    assert revised["pending", "accepted"] > 50
    assert revised["accepted", "pending"] > 0
