"""A backend of missions: it keeps every event and checkpoint in SQLite, and asks the service what the events mean."""

import json
import sqlite3
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

Json = dict[str, Any]
TABLES = """
CREATE TABLE IF NOT EXISTS events (
    mission TEXT, event_id TEXT, clock INTEGER, event TEXT, code TEXT, PRIMARY KEY (mission, event_id));
CREATE TABLE IF NOT EXISTS checkpoints (mission TEXT, clock INTEGER, checkpoint TEXT);
"""
MAY_FIT_LATER = {"unknown-participant", "departed-participant", "unknown-warning", "unmatched-completion"}


class Backend:
    """Takes batches in; one that is sent again changes nothing."""

    def __init__(self, database: str, service: httpx.Client) -> None:
        self.db, self.service = sqlite3.connect(database, isolation_level=None), service
        self.db.executescript(TABLES)

    def receive(self, mission: str, batch: list[Json]) -> list[Json]:
        """Take in what fits and give a verdict for each event: all in one transaction, or nothing of it."""
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            clock, checkpoint = self.checkpoint_before(mission, 2**53)
            answer = self.admit(checkpoint, batch)
            results: list[Json] = answer["results"]
            if late := [batch[told["index"]] for told in results if told.get("code") == "late-event"]:
                clock, checkpoint = self.checkpoint_before(mission, min(event["lamport_clock"] for event in late))
                self.db.execute("DELETE FROM checkpoints WHERE mission = ? AND clock > ?", (mission, clock))
                verdicts = {id(batch[told["index"]]): told for told in results}
                readable = [batch[told["index"]] for told in results if told.get("code") != "invalid-request"]
                events = sorted(self.events_since(mission, clock) + readable, key=lambda each: each["lamport_clock"])
                for _, pages in groupby(events, key=lambda each: each["lamport_clock"] // 100):
                    page = list(pages)
                    answer = self.admit(checkpoint, page)
                    clock, checkpoint = self.store(mission, clock, page, answer), answer["checkpoint"]
                    verdicts |= {id(page[told["index"]]): told for told in answer["results"]}
                results = [{**verdicts[id(event)], "index": index} for index, event in enumerate(batch)]
            else:
                clock = self.store(mission, clock, batch, answer)
            if warnings := [self.warning(mission, advisory) for advisory in answer["advisories"]]:
                self.store(mission, clock, warnings, self.admit(answer["checkpoint"], warnings))
            return results

    def admit(self, checkpoint: str | None, events: list[Json]) -> Json:
        """Ask the service what becomes of these events after that checkpoint."""
        answer = self.service.post("/admit", json={"checkpoint": checkpoint, "events": events})
        return dict(answer.raise_for_status().json())

    def store(self, mission: str, clock: int, events: list[Json], answer: Json) -> int:
        """Store what was accepted or may fit later, and the checkpoint; say up to which clock it reaches."""
        for told in sorted(answer["results"], key=lambda told: "code" not in told):  # what is accepted comes last
            event, code = events[told["index"]], told.get("code")
            if told["verdict"] == "accepted" or code in MAY_FIT_LATER:
                row = (mission, told["event_id"], event["lamport_clock"], json.dumps(event), code)
                self.db.execute("REPLACE INTO events VALUES (?, ?, ?, ?, ?)", row)
                clock = max(clock, event["lamport_clock"]) if code is None else clock
        self.db.execute("INSERT INTO checkpoints VALUES (?, ?, ?)", (mission, clock, answer["checkpoint"]))
        return clock

    def checkpoint_before(self, mission: str, clock: int) -> tuple[int, str | None]:
        """Find the newest checkpoint that has folded nothing of this clock or later."""
        found = (
            "SELECT clock, checkpoint FROM checkpoints WHERE mission = ? AND clock < ? ORDER BY clock DESC, rowid DESC"
        )
        return self.db.execute(found, (mission, clock)).fetchone() or (-1, None)

    def events_since(self, mission: str, clock: int) -> list[Json]:
        """List what a checkpoint of this clock may not have folded."""
        found = "SELECT event FROM events WHERE mission = ? AND (clock > ? OR clock = ? AND code IS NULL)"
        return [json.loads(event) for (event,) in self.db.execute(found, (mission, clock, clock))]

    def warning(self, mission: str, advisory: Json) -> Json:
        """Put an advisory into an event; its id follows from the warning's, so none is appended twice."""
        newest = "SELECT event FROM events WHERE mission = ? AND code IS NULL ORDER BY clock DESC"
        last = json.loads(self.db.execute(newest, (mission,)).fetchone()[0])
        event_id = str(uuid5(NAMESPACE_URL, advisory["payload"]["warning_id"]))
        clock = last["lamport_clock"] + 1
        return {**last, **advisory, "event_id": event_id, "lamport_clock": clock, "node_id": "backend"}
