"""Writes `docs/contract.md`: fields from the models, examples from the published ones, rules from the kit's list."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pydantic import BaseModel

from app.api.examples.stories import EACH_TYPE, OTHER_EVENT
from conformance.loading import load_rules
from docs.generate.fields import fields, meanings, table
from mission_collaboration.contract.constants import CONTRACT_VERSION
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.identity import (
    AuthPrincipalBinding,
    FocusTarget,
    ParticipantExternalRefs,
    ParticipantIdentity,
)
from mission_collaboration.contract.payloads import PAYLOAD_MODELS, Payload
from mission_collaboration.contract.state import (
    CollaborationAnomaly,
    CommentEntry,
    DecisionEntry,
    ReducedCollaborationState,
    WarningEntry,
)

WIDTH: Final = 110
"""How long a line of an example may be."""
IDENTITIES: Final[tuple[type[BaseModel], ...]] = (
    ParticipantIdentity,
    AuthPrincipalBinding,
    FocusTarget,
    ParticipantExternalRefs,
)
ENTRIES: Final = (WarningEntry, DecisionEntry, CommentEntry, CollaborationAnomaly)


@cache
def rules() -> dict[str, dict[str, Any]]:
    """Map the ids of the kit's rules to the rules."""
    return {str(rule["id"]): dict(rule) for rule in load_rules()}


def contract_page() -> str:
    """Write the whole page."""
    text = files(__package__).joinpath("contract.template.md").read_text("utf-8")
    parts = {
        "version": CONTRACT_VERSION,
        "types": str(len(PAYLOAD_MODELS)),
        "contents": "\n".join(f"  - [{name}](#{name.lower()})" for name in PAYLOAD_MODELS),
        "envelope": _model_table(Event, "E"),
        "envelope_example": _block(OTHER_EVENT),
        "envelope_rules": _rule_table("E", first=len(Event.model_fields), but=("E18",)),
        "mapping_rules": _rule_table("M"),
        "identities": "\n\n".join(map(_identity, IDENTITIES)),
        "payloads": "\n\n".join(map(_payload, PAYLOAD_MODELS.items())),
        "state_fields": str(len(ReducedCollaborationState.model_fields)),
        "state": _state_table(),
        "state_rules": _rule_table("S", first=len(ReducedCollaborationState.model_fields) + 1),
        "entries": "\n\n".join(f"**`{entry.__name__}`**. {_says(entry)}\n\n{_model_table(entry)}" for entry in ENTRIES),
        "reducer_rules": _rule_table("R"),
        "live_rules": _rule_table("L"),
        "explanation_rules": _rule_table("X"),
        "kit_rules": _rule_table("C"),
        "service_rules": _rule_table("A"),
    }
    for name, part in parts.items():
        text = text.replace(f"{{{{{name}}}}}", part)
    return text


def _identity(model: type[BaseModel]) -> str:
    return f"**{_rule_of(model)} `{model.__name__}`**. {_says(model)}\n\n{_model_table(model)}"


def _payload(entry: tuple[str, type[Payload]]) -> str:
    event_type, model = entry
    return "\n\n".join(
        [
            f"### {event_type}",
            f"{_rule_of(model)}. {_says(model)}",
            _model_table(model),
            _block(EACH_TYPE[event_type]["payload"]),
        ]
    )


def _says(model: type[BaseModel]) -> str:
    """Take what a model says of itself, without the rule, which stands beside it."""
    said = " ".join((model.__doc__ or "").split())
    return said.replace(f" ({_rule_of(model)})", "")


def _rule_of(model: type[BaseModel]) -> str:
    return next((name for name, rule in rules().items() if rule["says"] == model.__name__), "")


def _model_table(model: type[BaseModel], letter: str = "") -> str:
    rows = [(*field, meaning) for field, meaning in zip(fields(model), meanings(model), strict=True)]
    if not letter:
        return table(("field", "type", "required", "meaning"), *rows)
    numbered = [(_field_rule(letter, number, row[0]), *row) for number, row in enumerate(rows, start=1)]
    return table(("id", "field", "type", "required", "meaning"), *numbered)


def _field_rule(letter: str, number: int, name: str) -> str:
    """Name the rule of a field: by its place, or, where it came later, by what the rule says of it."""
    named = (rule for rule, told in rules().items() if rule[0] == letter and told["says"].startswith(name.strip("`")))
    return next(named, f"{letter}{number}")


def _state_table() -> str:
    model = ReducedCollaborationState
    rows = []
    for number, (field, meaning) in enumerate(zip(fields(model), meanings(model), strict=True), start=1):
        kind = f"{field.type}, or null" if "null" in field.required else field.type
        rows.append((f"S{number}", field.name, kind, meaning.replace(f" (S{number})", "")))
    return table(("id", "field", "type", "meaning"), *rows)


def _rule_table(letter: str, first: int = 1, but: tuple[str, ...] = ()) -> str:
    """List the rules of a letter from a number on, but for those that stand beside a field."""
    told = [(name, rule["says"]) for name, rule in rules().items() if name[0] == letter and name not in but]
    return table(("id", "rule"), *((name, says) for name, says in told if int(name[1:]) >= first))


def _block(value: Any) -> str:
    return f"```json\n{_pretty(value)}\n```"


def _pretty(value: Any, indent: int = 0) -> str:
    """Write JSON as people do: what fits on a line stands on one."""
    short = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict) or indent + len(short) <= WIDTH:
        return short
    inner = " " * (indent + 2)
    members = (f"{inner}{json.dumps(name)}: {_pretty(member, indent + 2)}" for name, member in value.items())
    return "{\n" + ",\n".join(members) + "\n" + " " * indent + "}"
