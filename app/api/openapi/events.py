"""The envelope as readers and client generators see it: a schema for each type, one for all others (contract §1, §3).

    Event ─┬─ CollaborationEvent ─┬─ ParticipantInvitedEvent ── payload: ParticipantInvitedPayload
           │   by `event_type`    ├─ …
           │                      └─ SessionLinkedEvent
           └─ OtherEvent ── payload: any object

Both unions have a discriminator. It needs a name for each member, and the type of an `OtherEvent` may be any
text. So the mapping of `Event` names a few well-known other types. Generators make literals of these names; if the type
of an `OtherEvent` were any string to them, a wrong payload of a collaboration event would compile as an `OtherEvent`.

Each schema repeats the envelope's fields instead of inheriting them: flat schemas are what documentation and generated
code show best.
"""

from typing import Final

from app.api.examples.stories import EACH_TYPE, OTHER_EVENT
from app.api.openapi.names import Schema
from app.api.operation import SCHEMAS
from mission_collaboration.contract.payloads import PAYLOAD_MODELS

WELL_KNOWN_OTHER_TYPES = ("MissionCreated", "WPStatusChanged")
"""Types of other events that producers are known to send. The service accepts any other type as well."""
EVENT: Final = (
    "One event as its producer emitted it. Collaboration events are typed by `event_type`; any other type is legal in "
    "a batch and ignored by the reducer."
)
COLLABORATION_EVENT: Final = "An event of one of the collaboration types, told apart by `event_type`."
OTHER: Final = (
    "An event of any other type: legal in a batch and ignored by the reducer. Only its type has to be there (E19); "
    "`/validate/batch` judges the rest of its envelope."
)


def event_schemas(envelope: Schema) -> dict[str, Schema]:
    """Make the union's schemas out of the schema of the envelope, in which the payload is any object."""
    typed = [_ref(f"{event_type}Event") for event_type in PAYLOAD_MODELS]
    each: dict[str, Schema] = {}
    for event_type, model in PAYLOAD_MODELS.items():
        about = (model.__doc__ or "").strip()
        always = {"type": "string", "const": event_type, "description": f"Always `{event_type}`."}
        payload = _ref(model.__name__) | {"description": about}
        described = _event(envelope, about, always, payload, EACH_TYPE[event_type])
        each[f"{event_type}Event"] = {**described, "required": [*envelope["required"], "payload"]}
    mapping = {event_type: f"{SCHEMAS}{event_type}Event" for event_type in PAYLOAD_MODELS}
    others = dict.fromkeys(WELL_KNOWN_OTHER_TYPES, f"{SCHEMAS}OtherEvent")
    other_type, any_payload = envelope["properties"]["event_type"], envelope["properties"]["payload"]
    other = _event(
        envelope,
        OTHER,
        {**other_type, "description": "Any type but the collaboration types.", "not": _ref("CollaborationEventType")},
        {**any_payload, "description": "What happened; any object."},
        OTHER_EVENT,
    )
    return {
        "Event": _union(EVENT, [*typed, _ref("OtherEvent")], mapping | others),
        "CollaborationEvent": _union(COLLABORATION_EVENT, typed, mapping),
        "OtherEvent": {**other, "required": ["event_type"]},
        **each,
    }


def advisory_schemas(advisory: Schema) -> dict[str, Schema]:
    """Make the union of advisories likewise: the type of each tells its payload."""
    types = advisory["properties"]["event_type"]["enum"]
    about = advisory["properties"]["payload"]["description"]
    each = {
        f"{event_type}Advisory": {
            **advisory,
            "description": f"A `{event_type}` that should be sent.",
            "properties": {
                "event_type": {"type": "string", "const": event_type, "description": f"Always `{event_type}`."},
                "payload": _ref(f"{event_type}Payload") | {"description": about},
            },
        }
        for event_type in types
    }
    return {
        "Advisory": _union(
            advisory["description"],
            [_ref(f"{event_type}Advisory") for event_type in types],
            {event_type: f"{SCHEMAS}{event_type}Advisory" for event_type in types},
        ),
        **each,
    }


def _event(envelope: Schema, about: str, event_type: Schema, payload: Schema, example: Schema) -> Schema:
    properties = {**envelope["properties"], "event_type": event_type, "payload": payload}
    return {**envelope, "description": about, "properties": properties, "examples": [example]}


def _ref(name: str) -> Schema:
    return {"$ref": f"{SCHEMAS}{name}"}


def _union(about: str, members: list[Schema], mapping: dict[str, str]) -> Schema:
    """Make a union whose members are told apart by their type; `mapping` has the member of each type."""
    return {
        "description": about,
        "oneOf": members,
        "discriminator": {"propertyName": "event_type", "mapping": mapping},
    }
