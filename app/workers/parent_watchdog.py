"""No process outlives its parent: each holds one end of a pipe whose other end only the parent holds."""

import select
import threading
from collections.abc import Callable


def call_on_hangup(act: Callable[[], None], *descriptors: int) -> None:
    """Call `act` from a thread once the far end of one of these pipes is closed, which any kind of death does."""

    def watch() -> None:
        poll = select.poll()
        for descriptor in descriptors:
            poll.register(descriptor, 0)  # a hang-up is reported without being asked for
        poll.poll()
        act()

    threading.Thread(target=watch, name="parent-watchdog", daemon=True).start()
