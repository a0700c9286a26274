"""Variants that get wrong what counts, and what is last (S14, S15)."""

from conformance.kinds import Object
from mission_collaboration.contract.payloads import PAYLOAD_MODELS

from .between import listed, states
from .variant import Variant


def collaboration(request: Object) -> list[Object]:
    return [event for event in listed(request) if event.get("event_type") in PAYLOAD_MODELS]


def unique_ids(request: Object) -> int:
    return len({str(event.get("event_id")).upper() for event in listed(request)})


def applied_alone(state: Object, request: Object) -> Object:
    anomalies, count = state["anomalies"], state["event_count"]
    assert isinstance(anomalies, list)
    assert isinstance(count, int)
    return {**state, "event_count": count - len(anomalies)}


def last_sent(state: Object, request: Object) -> Object:
    sent = collaboration(request)
    return {**state, "last_processed_event_id": str(sent[-1]["event_id"]).upper() if sent else None}


VARIANTS = (
    Variant(
        "counts duplicates",
        "The same event sent twice counts as two.",
        "S14",
        "Every unique collaboration event counts, applied or not (permissive)",
        ("/event_count", "4", "5"),
        around=states(lambda state, request: {**state, "event_count": len(collaboration(request))}),
    ),
    Variant(
        "counts foreign event types",
        "Events that are none of the reducer's business count.",
        "E2",
        "A broken envelope of another family is ignored",
        ("/event_count", "1", "2"),
        around=states(lambda state, request: {**state, "event_count": unique_ids(request)}),
    ),
    Variant(
        "counts applied events alone",
        "Events that were found odd do not count.",
        "S14",
        "Every unique collaboration event counts, applied or not (permissive)",
        ("/event_count", "4", "1"),
        around=states(applied_alone),
    ),
    Variant(
        "names the last event sent as the last one",
        "The last event is the one that arrived last, not the one that happened last.",
        "S15",
        "The last event is the last in order, not the last sent (strict)",
        ("/last_processed_event_id", '"01J00000000000000000000002"', '"01J00000000000000000000001"'),
        around=states(last_sent),
    ),
)
