"""What an event says, as one text: two events of one id say the same, or they conflict (R30, R31)."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

import msgspec
from pydantic import BaseModel

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.formats import write_instant
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.decoding.structs import wire_formats

ASIDE: Final = ("payload", "build_id", "schema_version")
"""Of the envelope, what is no part of the content: two members that say nothing of what happened. The payload has its
own place."""
MEMBERS: Final = tuple(name for name in Event.model_fields if name not in ASIDE)
MEMBERS_2_1_0: Final = (*MEMBERS, "schema_version")
_formats: Final = {name: form for name, form in wire_formats(Event).items() if name not in ("event_id", "timestamp")}
"""The texts that a struct holds as they were sent; event id and instant are normalised when an event is read."""
_envelope: Final = attrgetter(*MEMBERS)


def content(event: FoldEvent) -> str:
    """Write an event's content as canonical JSON text: what the models read, keys sorted (R31).

    A malformed payload stands as it was sent.
    """
    return _text(event, MEMBERS, event.payload)


def content_2_1_0(event: FoldEvent) -> str:
    """Write the content of an event as contract 2.1.0 had it, whose checkpoints hold hashes of it (L9)."""
    payload = event.payload
    if getattr(payload, "participant_identity", None) is not None:
        payload = msgspec.json.decode(_write(payload))
        del payload["participant_identity"]["external_refs"]
    return _text(event, MEMBERS_2_1_0, payload)


def same_content(one: FoldEvent, other: FoldEvent) -> bool:
    """Whether two events say the same, in any spelling (R30)."""
    if one.payload is not None and one.payload == other.payload and _envelope(one.source) == _envelope(other.source):
        return True
    return content(one) == content(other)


def _text(event: FoldEvent, members: Sequence[str], payload: Any) -> str:
    source = event.source
    said: dict[str, Any] = dict(zip(MEMBERS, _envelope(source), strict=True))
    if members is not MEMBERS:
        said |= {name: getattr(source, name) for name in members}
    for name in _formats:
        if said[name] is not None:
            said[name] = _normal(name, said[name])
    if payload is not None:
        return _write({**said, "payload": payload}).decode()
    said["timestamp"] = write_instant(said["timestamp"])
    try:
        return _canonical_json({**said, "payload": source.payload})
    except (TypeError, ValueError, RecursionError):  # no JSON: only a Python caller can hand that over
        return _canonical_json({**said, "payload": _spelled(source.payload)})


@lru_cache(4096)
def _normal(name: str, value: Any) -> str:
    return _formats[name].normal(value)


def _plain_model(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"no JSON for {type(value)!r}")


_write: Final[Callable[[Any], bytes]] = msgspec.json.Encoder(enc_hook=_plain_model, order="sorted").encode
"""For what the models have read: the same text as the standard library's, many times faster."""


def _canonical_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=repr)


def _spelled(payload: object) -> str:
    try:
        return repr(payload)
    except (ValueError, RecursionError):
        return object.__repr__(payload)
