"""`mission-collaboration explain FILE`: what each event of a file did, without a server."""

import sys
from collections.abc import Iterable
from typing import Any, BinaryIO, Final

import click
import msgspec
from pydantic import ValidationError

from mission_collaboration.contract.errors import Location, SpecKittyEventsError
from mission_collaboration.contract.violations import model_violations
from mission_collaboration.decoding.events import read_batch
from mission_collaboration.decoding.json_text import JsonTextError, decode_json
from mission_collaboration.explanation.encoding import encode_explanation, take_raw_state
from mission_collaboration.explanation.explain import Place, explain_batch, in_list
from mission_collaboration.explanation.explained_fold import MODES, Mode
from mission_collaboration.explanation.rendering import (
    Line,
    NoSuchEntryError,
    printable,
    timeline_lines,
    why,
    why_lines,
)
from mission_collaboration.explanation.requests import ExplainRequest
from mission_collaboration.explanation.timeline import Explanation
from mission_collaboration.explanation.until import Until

MOST_NESTING: Final = 64
COLOURS: Final[dict[str, dict[str, Any]]] = {"trouble": {"fg": "red"}, "quiet": {"dim": True}, "plain": {}}
AT: Final = "Take the state at this position, event id or timestamp."
WHY: Final = "Name the event that made or removed this entry of the state, such as /active_drivers/p1."


class Point(click.ParamType[Until]):
    """A point of a history: digits are a position, an id is an event's, anything else a timestamp."""

    name = "POINT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Until:
        """Read a point."""
        if isinstance(value, Until):
            return value
        members: dict[str, Any] = {"position": int(value)} if value.isdecimal() and len(value) < 16 else {}
        for name, member in (members or {"event_id": value, "timestamp": value}).items():
            try:
                return Until.model_validate({name: member})
            except ValidationError:
                continue
        return self.fail(f"{value!r} is neither a position, an event's id nor a timestamp", param, ctx)


@click.command("explain")
@click.argument("file", type=click.File("rb"))
@click.option("--mode", type=click.Choice(MODES), help="The rules of the fold.  [default: permissive]")
@click.option("--at", "until", type=Point(), help=AT)
@click.option("--why", "entry", metavar="POINTER", help=WHY)
@click.option("--json", "as_json", is_flag=True, help="Print JSON on a terminal, too.")
def explain(file: BinaryIO, mode: Mode | None, until: Until | None, entry: str | None, as_json: bool) -> None:
    """Explain what each event of FILE did and why, and which event is behind each entry of the state.

    FILE is a body of /explain, a list of events, or NDJSON; - is the standard input. A terminal gets one line for each
    event, in canonical order; a pipe gets the answer of /explain.
    """
    try:
        explanation = _explained(file.read(), mode, until)
        found = why(explanation, entry) if entry is not None else None
    except (SpecKittyEventsError, NoSuchEntryError) as refusal:
        click.echo(f"{refusal}.", err=True)
        raise SystemExit(1) from None
    if as_json or not sys.stdout.isatty():
        told = encode_explanation(explanation) if found is None else msgspec.json.encode(found._asdict())
        click.echo(told)
        return
    _print(timeline_lines(explanation) if found is None else why_lines(explanation, found))


class RequestError(SpecKittyEventsError):
    """A file is no request that can be explained."""

    code = "invalid-request"


def _explained(text: bytes, mode: Mode | None, until: Until | None) -> Explanation[msgspec.Raw]:
    """Explain the events of a file; raises `SpecKittyEventsError`. What the command line says goes before the file."""
    lines: list[int] | None = None
    try:
        data = decode_json(text, max_nesting=MOST_NESTING)
    except JsonTextError as error:
        data, lines = _read_lines(text, error)
    if isinstance(data, dict) and "event_type" in data:
        data = [data]
    try:
        request = ExplainRequest[Any].model_validate(data if isinstance(data, dict) else {"events": data})
    except ValidationError as error:
        location, violation = next(model_violations(error))
        raise RequestError(f"{'/'.join(map(str, ('', *location)))}: {violation.message}") from None

    def place_of(index: int, location: Location) -> Place:
        return in_list(index, location) if lines is None else Place(in_list(0, location).pointer[2:], lines[index])

    return explain_batch(
        read_batch(request.events),
        take_raw_state,
        mode=mode or request.mode or "permissive",
        roster=request.roster,
        mission_id=request.mission_id,
        until=until or request.until,
        place_of=place_of,
    )


def _read_lines(text: bytes, error: JsonTextError) -> tuple[list[Any], list[int]]:
    """Read NDJSON; raises the error of the whole text where the first line is no JSON either."""
    numbered = [(number, line) for number, line in enumerate(text.split(b"\n"), 1) if line.strip()]
    values: list[Any] = []
    for number, line in numbered:
        try:
            values.append(decode_json(line, max_nesting=MOST_NESTING))
        except JsonTextError as refusal:
            raise (error if not values else RequestError(f"Line {number}: {refusal.reason}")) from None
    if not values:
        raise error
    return values, [number for number, _ in numbered]


def _print(lines: Iterable[Line]) -> None:
    for line in lines:
        click.echo(click.style(printable(line.text), **COLOURS[line.kind]))
