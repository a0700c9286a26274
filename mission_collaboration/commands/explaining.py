"""`mission-collaboration explain FILE`: what each event of a file did."""

import sys
from typing import Any, BinaryIO, Final

import click
import msgspec
from pydantic import ValidationError

from mission_collaboration.commands import FILE, read_file, refuse
from mission_collaboration.commands.rendering import NoSuchEntryError, printable, timeline_lines, why, why_lines
from mission_collaboration.decoding.refusals import RequestRefusedError
from mission_collaboration.explanation.explain import encode_explanation, explain_request, take_raw_state
from mission_collaboration.explanation.explained_fold import EXPLAIN_MODES, ExplainMode
from mission_collaboration.explanation.requests import EXPLAIN_READER, Until

COLOURS: Final[dict[str, dict[str, Any]]] = {"trouble": {"fg": "red"}, "quiet": {"dim": True}, "plain": {}}
AT: Final = "Take the state at this position, event id or timestamp."
WHY: Final = "Name the event that made or removed this entry of the state, such as /active_drivers/p1."


def point(text: str) -> Until:
    """Read a point of a history: digits are a position, an id is an event's, anything else a timestamp.

    Raises `click.BadParameter`.
    """
    members: dict[str, Any] = {"position": int(text)} if text.isdecimal() and len(text) < 16 else {}
    for name, member in (members or {"event_id": text, "timestamp": text}).items():
        try:
            return Until.model_validate({name: member})
        except ValidationError:
            continue
    raise click.BadParameter(f"{text!r} is neither a position, an event's id nor a timestamp")


@click.command("explain")
@FILE
@click.option(
    "--mode", type=click.Choice(EXPLAIN_MODES), help="The rules of the fold.  [default: the file's, else permissive]"
)
@click.option("--at", "until", type=point, metavar="POINT", help=AT)
@click.option("--why", "entry", metavar="POINTER", help=WHY)
@click.option("--json", "as_json", is_flag=True, help="Print JSON on a terminal, too.")
def explain(file: BinaryIO, mode: ExplainMode | None, until: Until | None, entry: str | None, as_json: bool) -> None:
    """Explain what each event of FILE did and why, and which event is behind each entry of the state.

    FILE is a body of /explain, a list of events, or NDJSON, also in gzip or zstd; - is the standard input. A terminal
    gets one line for each event, in canonical order; a pipe gets the answer of /explain.
    """
    try:
        request, batch, locations = read_file(file, EXPLAIN_READER)
        asked = request.model_copy(update={"mode": mode or request.mode, "until": until or request.until})
        explanation = explain_request(asked, batch, locations, take_raw_state)
        if entry is None:
            answer, lines = encode_explanation(explanation), timeline_lines(explanation)
        else:
            found = why(explanation, entry)
            answer, lines = msgspec.json.encode(found._asdict()), why_lines(explanation, found)
    except RequestRefusedError as refusal:
        refuse(refusal)
    except NoSuchEntryError as refusal:
        click.echo(f"{refusal}.", err=True)
        raise SystemExit(1) from None
    if as_json or not sys.stdout.isatty():
        click.echo(answer)
        return
    for line in lines:
        click.echo(click.style(printable(line.text), **COLOURS[line.kind]))
