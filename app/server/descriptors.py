"""How many files a process may have open: each connection is one."""

import contextlib
import resource
from typing import Final

OTHERS: Final = 500
"""Files that are no connections: bodies in memory, pipes, and connections that are being told to leave."""


def make_room_for(connections: int) -> None:
    """Raise the process's own limit as far as it is needed and allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= connections + OTHERS:
        return
    wanted = connections + OTHERS if hard == resource.RLIM_INFINITY else min(connections + OTHERS, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
