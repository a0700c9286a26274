"""Names for the small schemas that recur: a generated client gets one `Severity`, not one for each field that is."""

import re
from typing import Any, Final, get_args

from app.api.operation import SCHEMAS
from app.problems import KINDS
from mission_collaboration.admission.admit import Answer
from mission_collaboration.admission.advice import Presence
from mission_collaboration.admission.batch import OnLate
from mission_collaboration.admission.verdicts import Outcome, Standing
from mission_collaboration.contract.identity import FocusTarget, ParticipantType
from mission_collaboration.contract.payloads import (
    PAYLOAD_MODELS,
    Acknowledgement,
    DriveIntentSetPayload,
    PromptStepExecutionCompletedPayload,
    SessionLinkedPayload,
    Severity,
)
from mission_collaboration.reducer.fold import MODES

Schema = dict[str, Any]


def _choice(about: str, words: Any) -> Schema:
    return {"description": about, "enum": list(words), "type": "string"}


def _words(model: Any, field: str) -> tuple[str, ...]:
    return get_args(model.model_fields[field].annotation)


NAMED: Final[dict[str, Schema]] = {
    "Acknowledgement": _choice("What a participant is going to do about a warning.", get_args(Acknowledgement)),
    "CollaborationEventType": {
        **_choice("The types of collaboration event.", PAYLOAD_MODELS),
        # As the contract's constants: generators that go by themselves write `DRIVEINTENTSET`.
        "x-enum-varnames": [re.sub(r"(?<!^)(?=[A-Z])", "_", event_type).upper() for event_type in PAYLOAD_MODELS],
    },
    "DriveIntent": _choice(
        "Whether a participant means to drive: `active`, or `inactive` to stop.",
        _words(DriveIntentSetPayload, "intent"),
    ),
    "AdmissionVerdict": _choice("What became of an event that was to be admitted.", get_args(Outcome)),
    "AnswerKind": _choice(
        "What to answer of the state: `state` all of it, `changes` what to do to the one before, `none` nothing.",
        get_args(Answer),
    ),
    "Standing": _choice("What an event that is held stands as.", get_args(Standing)),
    "Mode": _choice(
        "`strict` refuses the first event that breaks a rule; `permissive` records anomalies and goes on.", MODES
    ),
    "ParticipantType": _choice(
        "`human` for a person, `llm_context` for a session of an LLM agent.", get_args(ParticipantType)
    ),
    "OnLate": _choice(
        "What to do about events that come too late: `reject` each, or `refuse` the request.", get_args(OnLate)
    ),
    "PresenceStatus": _choice(
        "`fresh`, `stale` beyond the age that was asked for, `ahead` of `as_of`, `never` without a heartbeat.",
        get_args(Presence.model_fields["status"].annotation),
    ),
    "ProblemCode": _choice("Every kind of error; programs decide on it.", KINDS),
    "Roster": {
        "description": "Participants who have joined: participant id → identity.",
        "additionalProperties": {"$ref": f"{SCHEMAS}ParticipantIdentity"},
        "type": "object",
    },
    "SessionLinkType": _choice(
        "The direction of a link between two sessions.", _words(SessionLinkedPayload, "link_type")
    ),
    "Severity": _choice(
        "`info` to know of, `warning` to act on. Advice either way: nothing is locked.", get_args(Severity)
    ),
    "StepOutcome": _choice("How a step ended.", _words(PromptStepExecutionCompletedPayload, "outcome")),
    "TargetType": _choice(
        "`wp` for a work package, `step` for a prompt step, `file` for a path.", _words(FocusTarget, "target_type")
    ),
}
"""Name → schema. Wherever a schema of the document says the same, it refers to the name."""


MARKS: Final = {
    name: {key: value for key, value in named.items() if key != "description" and not key.startswith("x-")}
    for name, named in NAMED.items()
}
"""Name → what a schema must say to be called so: all but what the named one says of itself."""


def name_of(schema: Schema) -> str | None:
    """Find the name of a schema that has one."""
    return next((name for name, marks in MARKS.items() if marks.items() <= schema.items()), None)


def with_names(node: Any) -> Any:
    """Replace, anywhere within a schema, what has a name by a reference to it; what the field says of itself stays."""
    if isinstance(node, list):
        return [with_names(child) for child in node]
    if not isinstance(node, dict):
        return node
    is_nullable, name = False, name_of(node)
    match node.get("type"):
        case [kind, "null"]:
            is_nullable, name = True, name_of({**node, "type": kind})
    if name is None:
        return {key: with_names(child) for key, child in node.items()}
    own = {key: value for key, value in node.items() if key not in MARKS[name]}
    reference = {"$ref": f"{SCHEMAS}{name}"}
    return own | ({"anyOf": [reference, {"type": "null"}]} if is_nullable else reference)
