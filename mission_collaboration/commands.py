"""`mission-collaboration reduce FILE` and `validate FILE`: what the endpoints answer, without a server."""

import sys
from typing import Any, BinaryIO, Final, Generic, NamedTuple, NoReturn, TypeVar

import click
import msgspec
from pydantic import BaseModel, ConfigDict

from mission_collaboration.decoding.json_text import NOT_JSON, try_decode
from mission_collaboration.decoding.refusals import IN_ARRAY, ArrayLocations, RequestRefusedError
from mission_collaboration.decoding.requests import RequestReader, read_all_lines, read_lines
from mission_collaboration.decoding.verdicts import judge_batch
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import MODES, Mode
from mission_collaboration.reducer.requests import REDUCE_READER, ReduceRequest, reduce_batch
from mission_collaboration.reducer.snapshot import encode

E = TypeVar("E")
FILE: Final = click.argument("file", type=click.File("rb"))


class FileLimits(NamedTuple):
    """A file of one's own may be as large as it is; its nesting is bounded as in a request."""

    max_events: int = sys.maxsize
    max_event_bytes: int = sys.maxsize
    max_nesting: int = 64


class Events(BaseModel, Generic[E]):
    """A body of `/validate/batch`."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    events: list[E]


VALIDATE_READER: Final = RequestReader(Events[Any])
LIMITS: Final = FileLimits()


@click.command("reduce")
@FILE
@click.option("--mode", type=click.Choice(MODES), help="The rules of the fold.  [default: the file's, else strict]")
def reduce(file: BinaryIO, mode: Mode | None) -> None:
    """Print the state that the events of FILE end in; exit with 1 where an event is refused.

    FILE is a body of /reduce, a list of events, or NDJSON; - is the standard input.
    """
    text = file.read()
    locations: ArrayLocations = IN_ARRAY
    try:
        if _has_lines(text):
            batch, locations = read_lines(text, LIMITS)
            request = ReduceRequest[Any](events=[])
        else:
            request, batch = REDUCE_READER.read(_as_body(text), LIMITS)
        strict = (mode or request.mode or "strict") == "strict"
        accumulator = Accumulator(strict=strict, roster=request.roster, mission_id=request.mission_id)
        reduce_batch(accumulator, batch, locations)
    except RequestRefusedError as refusal:
        _refuse(refusal)
    click.echo(encode(accumulator))


@click.command("validate")
@FILE
def validate(file: BinaryIO) -> None:
    """Print a verdict on every event of FILE; exit with 1 where one is invalid.

    FILE is a body of /validate/batch, a list of events, one event, or NDJSON; - is the standard input.
    """
    text = file.read()
    locations: ArrayLocations = IN_ARRAY
    try:
        if _has_lines(text):
            batch, locations = read_all_lines(text, LIMITS)
        else:
            _, batch = VALIDATE_READER.read(_as_body(text), LIMITS)
    except RequestRefusedError as refusal:
        _refuse(refusal)
    verdict = judge_batch(batch, locations, LIMITS)
    click.echo(msgspec.json.encode(verdict))
    if not verdict.valid:
        raise SystemExit(1)


def _has_lines(text: bytes) -> bool:
    """Tell NDJSON from a JSON body: its first line is a value by itself, and an event or followed by others."""
    first, _, rest = text.lstrip().partition(b"\n")
    value = try_decode(first, max_nesting=LIMITS.max_nesting)
    if value is NOT_JSON:
        return False
    return bool(rest.strip()) or (isinstance(value, dict) and "event_type" in value)


def _as_body(text: bytes) -> bytes:
    """Make a body of a list of events."""
    return b'{"events":' + text + b"}" if text.lstrip().startswith(b"[") else text


def _refuse(refusal: RequestRefusedError) -> NoReturn:
    """Print a refusal as the endpoint's problem, and exit with 1."""
    findings = [
        {name: value for name, value in finding._asdict().items() if value is not None} for finding in refusal.findings
    ]
    problem: dict[str, Any] = {
        "code": refusal.refusal_code,
        "detail": str(refusal),
        **refusal.about,
        "errors": findings,
    }
    if refusal.more:
        problem["more_errors"] = True
    click.echo(msgspec.json.encode(problem))
    raise SystemExit(1)
