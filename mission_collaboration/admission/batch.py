"""Reads a batch whose events may be anything: each by itself, so that a malformed one never taints its neighbours."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import structs
from pydantic import ValidationError

from mission_collaboration.admission.verdicts import INVALID_ENVELOPE, Verdict
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.violations import model_violations
from mission_collaboration.decoding.events import ReadEvent, read_events
from mission_collaboration.decoding.reader import read_sure_envelopes

LONGEST_NAME: Final = 200
"""How many characters of an id that is none a verdict repeats."""
MOST_EXPLAINED: Final = 1_000
"""Of how many malformed envelopes a batch's verdicts say what is wrong; the others are rejected by their code alone."""
Batch = tuple[list[ReadEvent], list[Verdict]]
"""The events to admit, and the verdicts on all others."""


def read_values(values: Sequence[Any]) -> Batch:
    """Read decoded JSON, whatever it is."""
    sure = read_sure_envelopes(values)
    return read_batch(values) if sure is None else _parted(sure, range(len(sure)), [])


def read_batch(values: Sequence[Any]) -> Batch:
    """Read events one by one; what is an `Event` already is taken as it is."""
    events: list[Event] = []
    places: list[int] = []
    verdicts: list[Verdict] = []
    for index, value in enumerate(values):
        try:
            events.append(Event.model_validate(value))
            places.append(index)
        except ValidationError as error:
            verdicts.append(_invalid(index, value, error if len(verdicts) < MOST_EXPLAINED else None))
    return _parted(events, places, verdicts)


def _parted(events: Sequence[Event], places: Sequence[int], verdicts: list[Verdict]) -> Batch:
    """Part the collaboration events from those of other types, which are ignored (E2)."""
    read = [structs.replace(event, index=places[event.index]) for event in read_events(events)]
    ours = {event.index for event in read}
    ignored = [
        Verdict(index, event.event_id, event.event_type, "ignored")
        for index, event in zip(places, events, strict=True)
        if index not in ours
    ]
    return read, [*verdicts, *ignored]


def _invalid(index: int, value: Any, error: ValidationError | None) -> Verdict:
    named = value if isinstance(value, dict) else {}
    verdict = Verdict(
        index, _text(named.get("event_id")), _text(named.get("event_type")), "rejected", code=INVALID_ENVELOPE
    )
    if error is None:
        return verdict
    location, violation = next(model_violations(error))
    return structs.replace(verdict, detail=violation.message, location=location)


def _text(value: Any) -> str | None:
    """Repeat what ought to be a name, where it is a text that can be written."""
    return value[:LONGEST_NAME].encode("utf-8", "replace").decode() if isinstance(value, str) else None
