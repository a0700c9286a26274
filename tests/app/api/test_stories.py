"""`GET /stories`: example batches, ready to be posted."""

import json
from pathlib import Path

import pytest

from app.api.examples.morning import MORNING
from app.api.examples.stories import STORIES
from tests.support.client import Client, problem

PRINTED = Path(__file__).parents[3] / "docs/examples/morning.json"


def test_every_story_is_listed_and_can_be_fetched(client: Client) -> None:
    listed = client.get("/stories").json()["stories"]
    assert [entry["name"] for entry in listed] == list(STORIES)
    for entry in listed:
        assert len(client.get(entry["href"]).json()["events"]) == entry["events"]


@pytest.mark.parametrize("path", ["/explain", "/reduce", "/validate/batch", "/admit"])
def test_a_story_can_be_posted_as_it_is(client: Client, path: str) -> None:
    for name in STORIES:
        status = client.send(path, client.get(f"/stories/{name}").content).status_code
        assert status == (422 if path == "/reduce" and name in ("morning", "overlap") else 200), name


def test_the_morning_holds_what_producers_really_send(client: Client) -> None:
    told = client.post("/explain", {"events": MORNING}).json()["timeline"]
    assert {entry["code"] for entry in told if entry["effect"] == "anomaly"} == {
        *("unknown-participant", "conflicting-duplicate", "unmatched-completion"),
        *("duplicate-join", "departed-participant"),
    }
    assert {"duplicate", "ignored", "redundant", "invited"} <= {entry["effect"] for entry in told}
    ours = [event for event in MORNING if "timestamp" in event]
    assert all("build_id" in event for event in ours)
    assert {event["timestamp"][19:20] for event in ours} == {"Z", "+", "."}
    clocks = [event["lamport_clock"] for event in ours]
    assert clocks != sorted(clocks)


def test_the_two_drivers_of_the_morning_are_advised(client: Client) -> None:
    """No warning of Ben and Dana was recorded."""
    state = client.post("/explain", {"events": MORNING}).json()["state"]
    (advisory,) = client.post("/advise", {"state": state}).json()["advisories"]
    assert advisory["payload"]["participant_ids"] == ["p-ben", "p-dana"]


def test_an_unknown_story_is_told_with_the_nearest(client: Client) -> None:
    refused = problem(client.get("/stories/mornings"), 404, "not-found")
    assert "morning" in refused["detail"]


def test_a_story_is_made_to_be_cached(client: Client) -> None:
    first = client.get("/stories/morning")
    assert client.get("/stories/morning", {"If-None-Match": first.headers["etag"]}).status_code == 304


def test_the_documents_print_the_same_morning() -> None:
    assert json.loads(PRINTED.read_text("utf-8"))["events"] == MORNING
