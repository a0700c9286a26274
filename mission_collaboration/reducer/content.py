"""What an event says, as one text: two events of one id say the same, or they conflict (R30, R31)."""

import json
from collections.abc import Callable
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any, Final

import msgspec
from msgspec import UNSET, structs
from pydantic import BaseModel

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.formats import write_instant
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.decoding.structs import wire_formats

ASIDE: Final = ("payload", "build_id", "schema_version")
"""Of the envelope, what is no part of the content: two members that say nothing of what happened. The payload has its
own place."""
MEMBERS: Final = tuple(name for name in Event.model_fields if name not in ASIDE)
_normalisers: Final = [
    (MEMBERS.index(name), lru_cache(4096)(form.normal))
    for name, form in wire_formats(Event).items()
    if name not in ("event_id", "timestamp")
]
"""What normalises the texts that a struct holds as they were sent, by their place in `MEMBERS`.

Event id and instant are normalised when an event is read.
"""
_envelope: Final = attrgetter(*MEMBERS)
EventContent: Final = msgspec.defstruct("EventContent", [*MEMBERS, "payload", ("schema_version", Any, UNSET)], gc=False)
"""What an event says; `schema_version` was a part of it in contract 2.1.0 alone."""


def content(event: FoldEvent) -> str:
    """Write an event's content as canonical JSON text: what the models read, keys sorted (R31).

    A malformed payload stands as it was sent.
    """
    return content_bytes(event).decode("utf-8", "surrogatepass")


def content_bytes(event: FoldEvent) -> bytes:
    """Write the same as bytes; half a surrogate pair, which only Python can send, is no obstacle."""
    return _text(event, event.payload)


def content_bytes_2_1_0(event: FoldEvent) -> bytes:
    """Write the content of an event as contract 2.1.0 had it, whose checkpoints hold hashes of it (L9)."""
    payload = event.payload
    if getattr(payload, "participant_identity", None) is not None:
        payload = msgspec.json.decode(_write(payload))
        del payload["participant_identity"]["external_refs"]
    return _text(event, payload, event.source.schema_version)


def same_content(one: FoldEvent, other: FoldEvent) -> bool:
    """Whether two events say the same, in any spelling (R30)."""
    if one.payload is not None and one.payload == other.payload and _envelope(one.source) == _envelope(other.source):
        return True
    return content_bytes(one) == content_bytes(other)


def _text(event: FoldEvent, payload: Any, schema_version: Any = UNSET) -> bytes:
    source = event.source
    values = list(_envelope(source))
    for place, normalise in _normalisers:
        if values[place] is not None:
            values[place] = normalise(values[place])
    said = EventContent(*values, payload, schema_version)
    if payload is not None:
        return _write(said)
    members = {name: value for name, value in structs.asdict(said).items() if value is not UNSET}
    members["timestamp"] = write_instant(members["timestamp"])
    try:
        return _canonical_json({**members, "payload": source.payload})
    except (TypeError, ValueError, RecursionError):  # no JSON: only a Python caller can hand that over
        return _canonical_json({**members, "payload": _spelled(source.payload)})


_write: Final[Callable[[Any], bytes]] = msgspec.json.Encoder(
    enc_hook=partial(BaseModel.model_dump, mode="json"), order="sorted"
).encode
"""For what the models have read: the same text as the standard library's, many times faster."""


def _canonical_json(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=repr)
    return text.encode("utf-8", "surrogatepass")


def _spelled(payload: object) -> str:
    try:
        return repr(payload)
    except (ValueError, RecursionError):
        return object.__repr__(payload)
