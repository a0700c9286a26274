"""What engines have in common: what they are asked for, and how they fail."""

from typing import Final, Literal, NamedTuple

from mission_collaboration.replay.missions import Mode
from mission_collaboration.replay.outputs import Format

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
