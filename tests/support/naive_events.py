"""What an event is, read from the contract a second time as plainly as it can be said: the judge of the real models.

Nothing here comes from `app` or the library, nothing is fast, and only the standard library is used. Rule numbers
are the contract's.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.builders import Json

Model = dict[str, str]

# --- The models, §1 to §3 ----------------------------------------------------------------------------------

# A field is described by one word: `text` is any string, `name` a string of at least one character, `names` a
# list of two or more strings, `a|b` one of these strings, a capitalised word another model. A `?` at the end
# says that the field may be absent or null. The other words belong to single fields of the envelope.

MODELS: dict[str, Model] = {
    "ParticipantIdentity": {  # I1
        "participant_id": "name",
        "participant_type": "human|llm_context",
        "display_name": "text?",
        "session_id": "text?",
        "external_refs": "ParticipantExternalRefs?",
    },
    "ParticipantExternalRefs": {  # I4; that one of them is there, `faults` asks
        "slack_user_id": "name?",
        "slack_team_id": "name?",
        "teamspace_member_id": "name?",
    },
    "AuthPrincipalBinding": {  # I2
        "auth_principal_id": "name",
        "participant_id": "name",
        "bound_at": "instant",
    },
    "FocusTarget": {  # I3
        "target_type": "wp|step|file",
        "target_id": "name",
    },
    "Event": {
        "event_id": "event id",  # E1
        "event_type": "name",  # E2
        "aggregate_id": "name",  # E3
        "payload": "object",  # E4
        "timestamp": "instant",  # E5
        "node_id": "name",  # E6
        "lamport_clock": "clock?",  # E7
        "project_uuid": "uuid",  # E8
        "correlation_id": "event id",  # E9
        "causation_id": "event id?",  # E10
        "project_slug": "text?",  # E11
        "schema_version": "version",  # E12
        "data_tier": "tier",  # E13
        "build_id": "text?",  # E18
    },
}
DEFAULTS: Json = {"payload": {}, "schema_version": "1.0.0", "data_tier": 0}  # E4, E12, E13
ACTOR: Model = {"mission_id": "name", "participant_id": "name"}
PAYLOADS: dict[str, Model] = {
    "ParticipantInvited": ACTOR | {"participant_identity": "ParticipantIdentity", "invited_by": "name"},
    "ParticipantJoined": ACTOR | {"participant_identity": "ParticipantIdentity", "auth_principal_id": "text?"},
    "ParticipantLeft": ACTOR | {"reason": "text?"},
    "PresenceHeartbeat": ACTOR | {"session_id": "text?"},
    "DriveIntentSet": ACTOR | {"intent": "active|inactive"},
    "FocusChanged": ACTOR | {"focus_target": "FocusTarget", "previous_focus_target": "FocusTarget?"},
    "PromptStepExecutionStarted": ACTOR | {"step_id": "name", "wp_id": "text?", "step_description": "text?"},
    "PromptStepExecutionCompleted": ACTOR | {"step_id": "name", "wp_id": "text?", "outcome": "success|failure|skipped"},
    "ConcurrentDriverWarning": {
        "mission_id": "name",
        "warning_id": "name",
        "participant_ids": "names",
        "focus_target": "FocusTarget",
        "severity": "info|warning",
    },
    "PotentialStepCollisionDetected": {
        "mission_id": "name",
        "warning_id": "name",
        "participant_ids": "names",
        "step_id": "name",
        "wp_id": "text?",
        "severity": "info|warning",
    },
    "WarningAcknowledged": ACTOR | {"warning_id": "name", "acknowledgement": "continue|hold|reassign|defer"},
    "CommentPosted": ACTOR | {"comment_id": "name", "content": "name", "reply_to": "text?"},
    "DecisionCaptured": ACTOR
    | {
        "decision_id": "name",
        "topic": "name",
        "chosen_option": "name",
        "rationale": "text?",
        "referenced_warning_id": "text?",
    },
    "SessionLinked": ACTOR
    | {
        "primary_session_id": "name",
        "linked_session_id": "name",
        "link_type": "cli_to_saas|saas_to_cli",
    },
}

# --- Single values -----------------------------------------------------------------------------------------

ULID = re.compile("[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}")  # E1: not above 7ZZ…
HYPHENATED_UUID = re.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
BARE_UUID = re.compile("[0-9A-Fa-f]{32}")
VERSION = re.compile("[0-9]+[.][0-9]+[.][0-9]+")
INSTANT = re.compile(
    "([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    "(?:[.]([0-9]{1,9}))?"
    "(?:Z|([+-])([0-9]{2}):([0-9]{2}))?"
)


def instant(text: str) -> datetime | None:
    """Read the moment which a timestamp means, in UTC, or None if it means none (E5)."""
    match = INSTANT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
    microsecond = int(((match[7] or "") + "000000")[:6])
    offset_hours, offset_minutes = int(match[9] or "0"), int(match[10] or "0")
    if offset_hours > 23 or offset_minutes > 59:
        return None
    offset = timedelta(hours=offset_hours, minutes=offset_minutes)
    try:
        local = datetime(year, month, day, hour, minute, second, microsecond, tzinfo=UTC)
        return local + offset if match[8] == "-" else local - offset
    except (ValueError, OverflowError):
        return None


def utc_text(moment: datetime) -> str:
    """Write a moment in UTC with `Z`; decimals, six of them, only when not zero (S16)."""
    return moment.replace(tzinfo=None).isoformat() + "Z"


def normalise_id(text: str) -> str:
    """Write a ULID in upper case, a UUID in lower case with its hyphens (E1)."""
    if ULID.fullmatch(text):
        return text.upper()
    bare = text.replace("-", "").lower()
    return "-".join([bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]])


def is_text(value: Any) -> bool:
    """Whether this is a string that can be written as UTF-8, which half a surrogate pair cannot."""
    return type(value) is str and not any("\ud800" <= character <= "\udfff" for character in value)


def is_integer(value: Any, lowest: int, highest: int) -> bool:
    """Whether this is an integer of the range; a boolean and `1.0` are none (E15, E16)."""
    return type(value) is int and lowest <= value <= highest


def is_event_id(value: Any) -> bool:
    return is_text(value) and any(form.fullmatch(value) for form in (ULID, HYPHENATED_UUID, BARE_UUID))


FITS: dict[str, Callable[[Any], bool]] = {
    "text": is_text,
    "name": lambda value: is_text(value) and value != "",
    "event id": is_event_id,
    "uuid": lambda value: is_text(value) and HYPHENATED_UUID.fullmatch(value) is not None,
    "instant": lambda value: is_text(value) and instant(value) is not None,
    "version": lambda value: is_text(value) and VERSION.fullmatch(value) is not None,
    "clock": lambda value: is_integer(value, 0, 2**53 - 1),
    "tier": lambda value: is_integer(value, 0, 4),
    "object": lambda value: type(value) is dict,
}

# --- Judging -----------------------------------------------------------------------------------------------


def faults(model: Model, value: Any, path: str = "") -> list[str]:
    """Name every field that breaks the model, as dotted paths; the path itself if this is no object."""
    if type(value) is not dict:
        return [path]
    found = []
    for field, word in model.items():
        # An absent field counts as null, unless it has a default. Fields that are not ours: no matter (E14).
        given = value.get(field, DEFAULTS.get(field))
        found += value_faults(word, given, f"{path}.{field}" if path else field)
    if model is MODELS["ParticipantExternalRefs"] and all(value.get(field) is None for field in model):  # I4
        found.append(path)
    return found


def value_faults(word: str, value: Any, path: str) -> list[str]:
    if word.endswith("?"):
        return [] if value is None else value_faults(word[:-1], value, path)
    if word in MODELS:
        return faults(MODELS[word], value, path)
    if word == "names":
        return names_faults(value, path)
    if "|" in word:
        return [] if type(value) is str and value in word.split("|") else [path]
    return [] if FITS[word](value) else [path]


def names_faults(value: Any, path: str) -> list[str]:
    """Judge a list of at least two strings, any of which may be empty (P9, P10)."""
    if type(value) is not list:
        return [path]
    too_short = [path] if len(value) < 2 else []
    return too_short + [f"{path}.{index}" for index, item in enumerate(value) if not is_text(item)]


def payload_faults(event_type: str, payload: Any) -> list[str]:
    """Name every field of the payload that breaks its model; a type outside the 14 has no model."""
    return faults(PAYLOADS[event_type], payload) if event_type in PAYLOADS else []


def payload_fault(event_type: str, payload: Any) -> str | None:
    return next(iter(payload_faults(event_type, payload)), None)


def envelope_faults(event: Any) -> list[str]:
    return faults(MODELS["Event"], event)


def envelope_fault(event: Any) -> str | None:
    return next(iter(envelope_faults(event)), None)


def model_fault(model: str, value: Any) -> str | None:
    """Judge an object by one of the models of §2."""
    return next(iter(faults(MODELS[model], value)), None)


# --- Reading -----------------------------------------------------------------------------------------------


def read(model: Model, value: Json) -> Json:
    """Read a valid object as its model does: all its fields, in the model's order, and no others."""
    return {
        field: read_value(word.removesuffix("?"), value.get(field, DEFAULTS.get(field)))
        for field, word in model.items()
    }


def read_value(word: str, value: Any) -> Any:
    if value is None:
        return None
    if word in MODELS:
        return read(MODELS[word], value)
    if word == "event id":
        return normalise_id(value)
    if word == "uuid":
        return value.lower()
    if word == "instant":
        moment = instant(value)
        assert moment is not None
        return utc_text(moment)
    return value


def normalise_event(event: Json) -> Json:
    """Read an event; a payload that breaks its model, or has none, stays what it is (R31)."""
    result = read(MODELS["Event"], event)
    event_type, payload = result["event_type"], result["payload"]
    if event_type in PAYLOADS and payload_fault(event_type, payload) is None:
        result["payload"] = read(PAYLOADS[event_type], payload)
    return result


def canonical_text(event: Json) -> str:
    """Write the content of an event, by which duplicates are told from conflicts (R30, R31)."""
    aside = ("build_id", "schema_version")
    told = {member: value for member, value in normalise_event(event).items() if member not in aside}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical_key(event: Json) -> tuple[int, datetime, str, str]:
    """Say where an event stands in canonical order (R1), and between equal ones by their text (R31)."""
    moment = instant(event["timestamp"])
    assert moment is not None
    clock = event["lamport_clock"]
    return 0 if clock is None else clock + 1, moment, normalise_id(event["event_id"]), canonical_text(event)
