"""What a replay can be asked for; the command line reads its choices from here, before the extra is imported."""

from typing import Final, Literal, NamedTuple, get_args

ReplayMode = Literal["admit", "permissive"]
REPLAY_MODES: Final = get_args(ReplayMode)
EngineName = Literal["duckdb", "spark"]
ENGINE_NAMES: Final = get_args(EngineName)
StateFormat = Literal["ndjson", "parquet"]
STATE_FORMATS: Final = get_args(StateFormat)


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
