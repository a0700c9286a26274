"""A request that provokes each error: what the examples of the problem pages are held against."""

import json
from typing import Any, NamedTuple

import httpx

from mission_collaboration import admit
from tests.support import builders as build
from tests.support.client import JSON_TYPE, Client, Json

MISSION = "checkout-redesign"
REQUEST_ID = "cli-42.retry-1"
ADA, BEN = "p-ada", "p-ben"


class Provocation(NamedTuple):
    """A request, and the settings of the service that it is sent to."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    settings: dict[str, Any] = {}  # noqa: RUF012 - never changed

    def send(self, client: Client) -> httpx.Response:
        headers = {"X-Request-Id": REQUEST_ID, **(JSON_TYPE if self.body else {}), **self.headers}
        return client.request(self.method, self.path, content=self.body, headers=headers)


def post(path: str, body: Any, **settings: Any) -> Provocation:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Provocation("POST", path, content, settings=settings)


def reduce(*history: tuple[str, Json]) -> Provocation:
    events = [
        build.event(event_type, {**payload, "mission_id": payload.get("mission_id", MISSION)}, lamport_clock=clock)
        for clock, (event_type, payload) in enumerate(history, start=1)
    ]
    return post("/reduce", {"events": events})


def of_mission(events: tuple[tuple[str, Json], ...]) -> tuple[tuple[str, Json], ...]:
    return tuple((event_type, {**payload, "mission_id": MISSION}) for event_type, payload in events)


JOINED = of_mission((build.joined(ADA), build.joined(BEN)))
TWICE = [build.event(*JOINED[0]), build.event(*JOINED[1])]
LATE = [build.event(*JOINED[place], lamport_clock=clock) for place, clock in ((0, 2), (1, 1))]
BEFORE = admit([LATE[0], build.event(*JOINED[1], lamport_clock=3)], window_events=1).checkpoint
COMMENTS = of_mission((build.comment(ADA, content="x" * 900),) * 2)
SAID = [build.event(*said, lamport_clock=clock) for clock, said in enumerate((JOINED[0], *COMMENTS), start=1)]
LARGE = admit(SAID).checkpoint
BAD_ENVELOPE = {**build.event(*JOINED[0]), "lamport_clock": "1"}

PROVOCATIONS: dict[str, Provocation] = {
    "malformed-json": post("/reduce", b'{\n  "events": [],\n  oops: 1\n}'),
    "too-deep": post("/validate", {"event_type": "DriveIntentSet", "payload": json.loads("[" * 80 + "]" * 80)}),
    "unauthorized": Provocation("GET", "/schemas", settings={"api_keys": "k"}),
    "not-found": Provocation("GET", "/reducer"),
    "unknown-schema": Provocation("GET", "/schemas/DriveIntent"),
    "unknown-problem": Provocation("GET", "/problems/unknown-participants"),
    "method-not-allowed": Provocation("GET", "/reduce"),
    "not-acceptable": Provocation("GET", "/schemas", headers={"Accept": "application/xml"}),
    "body-too-large": post("/reduce", b" " * 1_025, max_body_bytes=1_024),
    "too-many-events": post("/reduce", {"events": TWICE}, max_events=1),
    "too-many-missions": post("/missions/admit", {"missions": {"m1": None, "m2": None}, "events": []}, max_missions=1),
    "event-too-large": post(
        "/reduce", {"events": [build.event("CommentPosted", {"content": "x" * 1_024})]}, max_event_bytes=1_024
    ),
    "unsupported-media-type": Provocation("POST", "/reduce", b"<events/>", {"Content-Type": "application/xml"}),
    "invalid-request": post("/reduce", {"events": [BAD_ENVELOPE], "rooster": {}}),
    "malformed-payload": reduce(*JOINED, *of_mission((build.drive(ADA, "maybe"),))),
    "unknown-participant": reduce(JOINED[0], *of_mission((build.comment("p-eve"),))),
    "departed-participant": reduce(*JOINED, *of_mission((build.left(BEN), build.drive(BEN)))),
    "unknown-warning": reduce(*JOINED, *of_mission((build.acknowledged(ADA, "w-9"),))),
    "unmatched-completion": reduce(*JOINED, *of_mission((build.completed(ADA, "T013"),))),
    "conflicting-duplicate": post("/reduce", {"events": TWICE}),
    "mission-mismatch": reduce(JOINED[0], build.joined(BEN, mission_id="search-rework")),
    "unknown-event-type": post("/validate", {"event_type": "DriveIntent", "payload": {}}),
    "bad-checkpoint": post("/admit", {"checkpoint": "mission-checkpoint.1.eAE", "events": []}),
    "checkpoint-too-large": post(
        "/admit", {"checkpoint": LARGE, "events": []}, max_state_bytes=1_024, window_bytes=1_024
    ),
    "state-too-large": post("/admit", {"events": SAID}, max_state_bytes=1_024),
    "late-events": post("/admit", {"checkpoint": BEFORE, "events": [LATE[1]], "on_late": "refuse"}),
    "out-of-order": Provocation(
        "POST",
        "/reduce?ordered=true",
        "\n".join(map(json.dumps, LATE)).encode(),
        {"Content-Type": "application/x-ndjson"},
    ),
}
"""Error code → how to provoke it."""
AT_THE_SOCKET = {
    "malformed-request",
    "request-timeout",
    "headers-too-large",
    "overloaded",
    "unsupported-transfer-coding",
    "unsupported-http-version",
}
OUT_OF_REACH = {"internal", "shutting-down", "worker-lost"} | AT_THE_SOCKET
"""What no request alone can provoke; their answers are held elsewhere."""
