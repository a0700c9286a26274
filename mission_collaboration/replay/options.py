"""What a replay and its engine can be asked for; the command line reads it before the extra is imported."""

from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

ReplayMode = Literal["admit", "permissive"]
REPLAY_MODES: Final = get_args(ReplayMode)
EngineName = Literal["duckdb", "spark"]
ENGINE_NAMES: Final = get_args(EngineName)
StateFormat = Literal["ndjson", "parquet"]
STATE_FORMATS: Final = get_args(StateFormat)
TO_GO_ON: Final = "go on with --resume"


class EngineError(Exception):
    """An engine could not do its work; the message says why, and what helps."""


class ReplayRequest(NamedTuple):
    """What the command line asks for."""

    paths: tuple[str, ...]
    out: Path
    mode: ReplayMode
    engine: EngineName
    master: str | None
    memory: int
    threads: int
    form: StateFormat
    against: Path | None
    resume: bool
    dry_run: bool
    fail_on_rejected: bool
    quiet: bool


class ReplayOptions(NamedTuple):
    """How a history is replayed."""

    mode: ReplayMode
    form: StateFormat
    memory: int
    """Bytes that the engine may take before it spills to disk."""
    threads: int
    """How many lines of work; also the number of folding processes."""
    master: str | None = None
    """Spark's master; None for this machine."""
