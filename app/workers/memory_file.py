"""Files in memory, in which large bodies and answers get from one process to another without being copied again."""

import errno
import mmap
import os
import socket
import tempfile
from multiprocessing.connection import Connection
from typing import IO, Final

from app.workers.capacity import exhaustion_problem

MAPPED: Final = 1024 * 1024
"""Larger files are mapped. Others are read, for a mapping keeps a descriptor."""


def memory_file() -> IO[bytes]:
    """Open an empty file in memory; raises `overloaded` where the system has no more descriptors or memory."""
    try:
        if hasattr(os, "memfd_create"):
            return open(os.memfd_create("body"), "w+b")
        return tempfile.NamedTemporaryFile("w+b")  # macOS
    except OSError as error:
        raise exhaustion_problem(error) or error from None


def send_file(pipe: Connection, file: IO[bytes]) -> None:
    """Send an open file through a pipe."""
    line = socket.socket(fileno=pipe.fileno())
    try:
        socket.send_fds(line, [b"."], [file.fileno()])
    finally:
        line.detach()


def receive_file(pipe: Connection) -> bytes | memoryview:
    """Return the content of a file that is sent; raises `EOFError` when the sender is lost, and `OSError`."""
    line = socket.socket(fileno=pipe.fileno())
    try:
        mark, descriptors, _, _ = socket.recv_fds(line, 1, 1)
    finally:
        line.detach()
    if not mark:
        raise EOFError
    if not descriptors:  # this process has none left for it
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    with open(descriptors[0], "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        if size > MAPPED:
            return memoryview(mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ))
        return os.pread(file.fileno(), size, 0)
