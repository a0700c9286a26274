"""A backend that uses the live loop, and holds everything it is told against a naive reading of the contract."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from app.api.endpoints.admit import admit_body
from app.settings import Settings
from mission_collaboration import Admission, admit, reduce_collaboration_events
from tests.support import builders as build
from tests.support import naive_admission, naive_events, naive_fold
from tests.support.folding import Json, events_of, roster_of
from tests.support.histories import TYPES_BY_SHARE, Step, event_of
from tests.support.json_patch import patched
from tests.support.naive_admission import Bounds
from tests.support.pools import OTHER_TYPES, PARTICIPANTS, SPELLINGS
from tests.support.twists import altered, malformed, of_another_mission, respelled

Ledger = dict[str, tuple[str, str | None]]
"""Event id → verdict and code, as a backend stores them."""


@dataclass
class Plan:
    """How a history is sent."""

    bounds: Bounds
    roster: dict[str, Json] | None = None
    mission_id: str | None = None
    max_clock_step: int | None = None


@dataclass
class Backend:
    """Stores one checkpoint, and what it is told of each event."""

    plan: Plan
    met: Counter[str] = field(default_factory=Counter)
    checkpoint: str | None = None
    ledger: Ledger = field(default_factory=dict)
    handed_out: Json = field(default_factory=dict)
    stopped: int = 0
    """How many events were stopped at the door that are in no ledger."""

    def __post_init__(self) -> None:
        self.mission = naive_admission.Mission(self.plan.bounds, self.plan.roster or {}, self.plan.mission_id)
        self.state = start_of(self.plan)
        self.advisories: Any = []
        self.saved: list[tuple[str | None, naive_admission.Mission, Json]] = [(None, self.mission, self.state)]

    def send(self, batch: Sequence[Any], *, settle: bool = False) -> None:
        """Admit a batch, compare all that is told with the naive reading, and store it as a backend does."""
        after, expected = self.mission.admit(batch, self.plan.max_clock_step, settle=settle)
        told = self.ask(batch, answer="state", settle=settle)
        state = told.pop("state")
        assert told["results"] == expected.results
        assert told["revised"] == expected.revised
        assert naive_fold.comparable(state) == naive_fold.comparable(expected.state)
        assert told["mission_id"] == expected.mission_id
        assert told["horizon"] == expected.horizon
        assert kinds_of(told.get("settled")) == kinds_of(expected.settled or None)
        changes = self.ask(batch, answer="changes", settle=settle)
        assert patched(self.state, changes.pop("changes")) == state
        assert changes == told
        self.store(batch, told)
        self.mission, self.checkpoint, self.state = after, told["checkpoint"], state
        self.advisories = told["advisories"]
        self.saved.append((self.checkpoint, after, state))

    def ask(self, batch: Sequence[Any], *, answer: Any, settle: bool) -> Json:
        """Ask in Python, and the service; both say the same."""
        plan = self.plan
        options: Json = {"mission_id": plan.mission_id, "answer": answer, "settle": settle}
        options |= {"checkpoint": self.checkpoint, "max_clock_step": plan.max_clock_step}
        roster = plan.roster if self.checkpoint is None else None
        bounds = vars(plan.bounds)
        in_python = as_json(admit(batch, roster=roster_of(roster), **options, **bounds))
        limits = Settings(pool_size=0, **bounds)
        body = json.dumps({"events": batch, "roster": roster, **options}).encode()
        over_http = json.loads(bytes(admit_body(body, limits).body))
        assert {name: over_http[name] for name in in_python} == in_python
        assert sum(over_http[name] for name in OUTCOMES) == len(batch)
        return comparable(over_http)

    def store(self, batch: Sequence[Any], told: Json) -> None:
        """Keep what a backend keeps, by the rule of the API."""
        for event, result in zip(batch, told["results"], strict=True):
            verdict, code = result["verdict"], result.get("code")
            self.met[code or verdict] += 1
            if verdict in ("accepted", "pending") or code in ROWS:
                self.ledger[naive_events.normalise_id(event["event_id"])] = verdict, code
            elif code in STOPPED:
                self.stopped += 1
        for revision in told["revised"]:
            self.met[f"{revision['was']} to {revision['verdict']}"] += 1
            self.ledger[revision["event_id"]] = revision["verdict"], revision.get("code")
        for name, entries in told.get("settled", {}).items():
            self.handed_out.setdefault(name, []).extend(entries)

    def go_back(self, pick: int) -> None:
        """Go on from one of the last checkpoints, as one does whose last answers were lost."""
        self.checkpoint, self.mission, self.state = self.saved[-1 - pick % min(4, len(self.saved))]

    def check(self) -> None:
        """Compare the state to the byte with strict reduction of what is accepted (L2)."""
        if self.mission.handed_out or self.mission.bounds.recent_events < 1_000:
            return
        accepted = [*self.mission.settled, *(event for event, standing in self.mission.window if standing[1] is None)]
        if accepted:
            state = reduce_collaboration_events(events_of(accepted), mode="strict", roster=roster_of(self.plan.roster))
            assert self.state == json.loads(state.model_dump_json())
            self.met["states compared"] += 1


OUTCOMES = ("accepted", "pending", "duplicate", "ignored", "rejected")
ROWS = ("unknown-participant", "departed-participant", "unknown-warning", "unmatched-completion")
STOPPED = ("late-event", "clock-jump", "too-many-pending", "conflicting-duplicate", "mission-mismatch")


def start_of(plan: Plan) -> Json:
    """Give the state of no events, with roster and pinned mission."""
    state = reduce_collaboration_events([], roster=roster_of(plan.roster)).model_dump_json()
    start: Json = json.loads(state) | {"mission_id": plan.mission_id or ""}
    return start


def as_json(admission: Admission) -> Json:
    """Write what Python is told as the service does."""
    settled = admission.settled
    horizon = admission.horizon
    told: Json = {
        "mission_id": admission.mission_id,
        "checkpoint": admission.checkpoint,
        "revised": plain(admission.revised),
        "advisories": [advisory.model_dump() for advisory in admission.advisories],
        "horizon": horizon and {name: plain(getattr(horizon, name)) for name in PLACE},
    }
    if admission.state is not None:
        told["state"] = json.loads(admission.state.model_dump_json())
    if admission.changes is not None:
        told["changes"] = plain(admission.changes)
    if settled is not None:
        entries = ("comments", "decisions", "anomalies")
        told["settled"] = {name: [entry.model_dump() for entry in getattr(settled, name)] for name in entries}
        told["settled"]["linked_sessions"] = [
            {name: getattr(link, name) for name in LINK} for link in settled.linked_sessions
        ]
    return told


PLACE = ("lamport_clock", "timestamp", "event_id")
LINK = ("event_id", "participant_id", "linked_session_id")


def plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def comparable(told: Json) -> Json:
    """Leave what the naive reading says as well."""
    horizon = told["horizon"]
    names = ("verdict", "stands", "code")
    return {name: told[name] for name in told if name not in OUTCOMES} | {
        "results": [{name: result[name] for name in names if name in result} for result in told["results"]],
        "revised": [
            {name: value for name, value in revision.items() if name != "detail"} for revision in told["revised"]
        ],
        "horizon": horizon and tuple(horizon[name] for name in PLACE),
    }


def kinds_of(settled: Json | None) -> Json | None:
    """Replace the reasons of anomalies by their kinds."""
    if settled is None:
        return None
    anomalies = [anomaly | {"reason": naive_fold.kind_of(anomaly["reason"])} for anomaly in settled["anomalies"]]
    return settled | {"anomalies": anomalies}


# --- Histories ---------------------------------------------------------------------------------------------


def mission_of(chance: random.Random, length: int, clocks: str) -> list[Any]:
    """Make up a mission: who is there, and what they do; more or less in order, with everything that happens."""
    crew = PARTICIPANTS if chance.random() < 0.8 else ()
    joins = [Step("ParticipantJoined", who, who, 1, 0, SPELLINGS[0]) for who in crew]
    steps = joins + [drawn_step(chance) for _ in range(length)]
    return [placed(event_of(0, step), place, chance, clocks) for place, step in enumerate(steps)]


def drawn_step(chance: random.Random) -> Step:
    return Step(
        chance.choice(TYPES_BY_SHARE),
        chance.choice(PARTICIPANTS),
        chance.choice(PARTICIPANTS),
        chance.randrange(12),
        0,
        chance.choice(SPELLINGS),
    )


def placed(event: Json, place: int, chance: random.Random, clocks: str) -> Json:
    """Give an event its id and its clock, which may be missing."""
    number = place * 17 % 9_973
    event = event | {"event_id": build.uuid_text(number) if place % 5 == 0 else build.ulid(number)}
    if clocks == "none" or (clocks == "some" and chance.random() < 0.2):
        return event | {"lamport_clock": None}
    return event | {"lamport_clock": place // 3 + chance.randrange(3)}


def oddity(event: Json, kind: str, variant: int) -> Any:
    """Make something odd of an event."""
    clock = event["lamport_clock"] or 0
    other_id = {"event_id": build.ulid(20_000 + variant)}
    odd: dict[str, Any] = {
        "again": lambda: respelled(event, variant),
        "altered": lambda: altered(event, variant),
        "malformed": lambda: malformed(event, variant) | (other_id if variant % 2 else {}),
        "other type": lambda: event | {"event_type": OTHER_TYPES[variant % 4]} | {"node_id": None},
        "other mission": lambda: of_another_mission(event, variant) | (other_id if variant % 2 else {}),
        "jump": lambda: event | other_id | {"lamport_clock": clock + 30},
        "envelope": lambda: (7, None, {}, event | {"node_id": 7}, event | {"event_id": "no id"})[variant % 5],
    }
    return odd[kind]()


ODDITIES = ("again", "altered", "malformed", "other type", "other mission", "jump", "envelope")


def with_oddities(events: Sequence[Json], chance: random.Random, most: int) -> list[Any]:
    kinds = ODDITIES if all(event["lamport_clock"] is not None for event in events) else ("again", *ODDITIES[2:])
    odd = [oddity(chance.choice(events), chance.choice(kinds), chance.randrange(12)) for _ in range(most)]
    return [*events, *odd]


def cut(events: Sequence[Any], chance: random.Random, delay: float) -> list[list[Any]]:
    """Cut a history into batches, each event delayed by so many places at most; some batches come again."""
    order = sorted(range(len(events)), key=lambda place: place + chance.uniform(0, delay))
    batches: list[list[Any]] = []
    start = 0
    while start < len(order):
        size = chance.randint(1, chance.choice((2, 8, 40)))
        batch = [events[place] for place in order[start : start + size]]
        if batches and chance.random() < 0.3:
            batch += chance.choice(batches)[:5]
        chance.shuffle(batch)
        batches.append(batch)
        start += size
    return batches
