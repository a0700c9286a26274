"""Folds events that come in canonical order as they come, without keeping them (R1, R30, R31)."""

from mission_collaboration.contract.errors import EventRefusedError, OutOfOrderError
from mission_collaboration.contract.formats import ULID_LENGTH
from mission_collaboration.decoding.events import ReadEvent
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.content import content, same_content
from mission_collaboration.reducer.fold import step
from mission_collaboration.reducer.ordering import conflict, sort_key

_CROCKFORD = str.maketrans("0123456789ABCDEFGHJKMNPQRSTVWXYZ", "0123456789abcdefghijklmnopqrstuv")


class OrderedFold:
    """A fold under way. Of an event that was folded only its id is kept, as a number.

    The same content means the same sort key, so a true duplicate is always a neighbour, and an id that comes
    again later is a conflict.
    """

    def __init__(self, accumulator: Accumulator) -> None:
        self.accumulator = accumulator
        self._held: list[ReadEvent] = []
        self._seen: set[int] = set()
        self._conflicting: set[int] = set()

    def take(self, event: ReadEvent) -> None:
        """Take the next event; raises `OutOfOrderError`, or what strict mode refuses of the one before."""
        if self._held:
            before, now = sort_key(self._held[0]), sort_key(event)
            if now < before:
                raise placed(OutOfOrderError(event.event_id, event.event_type), event)
            if now == before:
                self._hold_also(event)
                return
        self.finish()
        self._held.append(event)

    def finish(self) -> None:
        """Fold what is still held back."""
        held, self._held = self._held, []
        for event in held:
            try:
                self._fold(event)
            except EventRefusedError as refusal:
                raise placed(refusal, event) from None

    def _fold(self, event: ReadEvent) -> None:
        number = _number(event.event_id)
        if number not in self._seen:
            self._seen.add(number)
            step(self.accumulator, event)
        elif number not in self._conflicting:
            self._conflicting.add(number)
            self.accumulator.refuse(conflict(event))

    def _hold_also(self, event: ReadEvent) -> None:
        """Hold back events with one sort key until all of them are known: the two smallest contents decide."""
        if not any(same_content(held, event) for held in self._held):
            self._held = sorted([*self._held, event], key=content)[:2]


def placed(refusal: EventRefusedError, event: ReadEvent) -> EventRefusedError:
    """Tell where the refused event stands."""
    refusal.index = event.index
    return refusal


def _number(event_id: str) -> int:
    """Map an id to a number, without loss: 44 bytes instead of 75, and one more bit tells ULID from UUID."""
    if len(event_id) == ULID_LENGTH:
        return int(event_id.translate(_CROCKFORD), 32)
    return int(event_id.replace("-", ""), 16) | 1 << 130
