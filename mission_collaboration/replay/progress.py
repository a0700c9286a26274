"""How far a replay is: a bar on a terminal, a line now and then elsewhere, nothing when it is to be quiet."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

from tqdm import tqdm

EVERY: Final = 5.0
"""Seconds between two lines."""
UNITS: Final = {"reading": "B", "sorting": "%", "folding": "events", "on Spark": "%"}


class Progress:
    """Shows one step after the other."""

    def __init__(self, *, quiet: bool, stream: TextIO = sys.stderr) -> None:
        self._quiet: Final = quiet
        self._stream: Final = stream
        self._live: Final = stream.isatty()
        self._step = ""
        self._total = self._done = 0
        self._bar: Any = None
        self._began = self._told = time.monotonic()

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[None]:
        """Show a step: `total` bytes are read, events folded, per cent sorted."""
        self._step, self._total, self._done = name, total, 0
        self._began = self._told = time.monotonic()
        if self._live and not self._quiet:
            unit = UNITS[name]
            self._bar = tqdm(
                desc=f"{name:8}", total=total, unit=unit, unit_scale=unit != "%", file=self._stream, dynamic_ncols=True
            )
        try:
            yield
            self.move_to(total)
        finally:
            if self._bar is not None:
                self._bar.close()
                self._bar = None
        self.say(f"{name}: done in {time.monotonic() - self._began:.1f} s")

    def move_to(self, done: int) -> None:
        """Show that so much of the step is done."""
        done = max(0, min(done, self._total))
        if self._bar is not None:
            self._bar.update(done - self._done)
        elif time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            seconds = self._told - self._began
            left = f", {seconds * (self._total - done) / done:.0f} s left" if done else ""
            rate = f"{done / seconds:,.0f} {UNITS[self._step]}/s"
            self.say(f"{self._step}: {100 * done // max(self._total, 1)} %, {rate}{left}")
        self._done = done

    def say(self, line: str) -> None:
        """Write a line of log, except on a terminal, where the bar says it."""
        if not self._quiet and not self._live:
            print(f"{time.strftime('%H:%M:%S')} {line}", file=self._stream, flush=True)

    def warn(self, line: str) -> None:
        """Write a line of log on a terminal as well."""
        if not self._quiet:
            print(line, file=self._stream, flush=True)
