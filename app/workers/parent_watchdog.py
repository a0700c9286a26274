"""No process outlives its parent: whoever is started holds a line whose other end only the parent holds."""

import select
import threading
from collections.abc import Callable


def when_hung_up(act: Callable[[], None], *descriptors: int) -> None:
    """Call `act`, from a thread, once nobody holds the other end of one of these any more, however they ended.

    Unlike a signal on the parent's death this knows no system and no thread: the kernel closes what the dead held.
    """
    threading.Thread(target=_watch, args=(act, descriptors), name="lifeline", daemon=True).start()


def _watch(act: Callable[[], None], descriptors: tuple[int, ...]) -> None:
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, 0)  # a hang-up is reported without being asked for
    poll.poll()
    act()
