"""What a deliberately wrong implementation is: the service with one thing about it changed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from unittest.mock import patch

from app.api.application import create_app
from app.settings import Settings
from conformance.asgi import Application
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.handlers import HANDLERS, Handler

Patch = AbstractContextManager[Any]
Around = Callable[[Application], Application]

IN_PLACE = Settings(pool_size=0, window_events=20, recent_events=40)
"""Everything happens in this process: a change made here would not reach another one. A small window is soon full."""


@dataclass(frozen=True)
class Variant:
    """A wrong implementation, and how the kit finds it out."""

    name: str
    """What it does, in the present tense."""
    says: str
    """The same for someone who has not read the contract."""
    rule: str
    """The rule that it breaks, whose cases are run first."""
    caught_by: str
    """The first case that fails."""
    shows: tuple[str, str, str]
    """Where the report says that it went wrong, and how it begins to say what was expected and what came."""
    changes: tuple[Patch, ...] = field(default=(), repr=False)
    """What is different inside of the service."""
    around: Around | None = field(default=None, repr=False)
    """What stands between the service and its callers."""

    @contextmanager
    def service(self) -> Iterator[Application]:
        """Give the wrong service; the right one is back afterwards."""
        with ExitStack() as stack:
            for change in self.changes:
                stack.enter_context(change)
            app = service()
            yield self.around(app) if self.around else app


def service() -> Application:
    """Make the service as it is."""
    return cast(Application, create_app(IN_PLACE))


def handling(event_type: str, handle: Callable[[Accumulator, FoldEvent, Any, Handler], None]) -> Patch:
    """Let `handle` fold the events of a type; it is given the right handler as well."""
    right = HANDLERS[event_type]

    def wrong(accumulator: Accumulator, event: FoldEvent, payload: Any) -> None:
        handle(accumulator, event, payload, right)

    return cast(Patch, patch.dict(HANDLERS, {event_type: wrong}))


def instead(place: str, wrong: object) -> Patch:
    """Put something else in the place of `module.name`."""
    return cast(Patch, patch(place, wrong))
