"""Plays a day: Ada, Ben and an agent work on one mission, each with a client of their own that sends to the backend.

    python day.py http://localhost:8100

Ben is offline for a while, and sends what he did in bulk. Every fifth answer gets lost, so the batch comes twice.
At the end it prints what became of the events, and where to look at the mission.
"""

import json
import random
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread
from typing import Any, Final
from uuid import UUID

Json = dict[str, Any]
MISSION: Final = "launch-day"
PEOPLE: Final = {"p-ada": ("Ada", "human"), "p-ben": ("Ben", "human"), "p-agent": ("Agent", "llm_context")}
ROUNDS, BATCH, OFFLINE = 40, 8, range(12, 24)
MORNING: Final = datetime(2026, 1, 19, 9, tzinfo=UTC)
PAUSE, PATIENCE = 0.05, 120.0


class Clock:
    """The highest clock that anybody online has seen, and the events that there were."""

    def __init__(self) -> None:
        self._lock, self.highest, self._events = Lock(), 0, 0

    def tick(self, own: int, *, is_online: bool) -> tuple[int, int]:
        """Give the next clock of a client, and a number that no other event has."""
        with self._lock:
            self._events += 1
            clock = max(own, self.highest if is_online else 0) + 1
            self.highest = max(self.highest, clock) if is_online else self.highest
            return clock, self._events


class Client:
    """One participant's client: it keeps what it has not been answered, and sends it again."""

    def __init__(self, who: str, address: str, clock: Clock) -> None:
        self.verdicts: Counter[str] = Counter()
        self._who, self._address, self._shared = who, address, clock
        self._clock, self._chance, self._unsent = 0, random.Random(who), list[Json]()

    def live(self) -> None:
        """Join, work in rounds, and leave in the evening."""
        name, kind = PEOPLE[self._who]
        identity = {"participant_id": self._who, "participant_type": kind, "display_name": name}
        self._do("ParticipantJoined", participant_identity=identity)
        for round_ in range(ROUNDS):
            is_online = self._who != "p-ben" or round_ not in OFFLINE
            for _ in range(BATCH):
                self._work(is_online=is_online)
            if is_online:
                self._send()
            time.sleep(PAUSE)
        self._do("ParticipantLeft", reason="It is evening.")
        self._send()

    def _work(self, *, is_online: bool) -> None:
        package, step = f"WP{self._chance.randrange(1, 6):02}", f"T{self._chance.randrange(1, 9):02}"
        doings: list[tuple[str, Json]] = [
            ("PresenceHeartbeat", {}),
            ("DriveIntentSet", {"intent": self._chance.choice(["active", "inactive"])}),
            ("FocusChanged", {"focus_target": {"target_type": "wp", "target_id": package}}),
            ("PromptStepExecutionStarted", {"step_id": step, "wp_id": package}),
            ("PromptStepExecutionCompleted", {"step_id": step, "outcome": "success"}),
            ("CommentPosted", {"comment_id": f"c-{self._clock}", "content": f"About {package}."}),
            ("DecisionCaptured", {"decision_id": f"d-{self._clock}", "topic": package, "chosen_option": step}),
        ]
        event_type, payload = self._chance.choice(doings)
        self._do(event_type, is_online=is_online, **payload)

    def _do(self, event_type: str, *, is_online: bool = True, **payload: Any) -> None:
        self._clock, number = self._shared.tick(self._clock, is_online=is_online)
        self._unsent.append(
            {
                "event_id": str(UUID(int=number, version=4)),
                "event_type": event_type,
                "aggregate_id": f"mission/{MISSION}",
                "payload": {"mission_id": MISSION, "participant_id": self._who, **payload},
                "timestamp": (MORNING + timedelta(seconds=20 * self._clock)).isoformat(),
                "node_id": f"client-of-{self._who}",
                "lamport_clock": self._clock,
                "project_uuid": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
                "correlation_id": "01JQ7Z3M5X9K2V4T6B8C0D1E2F",
            }
        )

    def _send(self) -> None:
        batch, self._unsent = self._unsent, []
        answer = post(f"{self._address}/events", {"events": batch})
        if self._chance.random() < 0.2:  # the answer got lost, and the client knows no better
            answer = post(f"{self._address}/events", {"events": batch})
        self.verdicts.update(told.get("stands", told["verdict"]) for told in answer["results"])


def post(url: str, body: Json) -> Json:
    """Send until there is an answer: every batch is safe to send again."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            if error.code < 500 or time.monotonic() > deadline:
                raise
            time.sleep(float(error.headers.get("Retry-After", 1)))
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def main() -> None:
    """Let the three of them live their day side by side."""
    address = sys.argv[1]
    clock = Clock()
    clients = [Client(who, address, clock) for who in PEOPLE]
    threads = [Thread(target=client.live) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdicts = sum((client.verdicts for client in clients), Counter[str]())
    print(f"{sum(verdicts.values())} events: {json.dumps(verdicts)}")
    print(f"Now: curl localhost:8100/missions/{MISSION}/events -o {MISSION}.ndjson")
    print("and drop that file on http://localhost:8000/explore")


if __name__ == "__main__":
    main()
