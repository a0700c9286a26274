"""How fast something has to go on: so many bytes in every window of time, seen at regular looks."""

from collections import deque
from typing import Final

from app.settings import Settings

LONGEST_TICK: Final = 1.0
LOOKS_A_DEADLINE: Final = 8


def tick(settings: Settings) -> float:
    """Tell how many seconds pass from look to look: a second, or less where a deadline is short."""
    shortest = min(settings.head_seconds, settings.body_seconds, settings.keep_alive_seconds)
    return min(LONGEST_TICK, shortest / LOOKS_A_DEADLINE)


class Pace:
    """A window that slides over what was counted; what was done before it cannot make up for what is not done now."""

    def __init__(self, settings: Settings) -> None:
        looks = max(1, round(settings.body_seconds / tick(settings)) - 1)  # the first look may come a tick late
        self._needed = settings.min_body_rate * looks * tick(settings)
        self._counts: deque[int] = deque(maxlen=looks + 1)

    def is_too_slow(self, count: int) -> bool:
        """Take the count of this look; say whether it has grown too little since the window began."""
        self._counts.append(count)
        return len(self._counts) == self._counts.maxlen and count - self._counts[0] < self._needed
