"""Writes an explanation for a terminal: one line an event, or the answer to why an entry is as it is."""

import difflib
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from mission_collaboration.contract.state import Change
from mission_collaboration.explanation.timeline import Explanation, TimelineEntry

SIGNS: Final = {"add": "+", "remove": "-", "replace": "~"}
MOST_CHANGES: Final = 3
"""How many changes of one event a line shows."""
NAME_WIDTH: Final = 24
TROUBLE: Final = ("anomaly", "refused", "pending", "other-mission", "malformed")
NOTHING_DONE: Final = ("redundant", "duplicate", "ignored", "not-reached", "invited")


class TerminalLine(NamedTuple):
    """A line of the terminal."""

    text: str
    kind: str = "plain"
    """What it is about, for colours: `trouble`, `quiet` or `plain`."""


class Why(NamedTuple):
    """The event to blame for an entry of the state."""

    entry: str
    stands: bool
    """Whether the entry is there; if not, the event removed it."""
    event: TimelineEntry


class NoSuchEntryError(LookupError):
    """The state has no such entry and never had; the sentence names the nearest ones."""


def timeline_lines(explanation: Explanation[Any]) -> Iterator[TerminalLine]:
    """Write the whole timeline, with a heading that counts what came of the events."""
    effects = Counter(entry.effect for entry in explanation.timeline)
    counts = ", ".join(f"{count} {effect}" for effect, count in effects.most_common())
    mission = explanation.mission_id or "none"
    yield TerminalLine(f"Mission {mission}, {explanation.mode}: {len(explanation.timeline)} events ({counts})")
    yield TerminalLine("")
    positions: dict[str | None, int | None] = {}
    for entry in explanation.timeline:
        positions.setdefault(entry.event_id, entry.position)  # a second event of an id overwrites nothing
    for entry in explanation.timeline:
        kind = "trouble" if entry.effect in TROUBLE else "quiet" if entry.effect in NOTHING_DONE else "plain"
        yield TerminalLine(f"{event_columns(entry)}  {_outcome(entry, positions)}".rstrip(), kind)


def event_columns(entry: TimelineEntry) -> str:
    """Write place, time, people and type of an event in columns."""
    position = "-" if entry.position is None else str(entry.position)
    time = entry.timestamp.isoformat(sep=" ")[:19] if entry.timestamp else ""
    people = _cut(", ".join(entry.participant_ids))
    return f"{position:>6}  {time:19}  {people:{NAME_WIDTH}}  {_cut(entry.event_type or '?', 30):30}"


def why(explanation: Explanation[Any], entry_key: str) -> Why:
    """Find the event to blame for an entry of the state, or for its being gone; raises `NoSuchEntryError`."""
    event_id = explanation.blame.get(entry_key) or explanation.gone.get(entry_key)
    if event_id is None:
        near = difflib.get_close_matches(entry_key, [*explanation.blame, *explanation.gone], n=3, cutoff=0.5)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise NoSuchEntryError(f"No event of this batch touched {entry_key}{hint}")
    blamed = [entry for entry in explanation.timeline if entry.event_id == event_id and entry.changes]
    # a second event of an id leaves an anomaly and nothing else
    return Why(entry_key, entry_key in explanation.blame, blamed[-1 if entry_key.startswith("/anomalies/") else 0])


def why_lines(explanation: Explanation[Any], found: Why) -> Iterator[TerminalLine]:
    """Say which event is to blame, when it came, and what it did."""
    event = found.event
    yield TerminalLine(f"{found.entry} {'is there' if found.stands else 'is gone'} because of this event:")
    yield TerminalLine("")
    yield TerminalLine(event_columns(event).rstrip())
    behind = explanation.timeline[explanation.timeline.index(event) + 1 :]
    earlier = sum(other.index < event.index for other in behind if other.position is not None)
    late = f"; it came late, after {earlier} that stand behind it" if earlier else ""
    yield TerminalLine(f"        id {event.event_id}, event {event.index} of the batch as sent{late}")
    for change in event.changes:
        yield TerminalLine(f"        {_change(change)}")
    if event.reason:
        yield TerminalLine(f"        {event.code}: {event.reason}", "trouble")


def _outcome(entry: TimelineEntry, positions: dict[str | None, int | None]) -> str:
    """Say what an event did, or why it did nothing."""
    if entry.duplicate_of is not None:
        return f"duplicate of event {entry.duplicate_of}"
    said: str = entry.effect
    if entry.code is not None:
        said += f" {entry.code}: {entry.reason}" if entry.reason else f" {entry.code}"
    elif entry.changes:
        shown = [_change(change) for change in entry.changes[:MOST_CHANGES]]
        more = len(entry.changes) - len(shown)
        said += "  " + ", ".join(shown) + (f", and {more} more" if more else "")
    if entry.superseded_by:
        places = ", ".join(str(positions[event_id]) for event_id in entry.superseded_by)
        said += f"  (overwritten by {places})"
    return said


def _change(change: Change) -> str:
    return f"{SIGNS[change.op]} {change.path}"


def _cut(text: str, longest: int = NAME_WIDTH) -> str:
    """Shorten a text for its column."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def printable(text: str) -> str:
    """Replace control characters, which a terminal would obey, by question marks."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
