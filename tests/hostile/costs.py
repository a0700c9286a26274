"""Bodies that are cheap to send and dear to answer, for every endpoint, content type and encoding."""

import gzip
import itertools
import json
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec

from app.api.compression import zstd
from tests.support import builders as build

WIRE: Final = 128 * 1024
"""The most bytes of a case on the wire."""
UNPACKED: Final = 8 * 1024 * 1024
"""About how large a compressed case is once it is unpacked."""
BATCHES: Final = ("/reduce", "/validate/batch", "/admit", "/explain", "/missions/reduce", "/missions/admit")
NDJSON_PATHS: Final = ("/reduce", "/reduce?ordered=true", "/validate/batch", "/explain", "/missions/reduce")
NDJSON: Final = "application/x-ndjson"

Items = bytes | Callable[[int], bytes]
"""An item of a list, or what makes the n-th."""


class Cost(NamedTuple):
    """A request whose cost is measured."""

    name: str
    path: str
    body: bytes
    plain: int
    """The bytes of the body after decompression."""
    headers: tuple[tuple[str, str], ...]


def packed(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


NUMBER: Final = 987_654_321
"""Stands for the number of an item in what the items are made from."""


def numbered(value: Any) -> Items:
    """Make items from one that has the number in it."""
    template = packed(value).replace(b"%", b"%%").replace(b"%d" % NUMBER, b"%(number)d")
    return lambda number: template % {b"number": number}


def event(event_type: str, payload: Any, **envelope: Any) -> Callable[[int], bytes]:
    """Make events that differ in their ids and clocks."""
    own_id = f"00c0ffee-0000-7000-8000-{NUMBER:012}"
    made = build.event(event_type, payload, lamport_clock=NUMBER) | {"event_id": own_id} | envelope
    template = packed(made).replace(b"%", b"%%").replace(b"%012d" % NUMBER, b"%(number)012d")
    template = template.replace(b"%d" % NUMBER, b"%(number)d")
    return lambda number: template % {b"number": number}


def driving(number: int) -> bytes:
    return DRIVING[number % 3](number // 3)


ONE: Final = f"p{NUMBER}"
DRIVING: Final = [event(*kind) for kind in (build.joined(ONE), build.focus(ONE, "same"), build.drive(ONE))]
SAME: Final = build.event(*build.joined("p"), lamport_clock=2)
ITEMS: Final[dict[str, Items]] = {
    "numbers": packed(0),
    "nulls": packed(None),
    "texts": packed("x"),
    "empty lists": packed([]),
    "empty objects": packed({}),
    "no JSON": b"x",
    "open brackets": b"{",
    "deep lists": b"[" * 50 + b"]" * 50,
    "flat records": packed({"event_type": "DriveIntentSet", "mission_id": "m"}),
    "rows of another standard": packed({"specversion": "1.0", "id": "1"}),
    "typed without envelope": packed({"event_type": "CommentPosted", "payload": {}}),
    "empty payloads": event("DriveIntentSet", {}),
    "payloads that are no objects": event("DriveIntentSet", 7),
    "wrong ids in warnings": event("ConcurrentDriverWarning", {"participant_ids": [1] * 500}),
    "many strangers in warnings": event(
        *build.driver_warning(f"w{NUMBER}", *(f"{each}-{NUMBER}" for each in range(40)))
    ),
    "wide payloads": event("Other", {str(number): number for number in range(500)}),
    "wide envelopes": event("Other", {}, **{f"x{number}": number for number in range(500)}),
    "heartbeats of one who never joined": event(*build.heartbeat("p")),
    "joins": event(*build.joined(ONE)),
    "the same event": packed(SAME),
    "one id with other contents": numbered(SAME | {"node_id": ONE}),
    "missions": event(*build.joined("p", mission_id=f"m{NUMBER}")),
    "types": event(f"Type{NUMBER}", {}),
    "drivers of one target": driving,
    "clocks that are texts": event("DriveIntentSet", {}, lamport_clock="x"),
    "bad timestamps": event("DriveIntentSet", {}, timestamp="yesterday"),
    "long numbers": b"1" * 4_000,
    "escapes": packed('"' + "\\u00e9" * 10 + '"'),
}
"""What a list of events is filled with."""


def filled(items: Items, size: int, between: bytes) -> bytes:
    """Join as many items as fit, at least one."""
    if isinstance(items, bytes):
        return (items + between) * max(0, size // (len(items) + len(between)) - 1) + items
    longest = len(items(10**6)) + len(between)
    return between.join(map(items, range(max(1, size // longest))))


class Shape(NamedTuple):
    """A body by its size."""

    name: str
    path: str
    make: Callable[[int], bytes]
    content_type: str = "application/json"


def batch_shapes() -> Iterator[Shape]:
    for path, (name, items) in itertools.product(BATCHES, ITEMS.items()):
        head, tail = b'{"events":[', b"]}"
        if path == "/reduce":
            tail = b'],"mode":"permissive"}'
        if path == "/missions/admit":
            tail = b'],"missions":{"m1":{"checkpoint":null}}}'
        yield Shape(name, path, lambda size, i=items, h=head, t=tail: h + filled(i, size - 60, b",") + t)  # type: ignore[misc]
    for path, (name, items) in itertools.product(NDJSON_PATHS, ITEMS.items()):
        mode = "" if "validate" in path else ("&" if "?" in path else "?") + "mode=permissive"
        yield Shape(f"lines of {name}", path + mode, lambda size, i=items: filled(i, size, b"\n"), NDJSON)  # type: ignore[misc]
    for path in NDJSON_PATHS:
        yield Shape("blank lines", path, lambda size: b"\n" * size, NDJSON)
        yield Shape("one line without end", path, lambda size: b" " * size, NDJSON)


def listed(before: bytes, items: Items, after: bytes) -> Callable[[int], bytes]:
    return lambda size: before + filled(items, size - len(before) - len(after), b",") + after


def member(number: int) -> bytes:
    return b'"%d":%d' % (number, number)


def other_shapes() -> Iterator[Shape]:
    """Make what the endpoints with other bodies are asked, and batches that are wrong as a whole."""
    for event_type, payload in PAYLOADS.items():
        before = b'{"event_type":"%b","payload":{' % event_type.encode()
        yield Shape(f"{event_type} with unknown members", "/validate", listed(before, member, b"}}"))
        for name in payload:
            head = before + packed(name) + b":["
            for kind, item in (("numbers", b"0"), ("objects", b"{}"), ("texts", b'"x"')):
                yield Shape(f"{event_type} with a list of {kind} for {name}", "/validate", listed(head, item, b"]}}"))
    for name, items in ITEMS.items():
        yield Shape(
            f"a payload of {name}", "/validate", listed(b'{"event_type":"CommentPosted","payload":[', items, b"]}")
        )
        for state_member in ("warnings", "anomalies") if isinstance(items, bytes) else ():
            before = b'{"state":{"mission_id":"m","%b":[' % state_member.encode()
            yield Shape(f"{state_member} of {name}", "/advise", listed(before, items, b"]}}"))
    for state_member in ("participants", "presence", "active_drivers", "focus_by_participant", "active_executions"):
        before = b'{"state":{"mission_id":"m","%b":{' % state_member.encode()
        yield Shape(f"many {state_member}", "/advise", listed(before, member, b"}}}"))
    steps = b'{"state":{"mission_id":"m","active_executions":{"p":['
    yield Shape("steps that are numbers", "/advise", listed(steps, b"0", b"]}}}"))
    yield Shape("a state of drivers", "/advise", state_of_drivers)
    for path in BATCHES:
        yield Shape("unknown members", path, listed(b'{"events":[],', member, b"}"))
        yield Shape("a roster of numbers", path, listed(b'{"events":[],"roster":{', member, b"}}"))
        yield Shape("rosters of numbers", path, listed(b'{"events":[],"rosters":{', member, b"}}"))
        yield Shape("missions of numbers", path, listed(b'{"events":[],"missions":{', member, b"}}"))
        yield Shape("events that are one text", path, lambda size: b'{"events":"' + b"x" * (size - 20) + b'"}')
        yield Shape("one key again and again", path, listed(b'{"events":[],', b'"mode":"strict"', b"}"))
        yield Shape("blanks", path, lambda size: b" " * size)
        yield Shape("open brackets", path, lambda size: b"[" * size)


def missions_shapes() -> Iterator[Shape]:
    """Name as many missions as are allowed."""
    for kind, mission in (("new", None), ("refused", {"checkpoint": "x"}), ("unknown members", {"x": 0})):
        yield Shape(f"missions, {kind}", "/missions/admit", lambda size, m=mission: missions_each_with(m, size))  # type: ignore[misc]


def missions_each_with(mission: Any, size: int) -> bytes:
    """Name as many missions as are allowed, each with an event in the batch."""
    join = event(*build.joined("p", mission_id=f"m{NUMBER}"))
    names = range(min(1_000, size // (len(join(1_000)) + len(packed(mission)) + 12)))
    return b'{"missions":{%b},"events":[%b]}' % (
        b",".join(b'"m%d":%b' % (number, packed(mission)) for number in names),
        b",".join(map(join, names)),
    )


def checkpoint_of(content: bytes) -> str:
    """Forge a checkpoint whose digest is right."""
    head = f"mission-checkpoint.2.{urlsafe_b64encode(zlib.compress(content, 9, wbits=-15)).decode()}"
    return f"{head}.{urlsafe_b64encode(sha256(head.encode()).digest()).decode().rstrip('=')}"


def comments_at_the_horizon(count: int) -> bytes:
    """Forge the content of a mission with so many equal comments, which are packed into next to nothing."""
    names = ("participant_id", "comment_id", "content", "reply_to", "event_id")
    comment = dict.fromkeys(names, "x")
    state: list[Any] = [{}, {}, [], {}, [], {}, [], [], [comment] * count, {}, [], [], count, "x"]
    horizon = [1, datetime(2026, 1, 2, tzinfo=UTC), build.ulid(1)]
    return msgspec.msgpack.encode(["m1", state, horizon, [], [], b"", 0])


def checkpoints() -> Iterator[Cost]:
    """Make checkpoints that unpack to much more than is sent; what they hold counts as sent, as far as it is read."""
    for name, content in (
        ("nothing but zeros", bytes(11 * UNPACKED)),
        ("deep lists", b"\x91" * UNPACKED),
        ("equal comments", comments_at_the_horizon(100_000)),
    ):
        text = checkpoint_of(content)
        asked: dict[str, Any] = {
            "/admit": {"checkpoint": text, "events": []},
            "/missions/admit": {"missions": {"m1": {"checkpoint": text}}, "events": [build.event(*build.joined("p"))]},
        }
        for path, request in asked.items():
            body = packed(request)
            headers = (("Content-Type", "application/json"),)
            yield Cost(f"{path} a checkpoint of {name}", path, body, len(body) + len(content), headers)


def state_of_drivers(size: int) -> bytes:
    who = [f"p{number}" for number in range(size // 220)]
    target = {"target_type": "wp", "target_id": "t"}
    return packed(
        {
            "state": {
                "mission_id": "m",
                "active_drivers": who,
                "focus_by_participant": dict.fromkeys(who, target),
                "participants_by_focus": {"wp:t": who},
                "active_executions": {each: ["s"] for each in who},
                "participants": {each: build.identity(each) for each in who},
            },
            "as_of": "2026-01-02T03:04:05Z",
        }
    )


PAYLOADS: Final[dict[str, tuple[str, ...]]] = {
    "ParticipantJoined": ("participant_identity",),
    "ConcurrentDriverWarning": ("participant_ids", "focus_target"),
    "PotentialStepCollisionDetected": ("participant_ids",),
    "CommentPosted": ("content",),
    "DecisionCaptured": ("topic",),
    "SessionLinked": ("linked_session_id",),
}


def costs() -> Iterator[Cost]:
    """Make the whole corpus."""
    for shape in (*batch_shapes(), *other_shapes(), *missions_shapes()):
        yield case(shape, WIRE - 100)
        yield case(shape, UNPACKED, "gzip")
    for shape in itertools.islice(batch_shapes(), 0, None, 5):
        yield case(shape, UNPACKED, "zstd")
    yield from checkpoints()
    yield case(Shape("lines of large comments", "/reduce?ordered=true", large_comments, NDJSON), 7 * UNPACKED, "gzip")


def large_comments(size: int) -> bytes:
    """Fill a state, and so the answer, with comments of 900 KB."""
    comment = event(*build.comment("ann", content="x" * 900_000, comment_id=f"c{NUMBER}"))
    join = build.event(*build.joined("ann"), lamport_clock=1)
    return b"\n".join([packed(join), *(comment(number) for number in range(2, 1 + size // 900_000))])


def case(shape: Shape, size: int, encoding: str = "") -> Cost:
    """Write a body; a compressed one is made smaller until it fits on the wire."""
    plain = shape.make(size)
    body = compressed(plain, encoding)
    while len(body) > WIRE:
        size //= 2
        plain = shape.make(size)
        body = compressed(plain, encoding)
    headers = [("Content-Type", shape.content_type)]
    if encoding:
        headers.append(("Content-Encoding", encoding))
    return Cost(f"{shape.path} {shape.name} {encoding}".strip(), shape.path, body, len(plain), tuple(headers))


def compressed(plain: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.compress(plain, 6)
    return zstd.compress(plain) if encoding == "zstd" else plain
