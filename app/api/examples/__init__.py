"""Requests to try, by endpoint and name: realistic, filled in for readers of the document, executed by the tests.

What the service answers to them is recorded from it into `answers.json`, and read from there.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypedDict

from app.api.examples.morning import MORNING
from app.api.examples.stories import COLLISION, EACH_TYPE, MISSION_OF_ALL_TYPES, OTHER_EVENT, OVERLAP, STRANGER
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.reducer.fold import reduce_collaboration_events


def _example(summary: str, value: Any) -> dict[str, Any]:
    return {"summary": summary, "value": value}


def _request(event_type: str, **payload: Any) -> dict[str, Any]:
    return {"event_type": event_type, "payload": EACH_TYPE[event_type]["payload"] | payload}


def _state(events: list[dict[str, Any]]) -> Any:
    return reduce_collaboration_events(list(map(Event.model_validate, events))).model_dump(mode="json")


def _without(event: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {member: value for member, value in event.items() if member != name}


REDUCE: Final = {
    "overlap": _example(
        "Three participants drive one work package: a warning, and two answers", {"events": OVERLAP, "mode": "strict"}
    ),
    "collision": _example("A person and an agent run the same step", {"events": COLLISION, "mode": "strict"}),
    "refusal": _example(
        "A stranger comments: refused in strict mode", {"events": [*OVERLAP, STRANGER], "mode": "strict"}
    ),
    "replay": _example(
        "The same in permissive mode: an anomaly in the state", {"events": [*OVERLAP, STRANGER], "mode": "permissive"}
    ),
    "window": _example(
        "The last events of a longer history, with the roster that they start from",
        {
            "events": OVERLAP[3:],
            "mode": "strict",
            "roster": {
                joined["payload"]["participant_id"]: joined["payload"]["participant_identity"] for joined in OVERLAP[:3]
            },
        },
    ),
    "mission": _example(
        "A mission in which each collaboration type occurs, and one event of another type",
        {"events": [*MISSION_OF_ALL_TYPES, OTHER_EVENT], "mode": "strict"},
    ),
}
VALIDATE: Final = {
    "invalid": _example("An intent that does not exist", _request("DriveIntentSet", intent="maybe")),
    **{name: _example(f"A valid payload of {name}", _request(name)) for name in PAYLOAD_MODELS},
}
VALIDATE_BATCH: Final = {
    "mixed": _example(
        "A valid event, one without its payload, and one whose ids name two missions",
        {"events": [OVERLAP[0], _without(OVERLAP[1], "payload"), OVERLAP[2] | {"aggregate_id": "mission/search"}]},
    ),
    "mission": _example("A whole mission without a fault", {"events": MISSION_OF_ALL_TYPES}),
}
ADMIT: Final = {
    "start": _example("The first events of a mission: an overlap without a warning", {"events": OVERLAP[:9]}),
    "pending": _example(
        "A stranger's comment waits for its join; an event without its payload is rejected",
        {
            "mission_id": "checkout-redesign",
            "checkpoint": None,
            "events": [OVERLAP[0], STRANGER, _without(OVERLAP[1], "payload")],
            "on_late": "reject",
        },
    ),
    "late": _example(
        "Late joins take their places before the events that need them; the answer has only the changes",
        {"mission_id": "checkout-redesign", "events": [*OVERLAP[3:9], *OVERLAP[:3]], "answer": "changes"},
    ),
}
SEARCH_MISSION: Final[list[dict[str, Any]]] = [
    {
        **event,
        "event_id": f"01JS{event['event_id'][4:]}",
        "aggregate_id": "mission/search-rework",
        "payload": {**event["payload"], "mission_id": "search-rework"},
    }
    for event in OVERLAP[:3]
]
"""Another mission, which begins in the same way."""
REDUCE_MISSIONS: Final = {
    "two": _example(
        "Two missions in one batch, and an event of another type",
        {"events": [*OVERLAP[:3], *SEARCH_MISSION, OTHER_EVENT], "mode": "strict"},
    ),
}
ADMIT_MISSIONS: Final = {
    "two": _example(
        "Events of two missions, but the request names only one: those of the other change nothing",
        {
            "missions": {"checkout-redesign": {"checkpoint": None}},
            "events": [*OVERLAP[:3], *SEARCH_MISSION, OTHER_EVENT],
            "answer": "state",
        },
    ),
}
EXPLAIN: Final = {
    "morning": _example(
        "Why is Ada no longer a driver at 10:32? Real input with late and repeated events and five faults",
        {"events": MORNING, "until": {"timestamp": "2026-01-19T10:32:00Z"}},
    ),
    "admit": _example(
        "The rules of the live loop: a stranger's comment is pending",
        {"events": [*OVERLAP, STRANGER, OTHER_EVENT], "mode": "admit", "mission_id": "checkout-redesign"},
    ),
    "mission": _example(
        "A mission in which each collaboration type occurs, and one event of another type",
        {"events": [*MISSION_OF_ALL_TYPES, OTHER_EVENT]},
    ),
}
ADVISE: Final = {
    "overlap": _example("Three participants drive one work package", {"state": _state(OVERLAP[:9])}),
    "presence": _example(
        "Who went quiet",
        {"state": _state(MISSION_OF_ALL_TYPES), "as_of": "2026-03-02T09:07:00Z", "stale_after_seconds": 30},
    ),
}
METRICS: Final = """\
# HELP collab_requests_total Requests that were answered
# TYPE collab_requests_total counter
collab_requests_total{method="POST",route="/reduce",status="200"} 1.0
"""
ANSWERS_FILE: Final = "answers.json"
REQUEST_ID: Final = "cli-42.retry-1"
ONLY: Final = "answer"
"""The name of the one answer of an operation that takes no body."""


class RecordedAnswer(TypedDict):
    """An answer to one example."""

    status: int
    value: Any


RecordedAnswers = dict[str, dict[str, RecordedAnswer]]
"""Operation id → name of the example → answer."""


@cache
def answers() -> RecordedAnswers:
    """Read the recorded answers."""
    recorded: RecordedAnswers = json.loads(files("app.api.examples").joinpath(ANSWERS_FILE).read_bytes())
    return recorded
