"""Counts of a replay: what became of every line, by code, type and producer."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec

LineFate = Literal["accepted", "duplicate", "ignored", "rejected"]
FATES: Final[tuple[LineFate, ...]] = ("accepted", "duplicate", "ignored", "rejected")


class Origin(NamedTuple):
    """What a line is counted under; "" for what it does not name."""

    event_type: str
    producer: str
    """The schema version."""


NAMELESS: Final = Origin("", "")


class Census:
    """A running count; censuses of parts of a history can be added."""

    def __init__(self) -> None:
        self.fates: Counter[tuple[Origin, LineFate]] = Counter()
        self.codes: Counter[str] = Counter()
        """Code → rejected lines."""
        self.missions = 0
        """States."""

    def count(self, fate: LineFate, origins: Iterable[tuple[str, str]]) -> None:
        """Count lines of one fate, each named by its type and producer."""
        for origin, count in Counter(origins).items():
            self.fates[Origin(*origin), fate] += count

    def reject(self, code: str, origin: Origin) -> None:
        """Count a rejected line."""
        self.fates[origin, "rejected"] += 1
        self.codes[code] += 1

    def encode(self) -> bytes:
        """Write it as JSON, for `add`."""
        fates = [(*origin, fate, count) for (origin, fate), count in self.fates.items()]
        return msgspec.json.encode({"fates": fates, "codes": self.codes, "missions": self.missions})

    def add(self, text: bytes) -> None:
        """Add a census that `encode` wrote."""
        other = msgspec.json.decode(text)
        for event_type, producer, fate, count in other["fates"]:
            self.fates[Origin(event_type, producer), fate] += count
        self.codes.update(other["codes"])
        self.missions += other["missions"]

    def report(self) -> dict[str, Any]:
        """Sum up, in the form of `census.json`."""
        totals: Counter[LineFate] = Counter()
        by_type: dict[str, Counter[LineFate]] = {}
        by_producer: dict[str, Counter[LineFate]] = {}
        for (origin, fate), count in self.fates.items():
            totals[fate] += count
            by_type.setdefault(origin.event_type, Counter())[fate] += count
            by_producer.setdefault(origin.producer, Counter())[fate] += count
        return {
            "read": totals.total(),
            **_four(totals),
            "missions": self.missions,
            "by_code": dict(sorted(self.codes.items())),
            "by_type": {name: _four(counts) for name, counts in sorted(by_type.items())},
            "by_producer": {name: _four(counts) for name, counts in sorted(by_producer.items())},
        }


def _four(counts: Mapping[LineFate, int]) -> dict[str, int]:
    return {fate: counts.get(fate, 0) for fate in FATES}
