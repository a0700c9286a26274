"""What an engine is: what it is asked for, how it is called, how it fails."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from mission_collaboration.replay.census import Census
from mission_collaboration.replay.files import Part
from mission_collaboration.replay.missions import Mode
from mission_collaboration.replay.outputs import Format
from mission_collaboration.replay.progress import Progress
from mission_collaboration.replay.work_folder import WorkFolder

EngineName = Literal["duckdb", "spark"]
TO_GO_ON: Final = "go on with --resume"


class EngineError(Exception):
    """An engine could not do its work; the message says why, and what helps."""


class Options(NamedTuple):
    """How a history is replayed."""

    mode: Mode
    form: Format
    memory: int
    """Bytes that the engine may take before it spills to disk."""
    threads: int
    """How many lines of work; also the number of folding processes."""
    master: str | None = None
    """Spark's master; None for this machine."""


Engine = Callable[[WorkFolder, list[Part], Options, Progress], Census]
"""What replays the parts of a history in a folder."""
