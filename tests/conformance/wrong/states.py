"""Variants that fold well and write the state wrong (S5, S13, S16)."""

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec

from conformance.kinds import Object
from conformance.model import Json

from .between import Exchange, between, listed, states
from .variant import Around, Variant, instead


def by_arrival(state: Object, request: Object) -> Object:
    """List drivers in the order in which the request first names them."""
    text, drivers = json.dumps(listed(request)), state["active_drivers"]
    assert isinstance(drivers, list)
    return {**state, "active_drivers": sorted(drivers, key=lambda name: text.find(json.dumps(name)))}


def sorting(key: Callable[[str], Any]) -> Around:
    """Sort keys by something else than their code points."""

    def altered(value: Json) -> Json:
        if not isinstance(value, dict):
            return value
        return {name: value[name] for name in sorted(value, key=key)}

    return states(lambda state, request: {name: altered(value) for name, value in state.items()})


def without_nulls(value: Json) -> Json:
    if isinstance(value, list):
        return list(map(without_nulls, value))
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return value


def rewriting(change: Callable[[str], str]) -> Around:
    """Change the text of every state."""

    def reply(exchange: Exchange) -> Exchange:
        if exchange.path != "/reduce" or exchange.status != 200:
            return exchange
        return exchange.saying(change(exchange.body.decode()).encode())

    return between(reply=reply)


def presence(change: Callable[[str], str]) -> Around:
    """Write the times of the last heartbeats in another way."""

    def altered(state: Object, request: Object) -> Object:
        times = state["presence"]
        assert isinstance(times, dict)
        return {**state, "presence": {person: change(str(time)) for person, time in times.items()}}

    return states(altered)


def in_code(state: Object, request: Object) -> Object:
    """Give reasons as a program would want them."""
    anomalies = state["anomalies"]
    assert isinstance(anomalies, list)
    coded = [{**anomaly, "reason": "refused"} for anomaly in anomalies if isinstance(anomaly, dict)]
    return {**state, "anomalies": list[Json](coded)}


def backwards(value: Json) -> Json:
    return value[::-1] if isinstance(value, list) else value


VARIANTS = (
    Variant(
        "lists sets in the order of arrival",
        "The drivers are listed in another order whenever the events are.",
        "S16",
        "A state with something in every field is right to the byte (strict)",
        ("/active_drivers/0", '"p1"', '"p2"'),
        around=states(by_arrival),
    ),
    Variant(
        "lists keys in the order in which they came up",
        "Two services that know the same write different bytes.",
        "S16",
        "A state with something in every field is right to the byte (strict)",
        ("/participants (order of keys)", '["p1", "p2"]', '["p2", "p1"]'),
        (instead("mission_collaboration.reducer.snapshot._write", msgspec.json.Encoder(enc_hook=dict).encode),),
    ),
    Variant(
        "sorts keys by UTF-16, as JavaScript does",
        "Names with rare characters stand at another place than elsewhere.",
        "S16",
        "Those who left stand in code point order (strict)",
        (
            "/departed_participants (order of keys)",
            '["P2", "p", "p10", "p2", "é", "\uff5e", "😀"]',
            '["P2", "p", "p10", "p2", "é", "😀", "\uff5e"]',
        ),
        around=sorting(lambda name: name.encode("utf-16-be")),
    ),
    Variant(
        "sorts keys without regard to case",
        "Names in capitals stand at another place than elsewhere.",
        "S16",
        "Those who left stand in code point order (strict)",
        (
            "/departed_participants (order of keys)",
            '["P2", "p", "p10", "p2", "é", "\uff5e", "😀"]',
            '["p", "p10", "P2", "p2", "é", "\uff5e", "😀"]',
        ),
        around=sorting(str.lower),
    ),
    Variant(
        "leaves out what is null",
        "A reader cannot tell what is unknown from what is missing.",
        "S16",
        "A state with something in every field is right to the byte (strict)",
        ("/participants/p1/display_name", "null", "(missing)"),
        around=states(lambda state, request: {name: without_nulls(value) for name, value in state.items()}),
    ),
    Variant(
        "leaves the state's own nulls out",
        "A state without events has fourteen fields.",
        "S16",
        "No events give the empty state to the byte (strict)",
        ("/last_processed_event_id", "null", "(missing)"),
        around=states(lambda state, request: {name: value for name, value in state.items() if value is not None}),
    ),
    Variant(
        "writes times with +00:00",
        "A time in UTC is written in another way than everybody else writes it.",
        "S16",
        "A state with something in every field is right to the byte (strict)",
        ("/presence/p1", '"2026-01-01T12:00:06Z"', '"2026-01-01T12:00:06+00:00"'),
        around=presence(lambda time: time.replace("Z", "+00:00")),
    ),
    Variant(
        "writes decimals that are zero",
        "A whole second has six zeros behind it.",
        "S16",
        "A state with something in every field is right to the byte (strict)",
        ("/presence/p1", '"2026-01-01T12:00:06Z"', '"2026-01-01T12:00:06.000000Z"'),
        around=presence(lambda time: re.sub(r"(:\d\d)Z$", r"\1.000000Z", time)),
    ),
    Variant(
        "cuts times to milliseconds",
        "A time comes back shorter than it was sent.",
        "S4",
        "Decimals beyond microseconds are dropped, not rounded (strict)",
        ("/presence/p1", '"2026-01-01T12:00:00.123456Z"', '"2026-01-01T12:00:00.123Z"'),
        around=presence(lambda time: re.sub(r"(\.\d{3})\d+Z$", r"\1Z", time)),
    ),
    Variant(
        "adds a space after each comma",
        "The state is right, and its bytes are others.",
        "S16",
        "A state with something in every field is right to the byte (strict)",
        ("body", '"{\\"mission_id\\":\\"m1\\",\\"participants\\":{\\"p1\\"', '"{\\"mission_id\\":\\"m1\\",'),
        around=rewriting(lambda text: json.dumps(json.loads(text), ensure_ascii=False, separators=(", ", ":"))),
    ),
    Variant(
        "writes what is not ASCII in escapes",
        "The state is right, and its bytes are others where a name has an accent.",
        "S16",
        "A state with something in every field is right to the byte (strict)",
        (
            "body",
            '"{\\"mission_id\\":\\"m1\\",\\"participants\\":{\\"p1\\"',
            '"{\\"mission_id\\":\\"m1\\",\\"participants\\":{\\"p1\\"',
        ),
        around=rewriting(lambda text: json.dumps(json.loads(text), separators=(",", ":"))),
    ),
    Variant(
        "gives reasons in codes",
        "An anomaly does not say what is odd.",
        "R10",
        "A stranger's heartbeat is not applied (permissive)",
        ("/anomalies/0/reason", '"a sentence with \\"Unknown participant \'p9\'\\""', '"refused"'),
        around=states(in_code),
    ),
    Variant(
        "lists anomalies in the reverse of their order",
        "What went wrong first stands last.",
        "S13",
        "Anomalies stand in canonical order (permissive)",
        ("/anomalies/0/event_id", '"01J00000000000000000000001"', '"01J00000000000000000000003"'),
        around=states(lambda state, request: {**state, "anomalies": backwards(state["anomalies"])}),
    ),
)
