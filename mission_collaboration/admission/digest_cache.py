"""Which texts were found sound before: found so once, a text need not be looked at again, for its digest is its own.

This saves time and changes no answer: a process that has not seen a text before looks at all of it.
"""

from threading import Lock
from typing import Final


class DigestCache:
    """The digests that were first added last, so many at most; threads may share it."""

    def __init__(self, most: int) -> None:
        self.most: Final = most
        self._digests: Final[dict[str, None]] = {}
        self._lock: Final = Lock()

    def __contains__(self, digest: str) -> bool:
        return digest in self._digests

    def add(self, digest: str) -> None:
        """Add one, and forget the one that was added first when there are too many."""
        with self._lock:
            self._digests[digest] = None
            if len(self._digests) > self.most:
                del self._digests[next(iter(self._digests))]
