"""Streams of many events for rule R40. They are checked for their result: time is measured elsewhere."""

from __future__ import annotations

from .kinds import Object
from .model import Json
from .systematic import ENVELOPE

COUNT = 200


def event(number: int, event_type: str, payload: Object) -> Json:
    """Give an event whose id and clock are its number."""
    sent: Object = {"mission_id": "m1", **payload}
    return {"event_id": event_id(number), "event_type": event_type, "lamport_clock": number, "payload": sent}


def event_id(number: int) -> str:
    """Give the id of an event."""
    return f"01J{number:023d}"


def roster(*participants: str) -> Object:
    """Give a roster of people."""
    return {who: {"participant_id": who, "participant_type": "human"} for who in participants}


def scenario(name: str, rules: list[Json], events: list[Json], state: Object) -> Json:
    """Write one scenario whose outcome both modes share."""
    counted: Object = {"event_count": len(events), "last_processed_event_id": event_id(len(events))}
    outcome: Json = {"both": {"state": {**state, **counted}}}
    return {"name": name, "rules": rules, "roster": roster("p1", "p2"), "events": events, "expect": outcome}


def step(number: int, event_type: str, which: int) -> Json:
    """Give the start or the completion of a step."""
    payload: Object = {"participant_id": "p1", "step_id": f"s{which}"}
    if event_type == "PromptStepExecutionCompleted":
        payload["outcome"] = "success"
    return event(number, event_type, payload)


def executions() -> Json:
    """Start many steps and complete all but one, the last one first."""
    started = [step(number, "PromptStepExecutionStarted", number) for number in range(1, COUNT + 1)]
    completed = [step(COUNT + number, "PromptStepExecutionCompleted", COUNT + 1 - number) for number in range(1, COUNT)]
    state: Object = {"active_executions": {"p1": ["s1"]}}
    return scenario("Many steps complete in the reverse of their order", ["R40", "S11"], started + completed, state)


def warning(number: int, *participants: Json) -> Json:
    """Give the warning w1."""
    named: Object = {"warning_id": "w1", "participant_ids": list(participants)}
    target: Object = {"target_type": "wp", "target_id": "WP01"}
    return event(number, "ConcurrentDriverWarning", {**named, "focus_target": target, "severity": "info"})


def acknowledgement(number: int) -> Json:
    """Give an acknowledgement of the warning w1."""
    action = "hold" if number % 2 else "continue"
    payload: Object = {"participant_id": "p1", "warning_id": "w1", "acknowledgement": action}
    return event(number, "WarningAcknowledged", payload)


def warnings() -> Json:
    """Acknowledge one warning often, then raise it as often again."""
    acknowledged = [acknowledgement(number) for number in range(2, COUNT + 1)]
    repeated = [warning(number, "p2", "p1") for number in range(COUNT + 1, 2 * COUNT + 1)]
    entry: Object = {
        "warning_id": "w1",
        "event_id": event_id(2 * COUNT),
        "warning_type": "ConcurrentDriverWarning",
        "participant_ids": ["p2", "p1"],
        "acknowledgements": {"p1": "continue"},
    }
    events = [warning(1, "p1", "p2"), *acknowledged, *repeated]
    return scenario(
        "A warning is acknowledged and raised again many times", ["R40", "R18"], events, {"warnings": [entry]}
    )


def focus() -> Json:
    """Move one participant's focus to and fro."""
    targets = ("WP01", "WP02")
    events = [
        event(
            number,
            "FocusChanged",
            {"participant_id": "p1", "focus_target": {"target_type": "wp", "target_id": targets[number % 2]}},
        )
        for number in range(1, COUNT + 1)
    ]
    state: Object = {"participants_by_focus": {"wp:WP01": ["p1"]}}
    return scenario("A focus moves to and fro many times", ["R40", "S7"], events, state)


def large_files() -> dict[str, Object]:
    """Give the content of the generated files."""
    envelope = {name: value for name, value in ENVELOPE.items() if name not in {"event_id", "lamport_clock"}}
    head: Object = {"$schema": "../../format.schema.json"}
    streams: Object = {"kind": "scenarios", "envelope": envelope, "cases": [executions(), warnings(), focus()]}
    return {"cases/scenarios/large_streams.json": {**head, **streams}}
