"""The accepted events that the horizon has passed, remembered by id and hash so that they are known again (L8)."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from mission_collaboration.admission.window import HASH_BYTES, WindowEvent, content_hash, content_of
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.content import content_2_1_0

FIRST_RELEASE_HASH_BYTES: Final = 16


class Remembered:
    """Ids and hashes, oldest first; the oldest of them may have hashes as contract 2.1.0 wrote content (L9)."""

    def __init__(self, ids: Sequence[str] = (), hashes: Sequence[bytes] = (), of_first_release: int = 0) -> None:
        self.ids: Final = ids
        self.hashes: Final = hashes
        self.of_first_release: Final = of_first_release
        """How many of the oldest ones were hashed by the first release."""
        self._positions: Final = dict(zip(ids, range(len(ids)), strict=True))

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._positions

    def has_same(self, event: FoldEvent) -> bool:
        """Tell whether the remembered event of this id said the same (R30)."""
        position = self._positions[event.event_id]
        hashed = first_release_hash if position < self.of_first_release else current_hash
        return self.hashes[position] == hashed(event)

    def followed_by(self, events: Sequence[FoldEvent], most: int) -> "Remembered":
        """Remember these accepted events as well, newest last, and forget the oldest beyond `most`."""
        newest = events[-most:]
        dropped = max(0, len(self.ids) + len(newest) - most)
        return Remembered(
            [*self.ids[dropped:], *(event.event_id for event in newest)],
            [*self.hashes[dropped:], *map(_hash_of, newest)],
            max(0, self.of_first_release - dropped),
        )


def current_hash(event: FoldEvent) -> bytes:
    """Hash an event's content."""
    return content_hash(content_of(event))


def _hash_of(event: FoldEvent) -> bytes:
    return event.content_hash if isinstance(event, WindowEvent) else current_hash(event)


def first_release_hash(event: FoldEvent) -> bytes:
    """Hash an event's content as contract 2.1.0 wrote it."""
    text = content_2_1_0(event).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=FIRST_RELEASE_HASH_BYTES).digest()[:HASH_BYTES]


def shortened(hashes: bytes) -> list[bytes]:
    """Take the hashes of a checkpoint of the first release apart, each as long as those of today."""
    starts = range(0, len(hashes), FIRST_RELEASE_HASH_BYTES)
    return [hashes[start : start + HASH_BYTES] for start in starts]
