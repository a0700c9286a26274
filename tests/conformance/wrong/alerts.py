"""Variants that get wrong warnings (R17, R18, S8)."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import structs

from mission_collaboration.contract import constants as c
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.handlers import Handler

from .variant import Patch, Variant, handling

Change = Callable[[Accumulator, FoldEvent, Any, Handler], None]


def warning(change: Change) -> tuple[Patch, ...]:
    """Get both types of warning wrong."""
    return tuple(handling(kind, change) for kind in (c.CONCURRENT_DRIVER_WARNING, c.POTENTIAL_STEP_COLLISION_DETECTED))


def name(accumulator: Accumulator, warning_id: str, people: Iterable[str]) -> None:
    """Let a warning that is written already name other people."""
    written: Any = accumulator.warnings[warning_id]
    accumulator.warnings[warning_id] = structs.replace(written, participant_ids=tuple(people))


def drop_answers(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    known = accumulator.warnings.get(payload.warning_id)
    if known is not None and known.warning_type != c.UNKNOWN_WARNING:
        known.acknowledgements.clear()
    right(accumulator, event, payload)


def move_to_the_end(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    right(accumulator, event, payload)
    accumulator.warnings[payload.warning_id] = accumulator.warnings.pop(payload.warning_id)


def keep_first(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    known = accumulator.warnings.get(payload.warning_id)
    if known is None or known.warning_type == c.UNKNOWN_WARNING:
        right(accumulator, event, payload)


def note_once(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    before = len(accumulator.anomalies)
    right(accumulator, event, payload)
    del accumulator.anomalies[before + 1 :]


def note_each_mention(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    right(accumulator, event, payload)
    for place, person in enumerate(payload.participant_ids):
        if person in payload.participant_ids[:place] and person not in accumulator.participants:
            accumulator.refuse_unknown(event, person)


def record_among_members_alone(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if accumulator.participants.keys() >= set(payload.participant_ids):
        right(accumulator, event, payload)
        return
    for place, person in enumerate(payload.participant_ids):
        if person not in {*accumulator.participants, *payload.participant_ids[:place]}:
            accumulator.refuse_unknown(event, person, ("payload", "participant_ids", place))


def record_members_alone(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    right(accumulator, event, payload)
    known = [person for person in payload.participant_ids if person in accumulator.participants]
    name(accumulator, payload.warning_id, known)


def record_distinct(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    right(accumulator, event, payload)
    name(accumulator, payload.warning_id, sorted(set(payload.participant_ids)))


def ask_nobody(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    accumulator.participants, members = {**accumulator.departed, **accumulator.participants}, accumulator.participants
    try:
        right(accumulator, event, payload)
    finally:
        accumulator.participants = members


VARIANTS = (
    Variant(
        "drops acknowledgements when a warning repeats",
        "Everybody has to answer a warning again whenever it is raised again.",
        "R18",
        "A warning raised again keeps its acknowledgements (strict)",
        ("/warnings/0/acknowledgements/p1", '"hold"', "(missing)"),
        warning(drop_answers),
    ),
    Variant(
        "moves a repeated warning to the end",
        "A warning that is raised again loses its place in the list.",
        "R18",
        "A warning raised again is replaced in its place (strict)",
        ("/warnings/0/warning_id", '"w1"', '"w2"'),
        warning(move_to_the_end),
    ),
    Variant(
        "keeps the first of two warnings with one id",
        "A warning that is raised again still names those whom it named at first.",
        "R18",
        "A warning raised again keeps its acknowledgements (strict)",
        ("/warnings/0/event_id", '"01J00000000000000000000003"', '"01J00000000000000000000001"'),
        warning(keep_first),
    ),
    Variant(
        "records one anomaly for all strangers of a warning",
        "Of several strangers whom a warning names only one is reported.",
        "R17",
        "A warning that names two strangers is refused for the first (permissive)",
        ("/anomalies", '[{"event_id": "01J00000000000000000000001",', '[{"event_id": "01J00000000000000000000001",'),
        warning(note_once),
    ),
    Variant(
        "records an anomaly for each mention of a stranger",
        "A stranger whom a warning names twice is reported twice.",
        "R17",
        "A stranger named twice in a warning is one anomaly (permissive)",
        ("/anomalies", '[{"event_id": "01J00000000000000000000001",', '[{"event_id": "01J00000000000000000000001",'),
        warning(note_each_mention),
    ),
    Variant(
        "does not record a warning that names strangers",
        "A warning is lost in permissive mode because one of those whom it names is not there.",
        "R17",
        "A driver warning that names a stranger is recorded all the same (permissive)",
        ("/warnings/0", '{"warning_id": "w1", "event_id":', "(missing)"),
        warning(record_among_members_alone),
    ),
    Variant(
        "leaves strangers out of a warning",
        "A warning is recorded without those of whom the roster does not know.",
        "R17",
        "A driver warning that names a stranger is recorded all the same (permissive)",
        ("/warnings/0/participant_ids/1", '"p9"', "(missing)"),
        warning(record_members_alone),
    ),
    Variant(
        "lets warnings name the departed",
        "A warning about someone who left goes unnoticed.",
        "R17",
        "A driver warning that names someone who left is recorded (strict)",
        ("status", "422", "200"),
        warning(ask_nobody),
    ),
    Variant(
        "lists each participant of a warning once, by name",
        "Those whom a warning names are not listed as its producer listed them.",
        "S8",
        "A driver warning is recorded with its participants as sent (strict)",
        ("/warnings/0/participant_ids/0", '"p2"', '"p1"'),
        warning(record_distinct),
    ),
)
