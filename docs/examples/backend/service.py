"""A client of the Mission Collaboration Service. Every call is safe to repeat."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from .events import Incoming, Json

CLOCK_GATE = 1_000_000
OF_THE_EVENTS = {400, 413, 422}
"""Statuses of a request that the service refuses."""


class TryLaterError(Exception):
    """Nothing was stored. Send everything again after this many seconds."""

    def __init__(self, seconds: float = 1.0) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds


class RefusedError(Exception):
    """The service refused a request, or a mission in it, as a whole."""

    def __init__(self, problem: Json) -> None:
        super().__init__(problem["detail"])
        self.problem = problem


class Service:
    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._limits: Json = {}

    def limits(self) -> Json:
        """Ask once how large a request may be."""
        self._limits = self._limits or self._asked("GET", "/limits")
        return self._limits

    def admit(self, checkpoints: Mapping[str, str | None], events: Sequence[Incoming], gate: int | None) -> Json:
        """Send events with the checkpoints of their missions."""
        missions = json.dumps({mission_id: {"checkpoint": text} for mission_id, text in checkpoints.items()})
        texts = ",".join(event.text for event in events)
        body = f'{{"missions":{missions},"events":[{texts}],"max_clock_step":{json.dumps(gate)}}}'
        answer: Json = self._asked("POST", "/missions/admit", body)
        for result in answer["results"]:  # from here on pointers lead into the event, not into this request
            if "pointer" in result:
                result["pointer"] = result["pointer"].removeprefix(f"/events/{result['index']}")
        return answer

    def compare(self, mission_id: str, pairs: Sequence[tuple[Incoming, Incoming]]) -> list[str]:
        """Compare stored with new events of the same id: `duplicate` if the contract calls them equal."""
        texts: list[str] = []
        for number, pair in enumerate(pairs):  # a pair gets an id of its own, so that no two pairs meet
            texts += [json.dumps({**event.value, "event_id": str(UUID(int=number))}) for event in pair]
        body = f'{{"mode":"admit","mission_id":{json.dumps(mission_id)},"events":[{",".join(texts)}]}}'
        effects = {entry["index"]: entry["effect"] for entry in self._asked("POST", "/explain", body)["timeline"]}
        return [effects[2 * number + 1] for number in range(len(pairs))]

    def presence(self, state: str) -> list[Json]:
        """Ask who is present, by this machine's clock."""
        now = datetime.now(UTC).isoformat()
        return list(self._asked("POST", "/advise", f'{{"state":{state},"as_of":"{now}"}}')["presence"])

    def _asked(self, method: str, path: str, body: str | None = None) -> Any:
        try:
            answer = self._http.request(method, path, content=body, headers={"Content-Type": "application/json"})
        except httpx.TransportError:
            raise TryLaterError from None
        if answer.status_code in OF_THE_EVENTS:
            raise RefusedError(answer.json())
        if not answer.is_success:  # overloaded, on its way down, a wrong key: no fault of the events
            raise TryLaterError(float(answer.headers.get("Retry-After", 1)))
        return answer.json()
