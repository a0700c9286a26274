"""The events that were accepted lately, remembered by id and content, so that they are known when they come again."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.decoding.events import ReadEvent
from mission_collaboration.reducer.content import content, same_content

HASH_BYTES: Final = 16


def content_hash(event: FoldEvent) -> bytes:
    """Hash what an event says, whatever its spelling (R31)."""
    return blake2b(content(event).encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()


class RecentEvents:
    """The events accepted before, by id and hash, and those accepted now, whole; the latest last."""

    def __init__(self, ids: Sequence[str] = (), hashes: bytes = b"") -> None:
        self._ids: Final = ids
        self._hashes: Final = hashes
        self._places: Final = dict(zip(ids, range(len(ids)), strict=True))
        self._new: Final[dict[str, ReadEvent]] = {}

    def add(self, event: ReadEvent) -> None:
        """Remember an event that was accepted."""
        self._new[event.event_id] = event

    def knows(self, event: ReadEvent) -> bool:
        """Tell whether an event of this id was accepted lately."""
        return event.event_id in self._new or event.event_id in self._places

    def has_same(self, event: ReadEvent) -> bool:
        """Tell whether the event of this id said the same (R30)."""
        if accepted := self._new.get(event.event_id):
            return same_content(accepted, event)
        start = self._places[event.event_id] * HASH_BYTES
        return self._hashes[start : start + HASH_BYTES] == content_hash(event)

    def last(self, most: int) -> tuple[list[str], bytes]:
        """List the ids of the last ones, and their hashes in one piece."""
        new = list(self._new.values())[-most:]
        old = max(0, most - len(new))
        ids, hashes = (self._ids[-old:], self._hashes[-old * HASH_BYTES :]) if old else ((), b"")
        return [*ids, *(event.event_id for event in new)], hashes + b"".join(map(content_hash, new))
