"""Closes a connection without losing the answer that the client is about to read."""

import asyncio
import fcntl
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Final

LONGEST: Final = 30.0
"""Seconds for which a client that was answered may go on sending."""
LONGEST_SILENCE: Final = 5.0


class LingeringTransport:
    """A transport whose `close` waits for a client that is still sending.

    A socket that is closed while bytes arrive answers them with a reset, which takes the answer away before the client
    has read it. So the sending side is shut, and what arrives is thrown away for a while.
    """

    def __init__(self, transport: asyncio.Transport, may_still_send: Callable[[], bool]) -> None:
        self.write = transport.write
        self._transport = transport
        self._may_still_send = may_still_send
        self.is_lingering = False
        self._until = self._quiet_until = 0.0

    def is_closing(self) -> bool:
        """Whether nothing more will be answered."""
        return self.is_lingering or self._transport.is_closing()

    def close(self) -> None:
        """Close now, or when the client has had its time."""
        if self.is_closing():
            return
        if not self._may_still_send() or not self._transport.can_write_eof():
            self._transport.close()
            return
        self.is_lingering = True
        now = monotonic()
        self._until, self._quiet_until = now + LONGEST, now + LONGEST_SILENCE
        self._transport.write_eof()
        if not self._transport.is_reading():
            self._transport.resume_reading()

    def abort(self) -> None:
        """Close now and drop what is not sent yet."""
        self._transport.abort()

    def note_bytes(self, now: float) -> None:
        """Note that the client still sends."""
        self._quiet_until = now + LONGEST_SILENCE

    def is_overdue(self, now: float) -> bool:
        """Whether a lingering client has had its time."""
        return self.is_lingering and now > min(self._until, self._quiet_until)

    def unread_bytes(self) -> int:
        """Count the bytes that wait for the client to read them, those that the system holds included.

        The system takes nothing for a while, and then much at once, also from a client that reads steadily.
        """
        waiting = self._transport.get_write_buffer_size()
        if not waiting:
            return 0
        held = bytearray(4)
        with suppress(OSError, ValueError):  # closed meanwhile, or a system that does not say
            fcntl.ioctl(self._transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, held)
        return waiting + int.from_bytes(held, sys.byteorder)
