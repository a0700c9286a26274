"""Freed memory goes back to the system; else a process stays as large as the largest body that it has worked on."""

import ctypes
from collections.abc import Callable


def _trimmer() -> Callable[[int], int] | None:
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # glibc has it; others give back by themselves
        return None
    return trim


_trim = _trimmer()


def give_back() -> None:
    """Give back what was freed, in a few milliseconds; for when there is nothing else to do."""
    if _trim is not None:
        _trim(0)
