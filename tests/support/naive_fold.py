"""The fold from events to the state a second time, as plainly as it can be said: the judge of the real reducer.

Nothing here comes from `app` or the library, and nothing is fast. Rule numbers are the contract's. Events are parsed
JSON; their envelopes are taken to be valid, their payloads need not be.
"""

from collections.abc import Callable, Iterable
from typing import Any

from tests.support.builders import Json
from tests.support.naive_events import (
    MODELS,
    PAYLOADS,
    canonical_key,
    canonical_text,
    normalise_event,
    payload_fault,
    read,
)


class Refusal(Exception):  # noqa: N818
    """What strict mode answers instead of a state (R3, R4)."""

    def __init__(self, code: str, event_id: str, event_type: str, participant_id: str | None = None) -> None:
        super().__init__(f"{code}: {event_type} {event_id} (participant: {participant_id})")
        self.code = code
        self.event_id = event_id
        self.event_type = event_type
        self.participant_id = participant_id


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
    """Name the kind of anomaly that a reason speaks of, in the words of any implementation."""
    text = reason.replace("ParticipantInvited", "").lower()
    for kind, words in PHRASES.items():
        if words in text:
            return kind
    raise ValueError(f"no known kind of anomaly: {reason!r}")


def comparable(state: Json) -> Json:
    """Copy a state with every anomaly's reason replaced by its kind."""
    anomalies = [anomaly | {"reason": kind_of(anomaly["reason"])} for anomaly in state["anomalies"]]
    return {field: anomalies if field == "anomalies" else value for field, value in state.items()}
