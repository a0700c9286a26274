"""A run of `mission-collaboration replay`, from its paths to its exit status."""

import json
import time
from collections.abc import Callable
from itertools import chain
from typing import Any, Final

import click

from mission_collaboration.replay.census import FATES, Census
from mission_collaboration.replay.compare import rejected_differences, state_differences
from mission_collaboration.replay.files import InputError, Part, find_files
from mission_collaboration.replay.options import EngineError, EngineName, ReplayOptions, ReplayRequest
from mission_collaboration.replay.outputs import CENSUS
from mission_collaboration.replay.progress import Progress
from mission_collaboration.replay.rows import count_lines
from mission_collaboration.replay.work_folder import FolderError, WorkFolder, plan_of, written

Engine = Callable[[WorkFolder, list[Part], ReplayOptions, Progress], Census]
"""What replays the parts of a history in a folder."""
EXIT_DONE: Final = 0
EXIT_REJECTED: Final = 1
EXIT_FAILED: Final = 2


def run(request: ReplayRequest) -> int:
    """Do what is asked for, and give the exit status; what prevents it is printed in one line."""
    progress = Progress(quiet=request.quiet)
    try:
        files = find_files(request.paths, str(request.out))
        for path in files.passed_over:
            progress.say(f"passed over: {path}")
        if request.against is not None and not (request.against / CENSUS).exists():
            raise InputError(f"{request.against}: there are no outputs of an earlier run")
        if request.dry_run:
            report = count_lines(files.paths)
            click.echo(json.dumps(report, indent=2, ensure_ascii=False))
        else:
            report = _replay(request, files.paths, progress)
            if request.against is not None:
                runs = request.against, request.out
                count = 0
                for difference in chain(state_differences(*runs), rejected_differences(*runs)):
                    click.echo(json.dumps(difference._asdict(), ensure_ascii=False))
                    count += 1
                progress.warn(f"{count:,} differences from {request.against}")
    except (InputError, FolderError, EngineError) as error:
        click.echo(f"Error: {error}", err=True)
        return EXIT_FAILED
    return EXIT_REJECTED if request.fail_on_rejected and report["rejected"] else EXIT_DONE


def _replay(request: ReplayRequest, paths: list[str], progress: Progress) -> dict[str, Any]:
    """Replay the files, or go on with that."""
    began = time.monotonic()
    work = WorkFolder(request.out)
    work.begin(plan_of(paths, mode=request.mode, format=request.form, engine=request.engine), resume=request.resume)
    if work.is_finished:
        progress.warn(f"{request.out}: the run has finished already")
        finished: dict[str, Any] = json.loads((work.out / CENSUS).read_text("utf-8"))
        return finished
    options = ReplayOptions(request.mode, request.form, request.memory, request.threads, request.master)
    try:
        census = find_engine(request.engine)(work, work.parts(paths), options, progress)
    except InputError:
        work.abandon()
        raise
    seconds = time.monotonic() - began
    report = census.report()
    report |= {"engine": request.engine, "seconds": round(seconds, 3)}
    report["events_per_second"] = round(report["read"] / seconds)
    with written(work.out / CENSUS) as path:
        path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    work.clear()
    counts = ", ".join(f"{report[fate]:,} {fate}" for fate in FATES)
    progress.warn(f"{report['read']:,} lines read: {counts}; {report['missions']:,} missions in {request.out}")
    return report


def find_engine(name: EngineName) -> Engine:
    """Import an engine; raises `EngineError` where it is not installed."""
    try:
        if name == "spark":
            from mission_collaboration.replay.spark_engine import replay
        else:
            from mission_collaboration.replay.duckdb_engine import replay
    except ModuleNotFoundError as error:
        extra = "spark" if name == "spark" else "replay"
        raise EngineError(f"{error}; install the extra `{extra}`: in a checkout, `pip install '.[{extra}]'`") from None
    return replay
