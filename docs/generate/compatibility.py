"""Writes the field table of all payloads into `COMPATIBILITY.md`, whose other words are written by hand."""

import re
from collections.abc import Iterator
from typing import Final

from docs.generate.fields import Field, fields, table
from mission_collaboration.contract.payloads import PAYLOAD_MODELS

BEGIN: Final = "<!-- written by `make generated` -->"
END: Final = "<!-- end -->"


def compatibility_page(text: str) -> str:
    """Put the table as it ought to be between the marks of the page."""
    between = re.compile(f"(?<={re.escape(BEGIN)}\n).*?(?={re.escape(END)})", re.DOTALL)
    return between.sub(lambda _: f"\n{payload_table()}\n\n", text, count=1)


def payload_table() -> str:
    """List the fields of all payloads; those that they share stand first, once."""
    listed = {event_type: fields(model) for event_type, model in PAYLOAD_MODELS.items()}
    [mission, participant, *_] = fields(PAYLOAD_MODELS["PresenceHeartbeat"])
    without = [number for number, own in enumerate(listed.values(), start=1) if participant not in own]
    common = [
        ("", "every one", *mission),
        ("", f"every one but {' and '.join(f'P{number}' for number in without)}", *participant),
    ]
    own = _own_rows(listed, {mission.name, participant.name})
    return table(("id", "payload", "field", "type", "required"), *common, *own)


def _own_rows(listed: dict[str, list[Field]], common: set[str]) -> Iterator[tuple[str, ...]]:
    for number, (event_type, found) in enumerate(listed.items(), start=1):
        for field in found:
            if field.name not in common:
                yield (f"P{number}", f"`{event_type}`", *field)
