"""The contract a second time, as plainly as it can be said: the judge of the real implementation.

Nothing here comes from `app`, nothing is fast, and only the standard library is used. Rule numbers are the
contract's. Events are parsed JSON; their envelopes are taken to be valid, their payloads need not be.
"""

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]
Model = dict[str, str]


class Refusal(Exception):  # noqa: N818
    """What strict mode answers instead of a state (R3, R4)."""

    def __init__(self, code: str, event_id: str, event_type: str, participant_id: str | None = None) -> None:
        super().__init__(f"{code}: {event_type} {event_id} (participant: {participant_id})")
        self.code = code
        self.event_id = event_id
        self.event_type = event_type
        self.participant_id = participant_id


# --- The models, §1 to §3 ----------------------------------------------------------------------------------
#
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
    """Tell whether this is a string that can be written as UTF-8, which half a surrogate pair cannot."""
    return type(value) is str and not any("\ud800" <= character <= "\udfff" for character in value)


def is_integer(value: Any, lowest: int, highest: int) -> bool:
    """Tell whether this is an integer of the range; a boolean and `1.0` are none (E15, E16)."""
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


# --- Folding -----------------------------------------------------------------------------------------------


def reduce(events: Iterable[Json], mode: str = "strict", roster: dict[str, Json] | None = None) -> Json:
    """Fold the events into the state, as JSON-ready objects (§5)."""
    assert mode in ("strict", "permissive")
    ours = [normalise_event(event) for event in events if event["event_type"] in PAYLOADS]
    fold = Fold(mode == "strict", roster or {})
    for event in sorted(ours, key=canonical_key):
        fold.take(event)
    return fold.state()


class Fold:
    """The state in the making; one method for each event type."""

    def __init__(self, strict: bool, roster: dict[str, Json]) -> None:
        self.strict = strict
        self.mission_id: str | None = None
        # R2: a seeded participant has joined already.
        self.participants = {who: read(MODELS["ParticipantIdentity"], identity) for who, identity in roster.items()}
        self.departed: dict[str, Json] = {}
        self.invited: set[str] = set()
        self.presence: dict[str, str] = {}
        self.drivers: set[str] = set()
        self.focus: dict[str, Json] = {}
        self.warnings: list[Json] = []
        self.decisions: list[Json] = []
        self.comments: list[Json] = []
        self.executions: list[tuple[str, str]] = []  # (participant, step), in the order of their starts
        self.links: list[tuple[str, str]] = []  # (participant, session), in order
        self.anomalies: list[Json] = []
        self.texts: dict[str, str] = {}  # the content of the first event of each id, in order
        self.conflicts: set[str] = set()

    # What every event goes through, in the order of R5.

    def take(self, event: Json) -> None:
        if self.is_repeated(event) or self.is_malformed(event) or self.is_of_another_mission(event):
            return
        apply: dict[str, Callable[[Json, Json], None]] = {
            "ParticipantInvited": self.participant_invited,
            "ParticipantJoined": self.participant_joined,
            "ParticipantLeft": self.participant_left,
            "PresenceHeartbeat": self.presence_heartbeat,
            "DriveIntentSet": self.drive_intent_set,
            "FocusChanged": self.focus_changed,
            "PromptStepExecutionStarted": self.step_started,
            "PromptStepExecutionCompleted": self.step_completed,
            "ConcurrentDriverWarning": self.warning,
            "PotentialStepCollisionDetected": self.warning,
            "WarningAcknowledged": self.warning_acknowledged,
            "CommentPosted": self.comment_posted,
            "DecisionCaptured": self.decision_captured,
            "SessionLinked": self.session_linked,
        }
        apply[event["event_type"]](event, event["payload"])

    def is_repeated(self, event: Json) -> bool:
        """R30, R31: the first of an id in canonical order wins; conflicts of one id are told once."""
        event_id, text = event["event_id"], canonical_text(event)
        if event_id not in self.texts:
            self.texts[event_id] = text
            return False
        if text != self.texts[event_id] and event_id not in self.conflicts:
            self.conflicts.add(event_id)
            self.refuse("conflicting-duplicate", event, "Event id is used again with different content")
        return True

    def is_malformed(self, event: Json) -> bool:
        fault = payload_fault(event["event_type"], event["payload"])  # R33
        if fault is not None:
            self.refuse("malformed-payload", event, f"Malformed payload: {fault}")
        return fault is not None

    def is_of_another_mission(self, event: Json) -> bool:
        mission_id = event["payload"]["mission_id"]
        if self.mission_id is None:  # S1
            self.mission_id = mission_id
        if mission_id != self.mission_id:  # R32
            self.refuse("mission-mismatch", event, f"Mission is '{mission_id}', not '{self.mission_id}'")
        return bool(mission_id != self.mission_id)

    def is_from_member(self, event: Json) -> bool:
        who = event["payload"]["participant_id"]
        if who not in self.participants:
            self.refuse_stranger(event, who)
        return who in self.participants

    # The two ways of saying no.

    def refuse(self, code: str, event: Json, reason: str, participant_id: str | None = None) -> None:
        """Raise in strict mode, note an anomaly in permissive mode (R3)."""
        if self.strict:
            raise Refusal(code, event["event_id"], event["event_type"], participant_id)
        self.note(event, reason)

    def refuse_stranger(self, event: Json, who: str) -> None:
        if who in self.departed:  # R11
            self.refuse("departed-participant", event, f"Participant '{who}' has departed", who)
        else:  # R10
            self.refuse("unknown-participant", event, f"Unknown participant '{who}'", who)

    def note(self, event: Json, reason: str) -> None:
        """Note an anomaly, in either mode."""
        self.anomalies.append({"event_id": event["event_id"], "event_type": event["event_type"], "reason": reason})

    # Coming and going.

    def participant_invited(self, event: Json, payload: Json) -> None:
        who = payload["participant_id"]
        if who in self.participants:  # R16
            self.note(event, f"Invitation for '{who}', who takes part already")
        elif who in self.invited:  # R16
            self.note(event, f"Second open invitation for '{who}'")
        else:
            self.invited.add(who)

    def participant_joined(self, event: Json, payload: Json) -> None:
        who = payload["participant_id"]
        if who in self.participants:  # R14
            self.note(event, f"Duplicate join of '{who}'")
            return
        self.departed.pop(who, None)  # R15
        self.participants[who] = payload["participant_identity"]
        self.invited.discard(who)  # R16

    def participant_left(self, event: Json, payload: Json) -> None:
        who = payload["participant_id"]
        if who in self.departed:  # R13
            self.note(event, f"'{who}' left, but is not in roster any more")
        elif who not in self.participants:  # R12
            self.refuse("unknown-participant", event, f"'{who}' left, but is not in roster", who)
        else:  # R23
            self.departed[who] = self.participants.pop(who)
            self.presence.pop(who, None)
            self.drivers.discard(who)
            self.focus.pop(who, None)
            self.executions = [(other, step) for other, step in self.executions if other != who]

    # What single participants do.

    def presence_heartbeat(self, event: Json, payload: Json) -> None:
        who = payload["participant_id"]
        if self.is_from_member(event) or who in self.departed:  # R11: of the departed ones, this counts
            self.presence[who] = event["timestamp"]

    def drive_intent_set(self, event: Json, payload: Json) -> None:
        if not self.is_from_member(event):
            return
        if payload["intent"] == "active":  # R21
            self.drivers.add(payload["participant_id"])
        else:
            self.drivers.discard(payload["participant_id"])

    def focus_changed(self, event: Json, payload: Json) -> None:
        if self.is_from_member(event):
            self.focus[payload["participant_id"]] = payload["focus_target"]

    def step_started(self, event: Json, payload: Json) -> None:
        if self.is_from_member(event):
            self.executions.append((payload["participant_id"], payload["step_id"]))

    def step_completed(self, event: Json, payload: Json) -> None:
        if not self.is_from_member(event):
            return
        started = (payload["participant_id"], payload["step_id"])
        if started in self.executions:
            self.executions.remove(started)  # S11: the earliest of them
        else:  # R20
            reason = f"No matching PromptStepExecutionStarted for step '{payload['step_id']}'"
            self.refuse("unmatched-completion", event, reason)

    def comment_posted(self, event: Json, payload: Json) -> None:
        if self.is_from_member(event):
            fields = ("participant_id", "content", "reply_to")
            self.comments.append(entry("comment_id", event, payload, fields))

    def decision_captured(self, event: Json, payload: Json) -> None:
        if self.is_from_member(event):
            fields = ("participant_id", "topic", "chosen_option", "referenced_warning_id")
            self.decisions.append(entry("decision_id", event, payload, fields))

    def session_linked(self, event: Json, payload: Json) -> None:
        if self.is_from_member(event):
            self.links.append((payload["participant_id"], payload["linked_session_id"]))

    # Warnings.

    def warning(self, event: Json, payload: Json) -> None:
        for who in dict.fromkeys(payload["participant_ids"]):  # R17: each one once, in the order of the list
            if who not in self.participants:
                self.refuse_stranger(event, who)
        self.fill_warning(event, event["event_type"], payload["participant_ids"])

    def warning_acknowledged(self, event: Json, payload: Json) -> None:
        if not self.is_from_member(event):
            return
        who = payload["participant_id"]
        if self.find_warning(payload["warning_id"]) is None:  # R19
            self.refuse("unknown-warning", event, f"Warning '{payload['warning_id']}' not found")
            self.fill_warning(event, "UnknownWarning", [who])
        found = self.find_warning(payload["warning_id"])
        assert found is not None
        found["acknowledgements"][who] = payload["acknowledgement"]  # R22

    def find_warning(self, warning_id: str) -> Json | None:
        return next((known for known in self.warnings if known["warning_id"] == warning_id), None)

    def fill_warning(self, event: Json, warning_type: str, participant_ids: list[str]) -> None:
        """R18, R19: what is known of a warning id is replaced in place, but for its acknowledgements."""
        found = self.find_warning(event["payload"]["warning_id"])
        if found is None:
            found = {"warning_id": event["payload"]["warning_id"]}
            self.warnings.append(found)
        found["event_id"] = event["event_id"]
        found["warning_type"] = warning_type
        found["participant_ids"] = list(participant_ids)
        found.setdefault("acknowledgements", {})

    # The end.

    def state(self) -> Json:
        """Give the 15 fields in their order, mappings and sets sorted by code point (§4, S16)."""
        return {
            "mission_id": self.mission_id or "",
            "participants": in_order(self.participants),
            "departed_participants": in_order(self.departed),
            "presence": in_order(self.presence),
            "active_drivers": sorted(self.drivers),
            "focus_by_participant": in_order(self.focus),
            "participants_by_focus": self.participants_by_focus(),
            "warnings": [known | {"acknowledgements": in_order(known["acknowledgements"])} for known in self.warnings],
            "decisions": self.decisions,
            "comments": self.comments,
            "active_executions": lists_by_participant(self.executions),
            "linked_sessions": lists_by_participant(self.links),
            "anomalies": self.anomalies,
            "event_count": len(self.texts),  # S14
            "last_processed_event_id": list(self.texts)[-1] if self.texts else None,  # S15
        }

    def participants_by_focus(self) -> dict[str, list[str]]:
        watchers: dict[str, list[str]] = {}
        for who, target in self.focus.items():
            watchers.setdefault(f"{target['target_type']}:{target['target_id']}", []).append(who)
        return {key: sorted(names) for key, names in sorted(watchers.items())}


def in_order(mapping: dict[str, Any]) -> dict[str, Any]:
    return {key: mapping[key] for key in sorted(mapping)}


def entry(own_id: str, event: Json, payload: Json, fields: Iterable[str]) -> Json:
    """Make a DecisionEntry or a CommentEntry: its own id, the event's, then the fields."""
    return {
        own_id: payload[own_id],
        "event_id": event["event_id"],
        **{field: payload[field] for field in fields},
    }


def lists_by_participant(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    names = sorted({who for who, _ in pairs})
    return {who: [item for other, item in pairs if other == who] for who in names}


# --- Comparing ---------------------------------------------------------------------------------------------

# The kinds of anomalies and the words that give them away, looked for in this order: a field's name or an
# event's type may stand in a reason of any kind, so the surest words come first.
PHRASES: dict[str, str] = {
    "malformed": "malformed",
    "conflict": "different content",
    "No matching PromptStepExecutionStarted": "no matching promptstepexecutionstarted",
    "Duplicate join": "duplicate join",
    "not in roster": "not in roster",
    "has departed": "has departed",
    "Unknown participant": "unknown participant",
    "not found": "not found",
    "invitation": "invit",
    "mission": "mission",
}


def kind_of(reason: str) -> str:
    """Name the kind of anomaly that a reason, of whatever implementation, speaks of."""
    text = reason.replace("ParticipantInvited", "").lower()
    for kind, words in PHRASES.items():
        if words in text:
            return kind
    raise ValueError(f"no known kind of anomaly: {reason!r}")


def comparable(state: Json) -> Json:
    """Copy a state with every anomaly's reason replaced by its kind."""
    anomalies = [anomaly | {"reason": kind_of(anomaly["reason"])} for anomaly in state["anomalies"]]
    return {field: anomalies if field == "anomalies" else value for field, value in state.items()}
