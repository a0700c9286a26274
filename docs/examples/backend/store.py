"""The tables of the backend, within one transaction of PostgreSQL."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from psycopg import Connection

from .events import Incoming, Json

Row = tuple[Any, ...]
Results = dict[Incoming, Json]
"""Events with their verdicts."""
TRIED_AGAIN = 100
"""How many waiting events go along with a batch."""
NOT_FINAL = {"too-many-pending", "clock-jump", "checkpoint-too-large", "state-too-large"}
"""Codes of events that the service did not take in; the backend sends them again."""
SETTLED = {"unknown-participant", "departed-participant", "unknown-warning", "unmatched-completion"}
"""Codes of rejected events with a place in the history: a late event may still make them valid."""
NOT_YET = {"late-event", "bad-checkpoint"}
"""Codes of events whose mission is rebuilt first."""
INSERTS = {
    "events": "INSERT INTO events (mission_id, event_id, lamport_clock, instant, body, verdict, reason)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s)",
    "waiting": "INSERT INTO waiting VALUES (%s, %s, %s, %s, %s)",
    "other_events": "INSERT INTO other_events VALUES (%s, %s)",
    "dead_letters": "INSERT INTO dead_letters (digest, mission_id, reason, body) VALUES (%s, %s, %s, %s)",
}


class Held(NamedTuple):
    event: Incoming
    verdict: str
    reason: Json | None

    def as_duplicate(self) -> Json:
        return {"event_id": self.event.event_id, "verdict": "duplicate", "stands": self.verdict, **(self.reason or {})}


class Store:
    def __init__(self, db: Connection[Row]) -> None:
        self.db = db

    def lock(self, mission_ids: Iterable[str]) -> dict[str, str | None]:
        """Lock the rows of missions, always in the same order, and give their checkpoints."""
        names = sorted(mission_ids)
        self.db.execute("INSERT INTO missions SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", (names,))
        locked = "SELECT mission_id, checkpoint FROM missions WHERE mission_id = ANY(%s) ORDER BY mission_id FOR UPDATE"
        return dict(self.db.execute(locked, (names,)).fetchall())

    def held(self, events: Iterable[Incoming]) -> dict[tuple[str | None, str | None], Held]:
        """Find the events that are held under the same missions and ids."""
        keys = list({event.key for event in events if None not in event.key})
        found = self.db.execute(
            "SELECT mission_id, event_id, body, verdict, reason FROM events"
            " JOIN unnest(%s::text[], %s::text[]) AS asked (mission_id, event_id) USING (mission_id, event_id)",
            ([mission_id for mission_id, _ in keys], [event_id for _, event_id in keys]),
        )
        return {(row[0], row[1]): Held(Incoming(row[2]), row[3], row[4]) for row in found}

    def waiting(self, mission_ids: Iterable[str]) -> list[Incoming]:
        """List the waiting events, the lowest clocks first."""
        waiting = "SELECT body FROM waiting WHERE mission_id = ANY(%s) ORDER BY lamport_clock LIMIT %s"
        return [Incoming(body) for (body,) in self.db.execute(waiting, (list(mission_ids), TRIED_AGAIN))]

    def forget(self, waiting: Iterable[Incoming]) -> None:
        self.db.execute("DELETE FROM waiting WHERE digest = ANY(%s)", ([event.digest for event in waiting],))

    def write(self, results: Results) -> None:
        """Put each event into the table of its verdict. Rows that exist already are not changed."""
        rows: dict[str, list[Row]] = {table: [] for table in INSERTS}
        for event, result in results.items():
            verdict, code, reason = result["verdict"], result.get("code"), reason_of(result)
            if verdict in ("accepted", "pending") or (verdict == "rejected" and code in SETTLED):
                place = (event.mission_id, event.event_id, event.clock, event.instant)
                rows["events"].append((*place, event.text, verdict, reason))
            elif code in NOT_FINAL:
                rows["waiting"].append((event.digest, event.mission_id, event.clock, event.text, reason))
            elif verdict == "ignored":
                rows["other_events"].append((event.digest, event.text))
            elif verdict == "rejected" and code not in NOT_YET:
                rows["dead_letters"].append((event.digest, event.mission_id, reason, event.text))
        with self.db.cursor() as cursor:
            for table, of_table in rows.items():
                cursor.executemany(f"{INSERTS[table]} ON CONFLICT DO NOTHING", of_table)

    def revise(self, mission_id: str, results: Iterable[Json]) -> None:
        """Update the verdicts of stored events."""
        rows = [(result["verdict"], reason_of(result), mission_id, result["event_id"]) for result in results]
        with self.db.cursor() as cursor:
            change = "UPDATE events SET verdict = %s, reason = %s WHERE mission_id = %s AND event_id = %s"
            cursor.executemany(change, rows)

    def put_off(self, results: Results) -> None:
        """Move held events that the service did not take in to `waiting`, so that they go along with the next batch."""
        for event in results:
            self.db.execute("DELETE FROM events WHERE mission_id = %s AND event_id = %s", event.key)
        self.write(results)

    def save(self, mission_id: str, checkpoint: str | None, state: Json | None) -> None:
        text = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
        change = "UPDATE missions SET checkpoint = %s, state = %s WHERE mission_id = %s"
        self.db.execute(change, (checkpoint, text, mission_id))

    def history(self, mission_id: str) -> Iterator[Incoming]:
        """Go through a mission's events in canonical order; they need not fit into memory."""
        in_order = "SELECT body FROM events WHERE mission_id = %s ORDER BY lamport_clock, instant, event_id"
        with self.db.cursor("history") as cursor:
            for (body,) in cursor.execute(in_order, (mission_id,)):
                yield Incoming(body)

    def newest(self, mission_id: str) -> Incoming:
        """Find a mission's last event in canonical order."""
        last = "SELECT body FROM events WHERE mission_id = %s ORDER BY lamport_clock DESC, instant DESC, event_id DESC"
        return Incoming(self.db.execute(f"{last} LIMIT 1", (mission_id,)).fetchall()[0][0])


def reason_of(result: Json) -> str | None:
    """Take the reason from a verdict that is not `accepted`, as JSON."""
    reason = {name: result[name] for name in ("code", "detail", "pointer") if name in result}
    return json.dumps(reason) if reason else None
