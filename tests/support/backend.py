"""A backend that uses the live loop, and holds everything it is told against strict reduction and a naive reading."""

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from app.api.endpoints.admit import admit_body
from app.problems import Problem
from app.settings import Settings
from mission_collaboration import LateEventsError, admit, reduce_collaboration_events
from tests.support import builders as build
from tests.support import naive, naive_admission, strategies
from tests.support.folding import Json, events_of, roster_of

STEP = 1_000
LIMITS = Settings(recent_events=1_000)
ODD = ("late", "late", "jump", "malformed", "envelope", "other type", "other mission", "stranger")
TWISTS = ("again", "altered")


class Backend:
    """Keeps every checkpoint that it was ever given, and what was sent."""

    def __init__(self, window: int, roster: dict[str, Json] | None, crew: tuple[str, ...], met: Counter[str]) -> None:
        self.window, self.roster, self.met = window, roster, met
        self.clock = self.count = 0
        self.sent: list[Any] = []
        self.late: list[Json] = []
        self.at: list[tuple[str | None, naive_admission.Mission]] = [(None, naive_admission.Mission(window, roster))]
        self.last_batch: list[Any] = []
        self.last_answer: Json = {}
        joins = [strategies.Step("ParticipantJoined", who, who, 1, 0, strategies.SPELLINGS[0]) for who in crew]
        self.send([self.fresh(step, "") for step in joins])

    def fresh(self, step: strategies.Step, odd: str) -> Any:
        """Make an event of a later time than all before, or an odd one."""
        self.count += 1
        self.clock += step.clock % 3
        event = strategies.event_of(0, step) | {
            "event_id": build.ulid(self.count * 17 % 9_973),
            "lamport_clock": self.clock + 1,
        }
        variant = step.variant
        oddities: dict[str, Callable[[], Any]] = {
            "": lambda: event,
            "late": lambda: event | {"lamport_clock": max(1, self.clock - variant // 3)},
            "jump": lambda: event | {"lamport_clock": self.clock + STEP + step.clock * 400},
            "malformed": lambda: strategies.malformed(event, variant),
            "envelope": lambda: (7, None, event | {"lamport_clock": "7"}, event | {"event_id": "no id"})[variant % 4],
            "other type": lambda: event | {"event_type": strategies.OTHER_TYPES[variant % 4]},
            "other mission": lambda: strategies.of_another_mission(event, variant),
            "stranger": lambda: event | {"payload": event["payload"] | {"participant_id": "nobody"}},
        }
        return oddities[odd]()

    def twisted(self, kind: str, place: int, variant: int) -> list[Any]:
        """Take up an event that was sent before: the same in another spelling, or another of the same id."""
        before = [event for event in self.sent if naive.envelope_fault(event) is None]
        if not before:
            return []
        event = before[-1 - place % len(before)]
        return [strategies.respelled(event, variant) if kind == "again" else strategies.altered(event, variant)]

    def send(self, batch: list[Any], on_late: str = "reject") -> None:
        """Admit a batch from the newest checkpoint, and hold everything that is said against the judge."""
        checkpoint, mission = self.at[-1]
        batch = [event for event in batch if not is_breach(event, mission)]
        expected, verdicts = mission.admit(batch, STEP)
        late = [place for place, (_, code) in enumerate(verdicts) if code == "late-event"]
        answer = self.ask(checkpoint, batch, on_late)
        self.late += [batch[place] for place in late]
        if on_late == "refuse" and late:
            assert answer == {"late": late}
            self.met["refused"] += 1
            return
        assert [(told["verdict"], told.get("code")) for told in answer["results"]] == verdicts
        self.at.append((answer["checkpoint"], expected))
        self.sent += [event for event in batch if event not in self.sent]
        self.last_batch, self.last_answer = batch, answer
        self.met.update(["batches", *(code or verdict for verdict, code in verdicts)])

    def ask(self, checkpoint: str | None, batch: list[Any], on_late: str) -> Json:
        """Ask in Python, and over HTTP as well where its smallest window is the one that is tried."""
        answer = in_python(checkpoint, batch, on_late, self.window, self.roster)
        if self.window == LIMITS.recent_events:
            assert over_http(checkpoint, batch, on_late, self.roster) == answer
        return answer

    def send_again(self) -> None:
        """The answer came, and was not noticed: nothing changes but for what waited for an event of that batch."""
        before = self.last_answer
        self.send(self.last_batch)
        if before["accepted"] <= self.window and not self.last_answer["accepted"]:
            assert (self.last_answer["state"], self.last_answer["checkpoint"]) == (
                before["state"],
                before["checkpoint"],
            )
        self.met["retries"] += 1

    def send_again_with_the_old_checkpoint(self) -> None:
        """The answer got lost, and the checkpoint with it: the answer is the same."""
        self.at.pop()
        before = self.last_answer
        self.send(self.last_batch)
        assert self.last_answer == before
        self.met["retries"] += 1

    def resume(self, pick: int, order: random.Random) -> None:
        """Go back to a checkpoint, for a late event to the last one before it, and send everything again."""
        accepted = {key(event) for event in self.at[-1][1].accepted}
        late = [event for event in self.late if key(event) not in accepted]
        start = self.before(late[pick % len(late)]) if late else pick % len(self.at)
        del self.at[start + 1 :]
        batch = [*self.sent, *(event for event in late if event not in self.sent)]
        order.shuffle(batch)
        self.send(batch)
        taken = {key(event) for event in self.at[-1][1].accepted} & set(map(key, late))
        self.met["resumed"] += 1
        self.met["late events taken in"] += len(taken)

    def before(self, late: Json) -> int:
        """Find the last checkpoint that had not yet folded what comes after a late event."""
        return max(
            place
            for place, (_, mission) in enumerate(self.at)
            if not mission.accepted or key(mission.accepted[-1]) < key(late)
        )

    def check(self) -> None:
        """Compare the state to the byte, and with the naive reading but for the wording of anomalies."""
        accepted = self.at[-1][1].accepted
        state = reduce_collaboration_events(events_of(accepted), mode="strict", roster=roster_of(self.roster))
        assert self.last_answer["state"] == state.model_dump_json()
        assert naive.comparable(json.loads(self.last_answer["state"])) == naive.comparable(
            naive.reduce(accepted, "strict", self.roster)
        )
        self.met["states compared"] += 1


def key(event: Json) -> Any:
    return naive.canonical_key(event)[:3]


def is_breach(event: Any, mission: naive_admission.Mission) -> bool:
    """Tell whether an event reuses an id that the window has forgotten, which nobody can see."""
    if naive.envelope_fault(event) is not None:
        return False
    event_id = naive.normalise_id(event["event_id"])
    accepted = {naive.normalise_id(each["event_id"]) for each in mission.accepted}
    return event_id in accepted and event_id not in mission.known


def in_python(checkpoint: str | None, batch: list[Any], on_late: str, window: int, roster: Any) -> Json:
    seeded = roster_of(roster) if checkpoint is None else None
    try:
        done = admit(
            batch,
            checkpoint=checkpoint,
            roster=seeded,
            on_late=on_late,  # type: ignore[arg-type]
            max_clock_step=STEP,
            recent_events=window,
        )
    except LateEventsError as no:
        return {"late": [verdict.index for verdict in no.late]}
    results = []
    for verdict in done.results:
        told = {name: getattr(verdict, name) for name in ("index", "event_id", "event_type", "verdict")}
        if verdict.location is not None:
            told |= {"code": verdict.code, "detail": verdict.detail}
            told["pointer"] = "".join(f"/{step}" for step in ("events", verdict.index, *verdict.location))
        results.append(told)
    return {
        "state": done.state.model_dump_json(),
        "checkpoint": done.checkpoint,
        "accepted": done.count("accepted"),
        "results": results,
        "advisories": [advisory.model_dump() for advisory in done.advisories],
    }


def over_http(checkpoint: str | None, batch: list[Any], on_late: str, roster: Any) -> Json:
    body = {"events": batch, "checkpoint": checkpoint, "on_late": on_late, "max_clock_step": STEP}
    if checkpoint is None:
        body["roster"] = roster
    try:
        text = bytes(admit_body(json.dumps(body).encode(), LIMITS).body)
    except Problem as problem:
        places = [int((finding.pointer or "").split("/")[2]) for finding in problem.findings]
        return {"late" if problem.code == "late-events" else problem.code: places}
    answer: Json = json.loads(text)
    told = Counter(result["verdict"] for result in answer["results"])
    assert {name: answer.pop(name) for name in ("duplicate", "ignored", "rejected")} == {
        name: told[name] for name in ("duplicate", "ignored", "rejected")
    }
    state = json.dumps(answer["state"], ensure_ascii=False, separators=(",", ":"))
    assert text.startswith(b'{"state":' + state.encode() + b',"checkpoint":')
    return answer | {"state": state}
