"""What callers met elsewhere: null for what they left out, 5.0 for 5, milliseconds for a clock."""

import json
from typing import Any

import pytest

from tests.support import builders as build
from tests.support.client import Client, places, problem

JOINED = build.event(*build.joined("p1"), lamport_clock=1)
NULLS: dict[str, dict[str, Any]] = {
    "/reduce": {"events": [JOINED], "mode": None, "roster": None, "mission_id": None},
    "/explain": {"events": [JOINED], "mode": None, "roster": None, "mission_id": None, "until": None},
    "/missions/reduce": {"events": [JOINED], "mode": None, "rosters": None},
    "/admit": {
        "events": [JOINED],
        **dict.fromkeys(("mission_id", "checkpoint", "roster", "answer", "settle", "on_late")),
    },
}


@pytest.mark.parametrize("path", NULLS)
def test_null_is_the_same_as_leaving_a_member_out(client: Client, path: str) -> None:
    body = NULLS[path]
    written = client.post(path, body)
    left_out = client.post(path, {name: value for name, value in body.items() if value is not None})
    assert (written.status_code, written.content) == (200, left_out.content)


def test_null_is_the_same_as_leaving_a_member_out_of_advise(client: Client) -> None:
    state = client.post("/reduce", {"events": [JOINED]}).json()
    written = client.post("/advise", {"state": state, "as_of": None, "stale_after_seconds": None})
    assert (written.status_code, written.content) == (200, client.post("/advise", {"state": state}).content)


@pytest.mark.parametrize("number", ["5.0", "5e0", "50.0e-1"])
def test_a_whole_number_with_a_point_is_refused_with_the_way_to_write_it(client: Client, number: str) -> None:
    """Lua and JavaScript write it so."""
    body = build.event(*build.joined("p1"), lamport_clock=7)
    text = _events(body).replace('"lamport_clock": 7', f'"lamport_clock": {number}')
    found = problem(client.send("/reduce", text.encode()), 422, "invalid-request")
    assert places(found) == [("/events/0/lamport_clock", "int_type")]
    assert "write 5" in found["detail"]


@pytest.mark.parametrize("number", ["5.5", "1e300", "true", '"5"'])
def test_what_is_no_whole_number_has_no_such_advice(client: Client, number: str) -> None:
    body = build.event(*build.joined("p1"), lamport_clock=7)
    text = _events(body).replace('"lamport_clock": 7', f'"lamport_clock": {number}')
    assert "write" not in problem(client.send("/reduce", text.encode()), 422, "invalid-request")["detail"]


def test_a_clock_of_milliseconds_is_told_apart(client: Client) -> None:
    late = build.event(*build.joined("p2"), lamport_clock=1_767_225_600_000)
    far = build.event(*build.joined("p3"), lamport_clock=5_000_000)
    results = client.post("/admit", {"events": [JOINED, late, far]}).json()["results"]
    assert [result.get("code") for result in results] == [None, "clock-jump", "clock-jump"]
    assert "milliseconds" in results[1]["detail"]
    assert "milliseconds" not in results[2]["detail"]


def _events(event: Any) -> str:
    return json.dumps({"events": [event]})
