"""Sections 2 and 3 of the contract in one compact table, from which the systematic payload cases come.

    name:str     a string, empty or not          name:a|b     one of these literals
    name:str+    a string of one or more         name:2*str   a list of at least two strings
    name:Model   an object of that model         ...?         optional, and may be null

It is written from the contract and not from any implementation of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

MODELS = {
    "ParticipantIdentity": (
        "I1",
        "participant_id:str+ participant_type:human|llm_context display_name:str? session_id:str?",
    ),
    "FocusTarget": ("I3", "target_type:wp|step|file target_id:str+"),
}

ONE = "participant_id:str+ mission_id:str+ "
MANY = "mission_id:str+ warning_id:str+ participant_ids:2*str "
PAYLOADS = {
    "ParticipantInvited": ("P1", ONE + "participant_identity:ParticipantIdentity invited_by:str+"),
    "ParticipantJoined": ("P2", ONE + "participant_identity:ParticipantIdentity auth_principal_id:str?"),
    "ParticipantLeft": ("P3", ONE + "reason:str?"),
    "PresenceHeartbeat": ("P4", ONE + "session_id:str?"),
    "DriveIntentSet": ("P5", ONE + "intent:active|inactive"),
    "FocusChanged": ("P6", ONE + "focus_target:FocusTarget previous_focus_target:FocusTarget?"),
    "PromptStepExecutionStarted": ("P7", ONE + "step_id:str+ wp_id:str? step_description:str?"),
    "PromptStepExecutionCompleted": ("P8", ONE + "step_id:str+ wp_id:str? outcome:success|failure|skipped"),
    "ConcurrentDriverWarning": ("P9", MANY + "focus_target:FocusTarget severity:info|warning"),
    "PotentialStepCollisionDetected": ("P10", MANY + "step_id:str+ wp_id:str? severity:info|warning"),
    "WarningAcknowledged": ("P11", ONE + "warning_id:str+ acknowledgement:continue|hold|reassign|defer"),
    "CommentPosted": ("P12", ONE + "comment_id:str+ content:str+ reply_to:str?"),
    "DecisionCaptured": (
        "P13",
        ONE + "decision_id:str+ topic:str+ chosen_option:str+ rationale:str? referenced_warning_id:str?",
    ),
    "SessionLinked": (
        "P14",
        ONE + "primary_session_id:str+ linked_session_id:str+ link_type:cli_to_saas|saas_to_cli",
    ),
}


@dataclass(frozen=True)
class Text:
    """A string, of at least so many characters."""

    least: int


@dataclass(frozen=True)
class Choice:
    """One of some literals."""

    literals: tuple[str, ...]


@dataclass(frozen=True)
class Texts:
    """A list of at least so many strings."""

    least: int


@dataclass(frozen=True)
class Model:
    """An object with fields of its own, by the rule of its row."""

    rule: str
    fields: tuple[Field, ...]


Kind: TypeAlias = Text | Choice | Texts | Model


@dataclass(frozen=True)
class Field:
    """One field of a row."""

    name: str
    kind: Kind
    optional: bool


def row(rule: str, text: str) -> Model:
    """Read one row of the table."""
    return Model(rule, tuple(field(word) for word in text.split()))


def field(word: str) -> Field:
    """Read one field of a row."""
    name, kind = word.split(":")
    return Field(name, kind_of(kind.removesuffix("?")), kind.endswith("?"))


def kind_of(word: str) -> Kind:
    """Read what a field may hold."""
    if word in MODELS:
        return row(*MODELS[word])
    if "|" in word:
        return Choice(tuple(word.split("|")))
    if "*" in word:
        return Texts(int(word.split("*")[0]))
    return Text(1 if word.endswith("+") else 0)


def payloads() -> dict[str, Model]:
    """Give the 14 payloads."""
    return {event_type: row(*entry) for event_type, entry in PAYLOADS.items()}


def snake(name: str) -> str:
    """Write a name of ours in snake case, as the schema files do."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("_")
