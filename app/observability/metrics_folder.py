"""The folder through which several workers count together."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus-client learns of the folder, when it is first imported."""

SHARED_MEMORY: Final = "/dev/shm"
"""Can be written to even where the root file system is read-only."""


@contextmanager
def shared_folder(workers: int) -> Iterator[None]:
    """Make the folder where several workers need one, and clear it away at the end."""
    os.environ.pop(FOLDER, None)
    if workers == 1:
        yield
        return
    in_memory = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="collab-metrics-", dir=in_memory) as folder:
        os.environ[FOLDER] = folder
        yield


def clear_away() -> None:
    """Remove the folder in place of a supervisor that was killed."""
    if folder := os.environ.get(FOLDER):
        shutil.rmtree(folder, ignore_errors=True)


def forget(pid: int) -> None:
    """Drop what stood for a worker that died; what it has counted stays."""
    with suppress(OSError):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
