"""`mission-collaboration replay`: what can be asked of it on the command line."""

import os
import re
import sys
from pathlib import Path
from typing import Any, Final

import click

from mission_collaboration.replay.options import ENGINE_NAMES, REPLAY_MODES, STATE_FORMATS, ReplayRequest

SIZES: Final = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 2**10, "MI": 2**20, "GI": 2**30}
LEAST_MEMORY: Final = 100_000_000


def size(text: str) -> int:
    """Read a number of bytes: `500MB`, `1GB`, `1.5GiB`; raises `click.BadParameter`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMG]I?|)B?", text.upper())
    if not found:
        raise click.BadParameter(f"{text!r} is no size; write it like 500MB or 1GB")
    number = int(float(found[1]) * SIZES[found[2]])
    if number < LEAST_MEMORY:
        raise click.BadParameter(f"{text!r} is too small; at least 100MB are needed")
    return number


FOLDER_PATH: Final = click.Path(file_okay=False, path_type=Path)
HELP: Final = {
    "out": "Folder for the outputs.",
    "mode": "Reject what breaks a rule, or note it as an anomaly of the state.",
    "engine": "One machine, or a cluster.",
    "master": "Spark's master.  [default: local[THREADS]]",
    "memory": "What the engine may take before it spills to disk.",
    "threads": "Also the number of folding processes.  [default: the processors]",
    "format": "Of the states.",
    "against": "Outputs of an earlier run: list the missions that differ.",
    "resume": "Go on with a run that was ended.",
    "dry_run": "Count what can be counted without folding; write nothing.",
    "fail_on_rejected": "Exit with 1 when lines were rejected.",
    "quiet": "Print errors alone.",
}


@click.command("replay")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--out", default="replay-out", show_default=True, type=FOLDER_PATH, help=HELP["out"])
@click.option("--mode", default="admit", show_default=True, type=click.Choice(REPLAY_MODES), help=HELP["mode"])
@click.option("--engine", default="duckdb", show_default=True, type=click.Choice(ENGINE_NAMES), help=HELP["engine"])
@click.option("--master", help=HELP["master"])
@click.option("--memory", default="1GB", show_default=True, type=size, metavar="SIZE", help=HELP["memory"])
@click.option("--threads", type=click.IntRange(1), help=HELP["threads"])
@click.option(
    "--format", "form", default="ndjson", show_default=True, type=click.Choice(STATE_FORMATS), help=HELP["format"]
)
@click.option("--against", type=FOLDER_PATH, help=HELP["against"])
@click.option("--resume", is_flag=True, help=HELP["resume"])
@click.option("--dry-run", is_flag=True, help=HELP["dry_run"])
@click.option("--fail-on-rejected", is_flag=True, help=HELP["fail_on_rejected"])
@click.option("--quiet", is_flag=True, help=HELP["quiet"])
def replay(threads: int | None, **options: Any) -> None:
    """Replay whole histories: states, rejected lines and a census.

    PATH is a file, a folder or a glob of .ndjson or .jsonl files (.gz and .zst too), one event a line in any order,
    or of .parquet files with a text column `event`.
    """
    try:
        from mission_collaboration.replay.run import run
    except ModuleNotFoundError as error:
        hint = "install the extra `replay`: in a checkout, `pip install '.[replay]'`"
        raise click.ClickException(f"{error}; {hint}") from None
    sys.exit(run(ReplayRequest(threads=threads or len(os.sched_getaffinity(0)), **options)))
