"""The accepted events that the horizon has passed, remembered by id and hash so that they are known again (L8)."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Final

from mission_collaboration.admission.window import HASH_BYTES, WindowEvent, content_hash
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.content import content_bytes, content_bytes_2_1_0

FIRST_RELEASE_HASH_BYTES: Final = 16


class Remembered:
    """Ids and hashes, oldest first; the oldest of them may have hashes as contract 2.1.0 wrote content (L9)."""

    def __init__(self, ids: Sequence[str] = (), hashes: bytes = b"", of_first_release: int = 0) -> None:
        self.ids: Final = ids
        self.hashes: Final = hashes
        """The hashes of all, in one piece."""
        self.of_first_release: Final = of_first_release
        """How many of the oldest ones were hashed by the first release."""

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Id → its place among `ids`."""
        return dict(zip(self.ids, range(len(self.ids)), strict=True))

    @property
    def is_consistent(self) -> bool:
        """Whether every id is there once, with a hash."""
        count = len(self.ids)
        return (
            len(self.positions) == count
            and len(self.hashes) == HASH_BYTES * count
            and 0 <= self.of_first_release <= count
        )

    def has_same(self, event: FoldEvent) -> bool:
        """Whether the remembered event of this id said the same (R30)."""
        position = self.positions[event.event_id]
        hashed = first_release_hash if position < self.of_first_release else current_hash
        return self.hashes[position * HASH_BYTES : (position + 1) * HASH_BYTES] == hashed(event)

    def followed_by(self, events: Sequence[FoldEvent], most: int) -> "Remembered":
        """Remember these accepted events as well, newest last, and forget the oldest beyond `most`."""
        newest = events[-most:]
        hashes = (event.content_hash if isinstance(event, WindowEvent) else current_hash(event) for event in newest)
        dropped = max(0, len(self.ids) + len(newest) - most)
        return Remembered(
            [*self.ids[dropped:], *(event.event_id for event in newest)],
            self.hashes[dropped * HASH_BYTES :] + b"".join(hashes),
            max(0, self.of_first_release - dropped),
        )


def current_hash(event: FoldEvent) -> bytes:
    """Hash an event's content."""
    return content_hash(content_bytes(event))


def first_release_hash(event: FoldEvent) -> bytes:
    """Hash an event's content as contract 2.1.0 wrote it."""
    return blake2b(content_bytes_2_1_0(event), digest_size=FIRST_RELEASE_HASH_BYTES).digest()[:HASH_BYTES]


def shortened_hashes(hashes: bytes) -> bytes:
    """Make the hashes of a checkpoint of the first release as long as those of today."""
    starts = range(0, len(hashes), FIRST_RELEASE_HASH_BYTES)
    return b"".join(hashes[start : start + HASH_BYTES] for start in starts)
