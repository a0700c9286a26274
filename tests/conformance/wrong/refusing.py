"""Variants that take too little (E2, E14, M1)."""

from conformance.kinds import Object
from conformance.model import Json
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.payloads import PAYLOAD_MODELS

from .between import events
from .variant import Variant


def refuse_unknown_members(event: Object) -> Json:
    return event if event.keys() <= Event.model_fields.keys() else None


def refuse_unknown_payload_members(event: Object) -> Json:
    payload, model = event.get("payload"), PAYLOAD_MODELS.get(str(event.get("event_type")))
    if not isinstance(payload, dict) or model is None or payload.keys() <= model.model_fields.keys():
        return event
    return {**event, "payload": {}}


def refuse_unknown_types(event: Object) -> Json:
    return event if event.get("event_type") in PAYLOAD_MODELS else None


def refuse_unmapped(event: Object) -> Json:
    payload = event.get("payload")
    mission = payload.get("mission_id") if isinstance(payload, dict) else None
    return event if mission is None or event.get("aggregate_id") in (mission, f"mission/{mission}") else None


VARIANTS = (
    Variant(
        "refuses unknown members of an event",
        "An operator who upgrades the producers first breaks everything.",
        "E14",
        "An envelope takes members it does not know",
        ("/valid", "true", "false"),
        around=events(refuse_unknown_members),
    ),
    Variant(
        "refuses unknown members of a payload",
        "A payload with one member too many cannot be read.",
        "E14",
        "Members of newer producers are ignored",
        ("status", "200", "422"),
        around=events(refuse_unknown_payload_members),
    ),
    Variant(
        "refuses unknown event types",
        "A batch with an event of another family in it is refused.",
        "E2",
        "event_type takes a type of another family",
        ("/valid", "true", "false"),
        around=events(refuse_unknown_types),
    ),
    Variant(
        "enforces the canonical mapping",
        "An event whose aggregate does not fit its mission is refused instead of reported.",
        "M1",
        "The mapping reports an aggregate_id of another mission",
        ("/results/0/violations/*/layer", '["mapping"]', '["model"]'),
        around=events(refuse_unmapped),
    ),
)
