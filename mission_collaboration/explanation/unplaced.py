"""What has no place in canonical order: events of other types, and what is no event at all."""

from collections.abc import Callable, Mapping

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import Location
from mission_collaboration.decoding.batch import INVALID_ENVELOPE, Batch, BrokenEvent, OtherEvent, explained
from mission_collaboration.decoding.refusals import RequestFinding
from mission_collaboration.explanation.explained_fold import texts_of
from mission_collaboration.explanation.timeline import Effect, TimelineEntry

Locate = Callable[[int, Location, str, str], RequestFinding]
"""Says where in what was sent something stands: the index of its event, the location in it, code and message."""


def unplaced(batch: Batch, finding: Locate) -> list[TimelineEntry]:
    """List the entries of everything in a batch that has no place in the order, by index."""
    told = [_entry_of(other, "ignored") for other in batch.others]
    for broken, first in explained(batch.broken):
        entry = _entry_of(broken, "malformed")
        entry.code = INVALID_ENVELOPE
        if first is not None:
            location, violation = first
            field = ".".join(map(str, location))
            entry.reason = f"Malformed envelope: {field}: {violation.message}" if field else violation.message
            found = finding(broken.index, location, violation.violation_type, violation.message)
            entry.pointer, entry.line = found.pointer, found.line
        told.append(entry)
    return sorted(told, key=lambda entry: entry.index)


def _entry_of(sent: OtherEvent | BrokenEvent, effect: Effect) -> TimelineEntry:
    """Begin to tell of something that may be no event, as far as it can be read."""
    value = sent.value
    payload = (
        value.payload if isinstance(value, Event) else value.get("payload") if isinstance(value, Mapping) else None
    )
    return TimelineEntry(
        index=sent.index,
        position=None,
        event_id=sent.event_id,
        event_type=sent.event_type,
        lamport_clock=None,
        timestamp=None,
        participant_ids=texts_of(payload),
        effect=effect,
        changes=(),
    )
