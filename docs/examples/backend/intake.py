"""The core: a batch of events comes in, one transaction goes out, and every event has a verdict."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool

from .events import Incoming, Json, by_mission, pages, warning
from .service import CLOCK_GATE, RefusedError, Service, TryLaterError
from .store import NOT_FINAL, Results, Row, Store


class Intake:
    """Takes batches in. A repeated batch changes nothing."""

    def __init__(self, pool: ConnectionPool[Connection[Row]], service: Service) -> None:
        self._pool, self._service = pool, service

    def receive(self, values: Sequence[Any]) -> list[Json]:
        """Give a verdict for each event, in the order in which they came."""
        events = [Incoming(value) for value in values]
        results = [result for page in pages(events, self._service.limits()) for result in self._page(page)]
        for index, result in enumerate(results):
            result["index"] = index
            if "pointer" in result:
                result["pointer"] = f"/events/{index}{result['pointer']}"
        return results

    def _page(self, events: list[Incoming]) -> list[Json]:
        """Take a page in. If the service refuses all of it, halve it until the event that caused this is alone."""
        try:
            with self._pool.connection() as db, db.transaction():
                return Transaction(Store(db), self._service).take(events)
        except RefusedError as refusal:
            if half := len(events) // 2:
                return self._page(events[:half]) + self._page(events[half:])
            result = rejected(events[0], **refusal.problem)
            with self._pool.connection() as db:
                Store(db).write({events[0]: result})
            return [result]


class Transaction:
    """What happens to a page of events between BEGIN and COMMIT."""

    def __init__(self, store: Store, service: Service) -> None:
        self._store, self._service = store, service
        self._checkpoints: dict[str, str | None] = {}
        self._advisories: dict[str, list[Json]] = {}

    def take(self, events: list[Incoming]) -> list[Json]:
        """Lock the missions, ask for verdicts on new events, compare known ones, append the warnings."""
        self._checkpoints = self._store.lock({event.mission_id for event in events if event.mission_id})
        held, waiting = self._store.held(events), self._store.waiting(self._checkpoints)
        results = self._judge([event for event in events if event.key not in held] + waiting)
        self._store.forget(event for event in waiting if results.get(event, {}).get("code") not in NOT_FINAL)
        results |= self._compare([event for event in events if event not in results])
        self._warn()
        return [dict(results[event]) for event in events]

    def _judge(self, events: list[Incoming]) -> Results:
        """Ask for verdicts. Rebuild a mission if it has late events, or if the service cannot read its checkpoint."""
        results = self._admit(events)
        unread = [event for event, result in results.items() if result.get("code") == "bad-checkpoint"]
        for mission_id in by_mission(unread):
            self._rebuild(mission_id, [])
        results |= self._admit(unread)
        if any(results[event].get("code") == "bad-checkpoint" for event in unread):
            raise TryLaterError  # an old and a new replica answer in turns
        late = [event for event, result in results.items() if result.get("code") == "late-event"]
        results = {event: result for event, result in results.items() if result.get("code") != "late-event"}
        for mission_id, of_mission in by_mission(late).items():
            results |= self._rebuild(mission_id, of_mission)
        return results

    def _admit(self, events: list[Incoming]) -> Results:
        """Send events with the checkpoints of their missions, and store the verdicts, states and checkpoints."""
        if not events:
            return {}
        checkpoints = {name: self._checkpoints[name] for name in by_mission(events) if name}
        answer = self._service.admit(checkpoints, events, CLOCK_GATE)
        results: Results = {events[result["index"]]: result for result in answer["results"]}
        self._store.write(results)
        for mission_id, mission in answer["missions"].items():
            if "problem" not in mission:
                self._store.revise(mission_id, mission["revised"])
                self._advance(mission_id, mission)
        return results

    def _rebuild(self, mission_id: str, late: list[Incoming]) -> Results:
        """Send a mission's whole history again, with the late events, starting without a checkpoint."""
        first = {event.key: event for event in reversed(late)}.values()  # of copies; the others are compared with it
        verdicts: dict[str | None, Json] = {}
        crowded_out: list[Incoming] = []
        mission: Json = {"checkpoint": None, "state": None, "advisories": []}
        try:
            with self._store.db.transaction():  # a savepoint
                self._store.write({event: {"verdict": "pending"} for event in first})
                for page in pages(self._store.history(mission_id), self._service.limits()):
                    answer = self._service.admit({mission_id: mission["checkpoint"]}, page, gate=None)
                    mission = answer["missions"][mission_id]
                    if "problem" in mission:
                        raise RefusedError(mission["problem"])
                    results = answer["results"]
                    verdicts |= {result["event_id"]: result for result in (*results, *mission["revised"])}
                    crowded_out += [page[result["index"]] for result in results if result.get("code") in NOT_FINAL]
                self._store.revise(mission_id, verdicts.values())
                in_window = [event for event in crowded_out if event.is_behind(mission["horizon"])]
                self._store.put_off({event: verdicts[event.event_id] for event in in_window})
        except RefusedError as refusal:  # the mission has outgrown the service: nothing of it has changed
            refused = {event: rejected(event, **refusal.problem) for event in late}
            self._store.write(refused)
            return refused
        self._advance(mission_id, mission)
        return {event: verdicts[event.event_id] for event in first}

    def _advance(self, mission_id: str, mission: Json) -> None:
        self._checkpoints[mission_id] = mission["checkpoint"]
        self._advisories[mission_id] = mission["advisories"]
        self._store.save(mission_id, mission["checkpoint"], mission["state"])

    def _compare(self, known: list[Incoming]) -> Results:
        """Give the verdicts of known events. One with other content than the stored event is a dead letter."""
        held = self._store.held(known)
        results: Results = {event: held[event.key].as_duplicate() for event in known}
        unlike = [event for event in known if event.digest != held[event.key].event.digest]
        for mission_id, events in by_mission(unlike).items():
            effects = self._service.compare(mission_id, [(held[event.key].event, event) for event in events])
            for event, effect in zip(events, effects, strict=True):
                if effect == "ignored":
                    results[event] = {"event_id": event.event_id, "verdict": "ignored"}
                elif effect != "duplicate":
                    results[event] = rejected(event, "conflicting-duplicate", "Another event with this id is held.")
        self._store.write(results)
        return results

    def _warn(self) -> None:
        """Append advisories as events of the backend, each only once."""
        listed = [(name, advisory) for name, advisories in self._advisories.items() for advisory in advisories]
        warnings = [warning(name, advisory, self._store.newest(name)) for name, advisory in listed]
        held = self._store.held(warnings)
        self._admit([event for event in warnings if event.key not in held])


def rejected(event: Incoming, code: str, detail: str, **_: Any) -> Json:
    return {"event_id": event.event_id, "verdict": "rejected", "code": code, "detail": detail}
