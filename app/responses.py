"""Responses that carry what the access log and the metrics count."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple

from starlette.responses import Response

from mission_collaboration.contract.constants import COLLABORATION_EVENT_TYPES

OTHER_TYPES: Final = "other"
"""The type of all events of other types, so that no caller can fill a page with names of their own."""
_event_type = attrgetter("event_type")
_verdict = attrgetter("verdict", "code")


class BatchStatistics(NamedTuple):
    """What was in a body that was answered; made where it is worked on, and sent along with the answer."""

    events: int
    types: Mapping[str, int]
    """Event type → how many; of other types than the contract's, `other` → how many."""
    mode: str | None = None
    anomalies: int = 0
    verdicts: Mapping[tuple[str, str], int] | None = None
    """Verdict and code, which is empty where there is none → how many, in the live loop."""
    windows: Sequence[int] = ()
    """How many events the window of each mission holds after the batch."""
    checkpoints: Sequence[int] = ()
    """How many bytes the new checkpoint of each mission has."""


def batch_statistics(events: Collection[Any], mode: str | None = None, anomalies: int = 0) -> BatchStatistics:
    """Count events by type: the contract's by their names, of which there are few, and all others together."""
    types: Mapping[str, int] = (counted := Counter(map(_event_type, events)))
    if not counted.keys() <= COLLABORATION_EVENT_TYPES:
        known = {name: counted[name] for name in COLLABORATION_EVENT_TYPES & counted.keys()}
        types = {**known, OTHER_TYPES: len(events) - sum(known.values())}
    return BatchStatistics(len(events), types, mode, anomalies)


def loop_statistics(verdicts: Sequence[Any], moved: Sequence[tuple[int, int]]) -> BatchStatistics:
    """Count verdicts; `moved` has, for each mission, the events of its window and the bytes of its checkpoint."""
    told = {(verdict, code or ""): count for (verdict, code), count in Counter(map(_verdict, verdicts)).items()}
    windows, checkpoints = [events for events, _ in moved], [size for _, size in moved]
    return batch_statistics(verdicts)._replace(verdicts=told, windows=windows, checkpoints=checkpoints)


class BatchResponse(Response):
    """An answer with the statistics that the access log and the metrics want."""

    statistics: BatchStatistics | None = None
    refusal: str | None = None
    kept: object = None
    """What the answer was made of. It is freed after the answer was sent, because freeing a batch takes time."""

    def __getstate__(self) -> dict[str, object]:
        """Travel without what only this process has."""
        return {name: value for name, value in self.__dict__.items() if name != "kept"}
