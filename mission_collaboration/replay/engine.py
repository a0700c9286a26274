"""What an engine is, and how it fails."""

from collections.abc import Callable
from typing import Final

from mission_collaboration.replay.census import Census
from mission_collaboration.replay.files import Part
from mission_collaboration.replay.options import ReplayOptions
from mission_collaboration.replay.progress import Progress
from mission_collaboration.replay.work_folder import WorkFolder

TO_GO_ON: Final = "go on with --resume"


class EngineError(Exception):
    """An engine could not do its work; the message says why, and what helps."""


Engine = Callable[[WorkFolder, list[Part], ReplayOptions, Progress], Census]
"""What replays the parts of a history in a folder."""
