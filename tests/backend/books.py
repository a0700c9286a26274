"""Looks into the backend's tables, and holds them against what was sent and against the service."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import httpx
import psycopg

from docs.examples.backend.events import Incoming

Json = dict[str, Any]
TABLES = ("events", "waiting", "other_events", "dead_letters")
IN_WORDS = {
    "events": "SELECT body, verdict, reason->>'code' FROM events",
    "waiting": "SELECT body, 'waiting', reason->>'code' FROM waiting",
    "other_events": "SELECT body, 'ignored', NULL FROM other_events",
    "dead_letters": "SELECT body, 'rejected', reason->>'code' FROM dead_letters",
}


class Entry(NamedTuple):
    """An event as the backend holds it."""

    table: str
    event: Any
    verdict: str
    code: str | None


def entries(db: "psycopg.Connection[Any]") -> list[Entry]:
    return [Entry(table, *row) for table, words in IN_WORDS.items() for row in db.execute(words)]


def states(db: "psycopg.Connection[Any]") -> dict[str, str]:
    """List the missions that have a state, with its text."""
    found = db.execute("SELECT mission_id, state::text FROM missions WHERE state IS NOT NULL ORDER BY mission_id")
    return dict(found.fetchall())


def wipe(db: "psycopg.Connection[Any]") -> None:
    db.execute(f"TRUNCATE missions, {', '.join(TABLES)} RESTART IDENTITY")


def differences(db: "psycopg.Connection[Any]", http: httpx.Client, sent: Iterable[Any]) -> list[str]:
    """List what is not as it has to be: events lost or held twice, verdicts or states that are not exact."""
    held = entries(db)
    digests = [Incoming(entry.event).digest for entry in held if not is_warning(entry)]
    expected = {Incoming(event).digest for event in sent}
    found = [f"{len(digests) - len(set(digests))} events are held twice"] if len(digests) != len(set(digests)) else []
    found += [f"{len(expected - set(digests))} events are lost"] if expected - set(digests) else []
    found += [f"{len(set(digests) - expected)} events were never sent"] if set(digests) - expected else []
    for mission_id, state in states(db).items():
        found += [
            f"mission {mission_id}: {what}"
            for what in differences_of_mission(http, mission_id, state, in_mission(held, mission_id))
        ]
    return found


def differences_of_mission(http: httpx.Client, mission_id: str, state: str, held: list[Entry]) -> list[str]:
    accepted = [entry.event for entry in held if entry.verdict == "accepted"]
    reduced = http.post("/reduce", json={"events": accepted, "mission_id": mission_id})
    found = [] if reduced.text == state else [f"strict reduction answers {reduced.text[:300]}, held is {state[:300]}"]
    at_once = {"events": [entry.event for entry in held], "mission_id": mission_id, "max_clock_step": None}
    answer = http.post("/admit", json=at_once).raise_for_status().json()
    told = [(each["verdict"], each.get("code")) for each in answer["results"]]
    for entry, verdict in zip(held, told, strict=True):
        if verdict != (entry.verdict, entry.code):
            found.append(f"{entry.event['event_id']} is {entry.verdict} {entry.code}, and at once {verdict}")
    return found


def in_mission(held: Iterable[Entry], mission_id: str) -> list[Entry]:
    return [entry for entry in held if entry.table == "events" and entry.event["payload"]["mission_id"] == mission_id]


def is_warning(entry: Entry) -> bool:
    """Whether the backend itself appended an event."""
    return isinstance(entry.event, dict) and entry.event.get("node_id") == "backend"


def summary(db: "psycopg.Connection[Any]") -> Json:
    """Write everything that has to be the same however often the backend was killed; a warning's time may differ."""
    held = [
        entry._replace(event={**entry.event, "timestamp": None}) if is_warning(entry) else entry
        for entry in entries(db)
    ]
    return {"held": sorted(json.dumps(entry, sort_keys=True) for entry in held), "states": states(db)}
