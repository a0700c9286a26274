"""The engines: what they are asked for, how they fail, and where they are found."""

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


def find_engine(name: EngineName) -> Engine:
    """Import an engine; raises `EngineError` where it is not installed."""
    try:
        if name == "spark":
            from mission_collaboration.replay.spark_engine import replay
        else:
            from mission_collaboration.replay.duckdb_engine import replay
    except ModuleNotFoundError as error:
        extra = "spark" if name == "spark" else "replay"
        raise EngineError(f"{error}; `pip install 'mission-collaboration[{extra}]'` brings what is missing") from None
    return replay
