"""What the backend itself reads from an event: its mission, its id, its place in the order, and its text."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

Json = dict[str, Any]
UNCLOCKED, MOST_CLOCK = -1, 2**53 - 1
ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.IGNORECASE | re.ASCII)
UUID_TEXT = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}", re.IGNORECASE | re.ASCII)


class Incoming:
    """An event as a client sent it: any JSON value, not checked yet."""

    def __init__(self, value: Any) -> None:
        self.value = value
        envelope = value if isinstance(value, dict) else {}
        payload = envelope.get("payload")
        mission_id = payload.get("mission_id") if isinstance(payload, dict) else None
        event_id, clock = envelope.get("event_id"), envelope.get("lamport_clock")
        # PostgreSQL's texts hold no NUL: such a mission is not asked for, and the service says `mission-not-named`.
        self.mission_id = mission_id if isinstance(mission_id, str) and mission_id and "\0" not in mission_id else None
        self.event_id = normalised(event_id) if isinstance(event_id, str) else None
        self.key = (self.mission_id, self.event_id)
        self.clock = clock if isinstance(clock, int) and 0 <= clock <= MOST_CLOCK else UNCLOCKED

    @cached_property
    def text(self) -> str:
        """The event in ASCII; a NUL is six harmless characters there."""
        return json.dumps(self.value, allow_nan=False, separators=(",", ":"))

    @cached_property
    def digest(self) -> bytes:
        """The event's name by its content; the order of its members does not matter."""
        return hashlib.sha256(json.dumps(self.value, sort_keys=True).encode()).digest()

    @property
    def instant(self) -> datetime:
        """The time of an event with a valid envelope; without an offset it is UTC."""
        time = datetime.fromisoformat(self.value["timestamp"])
        return time if time.tzinfo else time.replace(tzinfo=UTC)

    def is_behind(self, horizon: Json | None) -> bool:
        """Whether an event with a valid envelope sorts after a horizon, so that the service can still take it in."""
        if horizon is None:
            return True
        clock = UNCLOCKED if horizon["lamport_clock"] is None else horizon["lamport_clock"]
        place = (clock, datetime.fromisoformat(horizon["timestamp"]), horizon["event_id"])
        return (self.clock, self.instant, str(self.event_id)) > place


def normalised(event_id: str) -> str | None:
    """Write an id as the contract compares it. None if it is neither a ULID nor a UUID."""
    if ULID.fullmatch(event_id):
        return event_id.upper()
    return str(UUID(event_id)) if UUID_TEXT.fullmatch(event_id) else None


def pages(events: Iterable[Incoming], limits: Json) -> Iterator[list[Incoming]]:
    """Cut events into requests of half of what `GET /limits` allows, since checkpoints go along."""
    page: list[Incoming] = []
    size, missions = 0, set[str | None]()
    for event in events:
        size, missions = size + len(event.text), missions | {event.mission_id}
        is_full = len(page) >= limits["max_events"] // 2 or size > limits["max_body_bytes"] // 2
        if page and (is_full or len(missions) > limits.get("max_missions", 1)):
            yield page
            page, size, missions = [], len(event.text), {event.mission_id}
        page.append(event)
    if page:
        yield page


def by_mission(events: Iterable[Incoming]) -> dict[str, list[Incoming]]:
    found: dict[str, list[Incoming]] = {}
    for event in events:
        found.setdefault(event.mission_id or "", []).append(event)
    return found


def warning(mission_id: str, advisory: Json, newest: Incoming) -> Incoming:
    """Put an advisory into an event behind the newest; its id follows from the warning's, so it is given once."""
    return Incoming(
        {
            **advisory,
            "event_id": str(uuid5(NAMESPACE_URL, json.dumps([mission_id, advisory["payload"]["warning_id"]]))),
            "aggregate_id": f"mission/{mission_id.removeprefix('mission/')}",
            "timestamp": max(datetime.now(UTC), newest.instant).isoformat(),
            "node_id": "backend",
            "lamport_clock": None if newest.clock == UNCLOCKED else min(newest.clock + 1, MOST_CLOCK),
            "project_uuid": newest.value["project_uuid"],
            "correlation_id": newest.value["correlation_id"],
        }
    )
