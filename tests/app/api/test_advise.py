"""`POST /advise`: its request, its answer and its refusals. What is advised is held in the tests of the library."""

from typing import Any

import pytest

from tests.support import builders as build
from tests.support.client import Client, Json, places, problem
from tests.support.folding import as_json, joins, strict

STATE = as_json(
    strict(
        *joins("p1", "p2"),
        *(act for who in ("p1", "p2") for act in (build.drive(who), build.focus(who, "t1"), build.heartbeat(who))),
    )
)


def test_overlaps_and_presence_are_told(client: Client) -> None:
    body = {"state": STATE, "as_of": "2026-01-02T04:05:05.5+01:00", "stale_after_seconds": 59.5}
    found = client.post("/advise", body).json()
    [advisory] = found.pop("advisories")
    assert (advisory["event_type"], advisory["payload"]["participant_ids"]) == ("ConcurrentDriverWarning", ["p1", "p2"])
    assert found == {
        "presence": [
            {"participant_id": who, "last_seen": "2026-01-02T03:04:05Z", "age_seconds": 60.5, "status": "stale"}
            for who in ("p1", "p2")
        ]
    }


def test_without_an_instant_there_is_no_presence(client: Client) -> None:
    for body in ({"state": STATE}, {"state": STATE, "as_of": None, "stale_after_seconds": 1}):
        assert client.post("/advise", body).json()["presence"] == []


def test_null_is_the_same_as_leaving_a_setting_out(client: Client) -> None:
    told = {"state": STATE, "as_of": "2026-01-02T03:05:05Z"}
    with_null = client.post("/advise", told | {"stale_after_seconds": None})
    assert with_null.status_code == 200
    assert with_null.json() == client.post("/advise", told).json()
    assert with_null.json()["presence"] != []


def test_members_of_a_newer_state_are_ignored(client: Client) -> None:
    newer = STATE | {"zz_future": 1}
    assert client.post("/advise", {"state": newer}).json() == client.post("/advise", {"state": STATE}).json()


def changed(**fields: Any) -> Json:
    return {"state": STATE | fields}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "/state"),
        ({"state": None}, "/state"),
        ({"state": {}}, "/state/mission_id"),
        ({"state": STATE, "now": 1}, "/now"),
        (changed(mission_id=7), "/state/mission_id"),
        (changed(active_drivers=["p1", "p1"]), "/state/active_drivers"),
        (changed(presence={"p1": "yesterday"}), "/state/presence/p1"),
        (changed(participants={"p1": {}}), "/state/participants/p1/participant_id"),
        (changed(focus_by_participant={"p1": build.target("")}), "/state/focus_by_participant/p1/target_id"),
        (changed(active_executions={"p1": "s1"}), "/state/active_executions/p1"),
        (changed(warnings=[{}]), "/state/warnings/0/warning_id"),
        (changed(event_count="1"), "/state/event_count"),
        ({"state": STATE, "as_of": "now"}, "/as_of"),
        ({"state": STATE, "as_of": 0}, "/as_of"),
        ({"state": STATE, "stale_after_seconds": -1}, "/stale_after_seconds"),
        ({"state": STATE, "stale_after_seconds": "90"}, "/stale_after_seconds"),
        ({"state": STATE, "stale_after_seconds": True}, "/stale_after_seconds"),
    ],
)
def test_what_breaks_the_schema_is_refused_with_its_place(client: Client, body: Json, place: str) -> None:
    found = problem(client.post("/advise", body), 422, "invalid-request")
    assert place in [pointer for pointer, _ in places(found)]


def test_ages_at_the_ends_of_time(client: Client) -> None:
    for as_of, age in (("9999-12-31T23:59:59Z", 251_634_977_754.0), ("0001-01-01T00:00:00Z", 0.0)):
        found = client.post("/advise", changed() | {"as_of": as_of}).json()["presence"]
        assert found[0]["age_seconds"] == pytest.approx(age, rel=1e-6)
