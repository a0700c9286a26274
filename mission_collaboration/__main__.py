"""The command line: `mission-collaboration` or `python -m mission_collaboration`. It starts no server."""

from typing import BinaryIO

import click
import msgspec

from mission_collaboration import __version__
from mission_collaboration.commands import FILE, FILE_LIMITS, read_file, refuse
from mission_collaboration.commands.explaining import explain
from mission_collaboration.decoding.refusals import RequestRefusedError
from mission_collaboration.decoding.requests import read_all_lines
from mission_collaboration.decoding.verdicts import VALIDATE_READER, judge_batch
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import MODES, Mode
from mission_collaboration.reducer.requests import REDUCE_READER, reduce_batch
from mission_collaboration.reducer.snapshot import encode
from mission_collaboration.replay.command import replay


@click.command("reduce")
@FILE
@click.option("--mode", type=click.Choice(MODES), help="The rules of the fold.  [default: the file's, else strict]")
def reduce(file: BinaryIO, mode: Mode | None) -> None:
    """Print the state that the events of FILE end in; exit with 1 where an event is refused.

    FILE is a body of /reduce, a list of events, or NDJSON, also in gzip or zstd; - is the standard input.
    """
    try:
        request, batch, locations = read_file(file, REDUCE_READER)
        strict = (mode or request.mode or "strict") == "strict"
        accumulator = Accumulator(strict=strict, roster=request.roster, mission_id=request.mission_id)
        reduce_batch(accumulator, batch, locations)
    except RequestRefusedError as refusal:
        refuse(refusal)
    click.echo(encode(accumulator))


@click.command("validate")
@FILE
def validate(file: BinaryIO) -> None:
    """Print a verdict on every event of FILE; exit with 1 where one is invalid.

    FILE is a body of /validate/batch, a list of events, one event, or NDJSON, also in gzip or zstd; - is the standard
    input.
    """
    try:
        _, batch, locations = read_file(file, VALIDATE_READER, read_all_lines)
    except RequestRefusedError as refusal:
        refuse(refusal)
    verdict = judge_batch(batch, locations, FILE_LIMITS)
    click.echo(msgspec.json.encode(verdict))
    if not verdict.valid:
        raise SystemExit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mission-collaboration")
def main() -> None:
    """Check and fold the events of collaborative missions, without a server."""


for command in (reduce, validate, explain, replay):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="mission-collaboration")
