"""Requests for processes of the pool to work on, and the processes that were made for them."""

import gzip
import json
import multiprocessing
import os
from collections.abc import Container
from multiprocessing.process import BaseProcess
from typing import Any

import httpx
from starlette.responses import Response

from tests.support import builders as build
from tests.support import story
from tests.support.bodies import NOT_JSON
from tests.support.client import Client, Json

DEADLINE = 30.0
"""Seconds that anything here may take; all of it takes far less."""
LIMITS: Json = {"max_event_bytes": 2_048, "max_events": 200, "max_body_bytes": 200_000}
LARGE = json.dumps({"events": story.events()}).encode()
LINES = b"".join(json.dumps(event).encode() + b"\n" for event in story.events())
AS_LINES = {"Content-Type": "application/x-ndjson"}


def in_json(*events: Any, **members: Any) -> bytes:
    return json.dumps({"events": [*story.events()[:3], *events]} | members).encode()


REQUESTS: dict[str, tuple[str, bytes, dict[str, str]]] = {
    "a story": ("/reduce", LARGE, {}),
    "a story with noise": ("/reduce", in_json(*story.noise(), mode="permissive"), {}),
    "a roster": ("/reduce", in_json(roster={"p1": build.identity("p1")}), {}),
    "lines": ("/reduce", LINES, AS_LINES),
    "permissive lines": ("/reduce?mode=permissive", LINES + b"\n" + LINES, AS_LINES),
    "gzip": ("/reduce", gzip.compress(LARGE), {"Content-Encoding": "gzip"}),
    "verdicts": ("/validate/batch", LARGE, {}),
    "verdicts of lines": ("/validate/batch?report=invalid", LINES + b"{\n[]\n", AS_LINES),
    "bad verdicts": ("/validate/batch", in_json({}, 7, build.event("DriveIntentSet", {})), {}),
    "one verdict": ("/validate", json.dumps({"event_type": "DriveIntentSet", "payload": {"a": 1}}).encode(), {}),
    "no such type": ("/validate", json.dumps({"event_type": "DriveIntent", "payload": {}}).encode(), {}),
    "a stranger": ("/reduce", in_json(build.event(*build.drive("zoe"), lamport_clock=9)), {}),
    "a stranger's line": ("/reduce", LINES + json.dumps(build.event(*build.drive("zoe"))).encode(), AS_LINES),
    "a conflict": ("/reduce", in_json(story.events()[0] | {"data_tier": 3}), {}),
    "malformed payloads": ("/reduce", in_json(*[build.event("DriveIntentSet", {"intent": 7})] * 150), {}),
    "malformed envelopes": ("/reduce", in_json(*[{}] * 190), {}),
    "a malformed roster": ("/reduce", in_json(roster={"p1": build.identity("p2"), "p3": 7}), {}),
    "unknown members": ("/reduce", in_json(rooster={}), {}),
    "not JSON": ("/reduce", LARGE[:-1] + b"\n  oops", {}),
    "a line that is not JSON": ("/reduce", LINES + b"\n{'", AS_LINES),
    "too deep": ("/reduce", b"[" * 5_000, {}),
    "a line too deep": ("/reduce", LINES + b"[" * 5_000, AS_LINES),
    "too many events": ("/reduce", json.dumps({"events": story.events() * 10}).encode(), {}),
    "too many lines": ("/reduce", LINES * 10, AS_LINES),
    "a large event": ("/reduce", in_json(build.event(*build.comment("ann", content="x" * 4_000))), {}),
    "a large event to judge": ("/validate/batch", in_json(build.event("Other", {"a": "x" * 4_000})), {}),
    "a large line": ("/reduce", LINES + json.dumps(build.event("Other", {"a": "x" * 4_000})).encode(), AS_LINES),
    "a large line to judge": ("/validate/batch", LINES + b'"' + b"x" * 4_000 + b'"', AS_LINES),
    **{name: ("/reduce", bad.text, {}) for name, bad in NOT_JSON.items()},
}


def send(client: Client, name: str) -> httpx.Response:
    path, content, headers = REQUESTS[name]
    plain = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
    return client.request("POST", path, content=content, headers=plain | headers)


def tell(*_: Any) -> Response:
    """Answer with the id of the process that works."""
    return Response(str(os.getpid()))


def children() -> dict[int | None, BaseProcess]:
    """Find all processes that were made, this service's and others'."""
    return {child.pid: child for child in multiprocessing.active_children()}


def made_since(known: Container[int | None]) -> set[int | None]:
    """List the processes that are new; an old one, of another test, may end at any time."""
    return {pid for pid in children() if pid not in known}
