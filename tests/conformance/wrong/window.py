"""Variants that get wrong what the window holds, what is late, and what is settled (L3, L4, L8)."""

from collections.abc import Sequence
from typing import Any

from mission_collaboration.admission.horizon import Horizon
from mission_collaboration.admission.remembered import Remembered
from mission_collaboration.admission.window import WindowBounds
from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import step
from mission_collaboration.reducer.ordering import Placed

from .admitting import SERVICE, asking
from .door import DOOR, forget, stopping
from .variant import Variant, instead

HORIZON = "mission_collaboration.admission.horizon.Horizon"
right_hand_out = Horizon.hand_out


def fold_all(accumulator: Accumulator, events: Sequence[FoldEvent]) -> dict[int, EventRefusedError]:
    """Fold as permissive reduction does, and call everything accepted."""
    for event in events:
        accumulator.strict = False
        step(accumulator, event)
    return {}


def by_clock(event: Placed) -> Any:
    return (event.lamport_clock or 0,)


def by_instant(event: Placed) -> Any:
    return (event.timestamp,)


def hand_out_and_keep(horizon: Horizon) -> Any:
    kept = [list(entries) for entries in entries_of(horizon)]
    settled = right_hand_out(horizon)
    for entries, before in zip(entries_of(horizon), kept, strict=True):
        entries.extend(before)
    return settled


def entries_of(horizon: Horizon) -> tuple[list[Any], ...]:
    accumulator = horizon.accumulator
    return accumulator.comments, accumulator.decisions, horizon.links, accumulator.anomalies


VARIANTS = (
    Variant(
        "folds the window in the order of arrival",
        "A state depends on how the history was cut into batches.",
        "L3",
        "An event after the horizon takes its place in a full window",
        ("/state/active_drivers/0", '"p1"', "(missing)"),
        changes=(instead("mission_collaboration.admission.merge.by_place", list),),
    ),
    Variant(
        "folds pending events",
        "Strangers act in the state.",
        "L4",
        "What comes from a later place does not help",
        ("/results/1/verdict", '"pending"', '"accepted"'),
        changes=(instead("mission_collaboration.admission.merge.fold_accepted", fold_all),),
    ),
    Variant(
        "lets pending events push the horizon",
        "Strangers fill the window, and all others are late.",
        "L4",
        "At most half of a window is pending",
        ("/results/0/verdict", '"rejected"', '"pending"'),
        changes=(instead("mission_collaboration.admission.window.WindowBounds.pending", property(lambda all_: all_)),),
    ),
    Variant(
        "holds no pending events",
        "What lacks a join that comes late is lost.",
        "L4",
        "What comes from a later place does not help",
        ("/results/1/verdict", '"pending"', '"rejected"'),
        changes=(
            instead("mission_collaboration.admission.window.WindowBounds.pending", property(lambda _: WindowBounds(0))),
        ),
    ),
    Variant(
        "settles too early",
        "Half of the window is past the horizon, and events are late that should not be.",
        "L3",
        "An event after the horizon takes its place in a full window",
        ("/horizon/lamport_clock", "1", "1008"),
        changes=(instead(f"{SERVICE}.WindowBounds", lambda events, size: WindowBounds(events // 2, size)),),
    ),
    Variant(
        "settles too late",
        "The window holds more than the limits tell.",
        "L3",
        "An event after the horizon takes its place in a full window",
        ("/horizon", '{"lamport_clock": 1}', "null"),
        changes=(instead(f"{SERVICE}.WindowBounds", lambda events, size: WindowBounds(events * 2, size)),),
    ),
    Variant(
        "takes late events in behind the horizon",
        "What was settled changes after all.",
        "L3",
        "An event of the horizon's clock and a smaller id is late",
        ("/results/0/verdict", '"rejected"', '"accepted"'),
        changes=(stopping(forget("_passed")),),
    ),
    Variant(
        "finds events late by their clock alone",
        "Two events of one clock cannot come in two batches.",
        "L3",
        "An event of the horizon's clock and a greater id is not late",
        ("/results/0/verdict", '"accepted"', '"rejected"'),
        changes=(instead(f"{DOOR}.sort_key", by_clock),),
    ),
    Variant(
        "finds events late by their time alone",
        "The producer's clock decides what the Lamport clock should.",
        "L3",
        "An event after the horizon takes its place in a full window",
        ("/results/0/verdict", '"accepted"', '"rejected"'),
        changes=(instead(f"{DOOR}.sort_key", by_instant),),
    ),
    Variant(
        "forgets what it settles",
        "A batch that is sent again is called late.",
        "L8",
        "Without settling nothing is handed out",
        ("/results/0/verdict", '"duplicate"', '"rejected"'),
        changes=(
            instead(
                "mission_collaboration.admission.remembered.Remembered.followed_by",
                lambda remembered, events, most: Remembered(),
            ),
        ),
    ),
    Variant(
        "hands out entries and keeps them",
        "What was settled is handed out with every batch.",
        "L8",
        "What cannot change any more is handed out once",
        ("/state/comments/0", "(missing)", '{"comment_id": "c2", "event_id": "01J0000000000000'),
        changes=(instead(f"{HORIZON}.hand_out", hand_out_and_keep),),
    ),
    Variant(
        "settles without being asked",
        "Entries leave the state though the request did not ask for that.",
        "L8",
        "Without settling nothing is handed out",
        ("/settled", "(missing)", '{"comments": [{"comment_id": "c2", "event_id": "01'),
        changes=(asking(settle=True),),
    ),
)
