"""The folder of a replay under way: its plan and its finished steps, so that a run can go on after a crash.

A step writes a file under another name and renames it when it is whole. So what is there under its own name is
finished, and a run that goes on does the steps whose files are missing.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from mission_collaboration.replay.files import InputError, Part, parts_of
from mission_collaboration.replay.outputs import CENSUS, OUTPUTS

FOLDER_NAME: Final = ".replay"
PLAN: Final = "plan.json"


class FolderError(Exception):
    """The output folder holds something that does not fit this run; the message says what, and what helps."""


class WorkFolder:
    """Where the outputs of a run are written, and the steps on the way there."""

    def __init__(self, out: Path) -> None:
        self.out: Final = out
        self.folder: Final = out / FOLDER_NAME

    @property
    def is_finished(self) -> bool:
        """Whether all outputs are there: the census is written last."""
        return (self.out / CENSUS).exists()

    def begin(self, plan: dict[str, Any], *, resume: bool) -> None:
        """Begin a run, or go on with one; raises `FolderError` where that is not possible."""
        path = self.folder / PLAN
        if path.exists() and resume:
            if json.loads(path.read_text("utf-8")) != plan:
                raise FolderError(
                    f"{self.out}: the inputs or options are not those of the run that was begun there; "
                    "run with these, or give another --out"
                )
            return
        if path.exists():
            raise FolderError(f"{self.out}: a run was begun there; go on with --resume, or give another --out")
        if there := [name for name in OUTPUTS if (self.out / name).exists()]:
            raise FolderError(f"{self.out}: {', '.join(there)} of another run is there; give another --out")
        self.folder.mkdir(parents=True, exist_ok=True)
        with written(path) as new:
            new.write_text(json.dumps(plan), "utf-8")

    def parts(self, paths: list[str]) -> list[Part]:
        """Cut the files into parts, or read again how that was done."""
        path = self.folder / "parts.json"
        if not path.exists():
            try:
                parts = [part for file in paths for part in parts_of(file)]
            except OSError as error:
                raise InputError(f"{error.filename}: {error.strerror}") from None
            with written(path) as new:
                new.write_text(json.dumps(parts), "utf-8")
        return [Part(*part) for part in json.loads(path.read_text("utf-8"))]

    def clear(self) -> None:
        """Delete everything but the plan, once the run has finished."""
        for path in self.folder.iterdir():
            if path.name != PLAN:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def abandon(self) -> None:
        """Delete the folder of a run that cannot be finished, so that no outputs are left."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.out.exists() and not any(self.out.iterdir()):
            self.out.rmdir()


def plan_of(paths: list[str], **options: str) -> dict[str, Any]:
    """Describe a run: its options, and its files with size and time of change."""
    try:
        stats = [(path, os.stat(path)) for path in paths]
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}") from None
    return {**options, "files": [[path, stat.st_size, stat.st_mtime_ns] for path, stat in stats]}


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Give another name to write a file or folder under; it gets its own name when it is whole."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    yield new
    new.replace(path)
