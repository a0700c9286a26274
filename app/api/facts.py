"""What an operator may know of a request: numbers and kinds, never what was in it."""

from collections import Counter
from collections.abc import Collection, Mapping
from operator import attrgetter
from time import perf_counter, time
from typing import Any, Final, NamedTuple

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.contract.constants import COLLABORATION_EVENT_TYPES

SIGHT: Final = "app.sight"
"""Where a request's sight stands in its scope."""
OTHER: Final = "other"
"""The type of all events of other types, so that nobody can fill a page with names of his own."""
_event_type = attrgetter("event_type")


class Facts(NamedTuple):
    """What was in a body that was answered; made where it is worked on, and sent along with the answer."""

    events: int
    types: Mapping[str, int]
    """Event type → how many; of other types than the contract's, `other` → how many."""
    mode: str | None = None
    anomalies: int = 0


class Sight:
    """What is seen of one request, from its head to its answer's end."""

    __slots__ = (
        "begun",
        "bytes_in",
        "bytes_out",
        "facts",
        "method",
        "path",
        "refusal",
        "request_id",
        "seconds",
        "status",
    )

    def __init__(self, method: str, path: str, request_id: str) -> None:
        self.method = method
        self.path = path
        self.request_id = request_id
        self.begun = perf_counter()
        self.seconds = 0.0
        self.status = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.facts: Facts | None = None
        self.refusal: str | None = None

    @property
    def ended(self) -> float:
        """About when the request ended, by the clock; asked soon after."""
        return time() - (perf_counter() - self.begun - self.seconds)


def facts_of(events: Collection[Any], mode: str | None = None, anomalies: int = 0) -> Facts:
    """Count events by type."""
    return Facts(len(events), _few(Counter(map(_event_type, events))), mode, anomalies)


def _few(types: Counter[Any]) -> Mapping[str, int]:
    """Keep the contract's types, of which there are few; what others are called is known to the caller alone."""
    if types.keys() <= COLLABORATION_EVENT_TYPES:
        return types
    known = {name: types[name] for name in COLLABORATION_EVENT_TYPES & types.keys()}
    return {**known, OTHER: types.total() - sum(known.values())}


class Told(Response):
    """An answer that tells facts about its request to whoever watches."""

    facts: Facts | None = None
    refusal: str | None = None
    kept: object = None
    """What the answer was made of: let go when it is sent, for freeing a batch takes time, too."""

    def __getstate__(self) -> dict[str, object]:
        """Travel without what only this process has."""
        return {name: value for name, value in self.__dict__.items() if name != "kept"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        sight: Sight | None = scope.get(SIGHT)
        if sight is not None:
            self.tell(sight)
        await super().__call__(scope, receive, send)

    def tell(self, sight: Sight) -> None:
        """Tell what there is to tell."""
        sight.facts = self.facts
        sight.refusal = self.refusal
