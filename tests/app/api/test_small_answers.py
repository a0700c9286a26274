"""However much is sent, a refusal repeats little of it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import builders as build
from tests.support.client import Client, problem

LARGEST = 64 * 1024
MB = 1_000_000
LONG = "x" * (5 * MB)
NAME = "n" * MB
WIDE = "\U0001f680" * MB
ANN = build.joined("ann")


def events(*history: tuple[str, build.Json]) -> build.Json:
    return {"events": build.history(ANN, *history)}


LARGE: dict[str, tuple[str, int, Any]] = {
    "stranger": ("/reduce", 422, events(build.drive(LONG))),
    "stranger of wide characters": ("/reduce", 422, events(build.drive(WIDE))),
    "stranger leaves": ("/reduce", 422, events(build.left(LONG))),
    "stranger in a warning": ("/reduce", 422, events(build.driver_warning("w", "ann", LONG))),
    "departed": ("/reduce", 422, events(build.joined(LONG), build.left(LONG), build.drive(LONG))),
    "other mission": ("/reduce", 422, events(build.drive("ann", mission_id=LONG))),
    "unknown warning": ("/reduce", 422, events(build.acknowledged("ann", LONG))),
    "unmatched completion": ("/reduce", 422, events(build.completed("ann", LONG))),
    "event id": ("/reduce", 422, {"events": [build.event(*ANN, event_id=LONG)]}),
    "event type": ("/reduce", 200, {"events": [build.event(LONG, {}, node_id=7)]}),
    "timestamp": ("/reduce", 422, {"events": [build.event(*ANN, timestamp=LONG)]}),
    "intent": ("/reduce", 422, events(build.drive("ann", LONG))),
    "name among the participants": (
        "/reduce",
        422,
        events(build.driver_warning("w", "a", "b", participant_ids=[LONG, 7])),
    ),
    "unknown member": ("/reduce", 422, {"events": [], NAME: 1}),
    "unknown members": ("/reduce", 422, {"events": []} | {f"{n}{'n' * 50_000}": 1 for n in range(90)}),
    "unknown member of a batch": ("/validate/batch", 422, {"events": [], NAME: 1}),
    "mode": ("/reduce", 422, {"events": [], "mode": LONG}),
    "roster key": ("/reduce", 422, {"events": [], "roster": {NAME: build.identity("p1")}}),
    "roster keys": ("/reduce", 422, {"events": [], "roster": {f"{n}{'k' * 50_000}": 7 for n in range(90)}}),
    "event type to judge": ("/validate", 422, {"event_type": LONG, "payload": {}}),
    "payload to judge": ("/validate", 200, {"event_type": "DriveIntentSet", "payload": build.by("a", intent=LONG)}),
    "other payload to judge": ("/validate", 200, {"event_type": "DriveIntentSet", "payload": LONG}),
    "unknown member of a payload": ("/validate", 200, {"event_type": "DriveIntentSet", "payload": {NAME: LONG}}),
    "event to judge": ("/validate/batch", 200, {"events": [build.event(LONG, LONG, event_id=LONG)]}),
    "member of an event to judge": ("/validate/batch", 200, {"events": [{NAME: 1}]}),
}


def check_brevity(content: bytes) -> None:
    size, repeated = len(content), content.count(b"x" * 1_000)
    assert size < LARGEST
    assert repeated == 0


@pytest.mark.parametrize(("path", "status", "body"), LARGE.values(), ids=LARGE)
def test_a_large_mistake_is_answered_briefly(
    make_client: Callable[..., Client], path: str, status: int, body: Any
) -> None:
    answer = make_client(max_event_bytes=64 * MB, pool_size=0).post(path, body)
    assert answer.status_code == status
    check_brevity(answer.content)


@pytest.mark.parametrize(("path", "status", "body"), LARGE.values(), ids=LARGE)
def test_an_event_that_is_too_large_is_answered_briefly(client: Client, path: str, status: int, body: Any) -> None:
    answer = client.post(path, body)
    if answer.status_code == 413:
        problem(answer, 413, "event-too-large")
    else:
        assert answer.status_code == status
    check_brevity(answer.content)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_large_query_is_answered_briefly(client: Client, method: str) -> None:
    answer = client.request(method, f"/reduce?{'q' * 50_000}=1", content=b"{}")
    assert answer.status_code in (405, 422)
    assert len(answer.content) < 2_000
