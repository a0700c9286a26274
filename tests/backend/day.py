"""A day of three clients, two of them offline for a while: what they send, and in which order it comes."""

import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from tests.support import builders as build

Json = dict[str, Any]
MISSION = build.MISSION
CLIENTS = ("ada", "ben", "agent")
OFFLINE = {"ben": range(1_000, 2_200), "agent": range(2_800, 4_200)}
EVENTS, BATCHES = 5_000, 300
NETWORK = 30
"""How many events may happen elsewhere while a batch is under way."""
WRONG: dict[str, Callable[[Json], Json]] = {
    "unknown-participant": lambda event: event | {"payload": event["payload"] | {"participant_id": "eve"}},
    "unknown-warning": lambda event: of_type(event, "WarningAcknowledged", warning_id="none", acknowledgement="hold"),
    "unmatched-completion": lambda event: of_type(
        event, "PromptStepExecutionCompleted", step_id="never", outcome="success"
    ),
    "mission-mismatch": lambda event: event | {"payload": event["payload"] | {"mission_id": "another"}},
    "malformed-payload": lambda event: event | {"payload": {"mission_id": MISSION}},
    "invalid-request": lambda event: event | {"lamport_clock": str(event["lamport_clock"])},
    "clock-jump": lambda event: event | {"lamport_clock": event["lamport_clock"] + 5_000_000},
}
"""For each code what makes an event be rejected with it, whenever it comes."""


class Day(NamedTuple):
    """Batches as they arrive, and what is to become of the events in the end."""

    batches: list[list[Json]]
    good: set[str]
    """The ids of the events that are to be accepted."""
    wrong: dict[str, int]
    """How many are to be rejected with which code."""


def of_type(event: Json, event_type: str, **payload: Any) -> Json:
    who = event["payload"]["participant_id"]
    return event | {"event_type": event_type, "payload": {"mission_id": MISSION, "participant_id": who, **payload}}


def doings(who: str, chance: random.Random, number: int) -> tuple[str, Json]:
    """Choose what a participant does next."""
    target = build.target(f"WP{chance.randrange(9)}")
    return chance.choice(
        [
            ("PresenceHeartbeat", build.by(who)),
            ("DriveIntentSet", build.by(who, intent=chance.choice(["active", "inactive"]))),
            ("FocusChanged", build.by(who, focus_target=target)),
            ("PromptStepExecutionStarted", build.by(who, step_id=f"T{chance.randrange(60)}")),
            ("CommentPosted", build.by(who, comment_id=f"c{number}", content="On it.")),
            ("DecisionCaptured", build.by(who, decision_id=f"d{number}", topic="t", chosen_option="o")),
            ("SessionLinked", build.by(who, primary_session_id="a", linked_session_id="b", link_type="cli_to_saas")),
        ]
    )


def history(chance: random.Random) -> Iterator[tuple[str, int, Json]]:
    """Yield who does what, and when it can be sent; a client that is offline sees no other clock."""
    clock = 0
    own = dict.fromkeys(CLIENTS, 0)
    for number in range(EVENTS):
        who = CLIENTS[number] if number < len(CLIENTS) else chance.choice(CLIENTS)
        offline = number in OFFLINE.get(who, ())
        own[who] = (own[who] if offline else max(own[who], clock)) + 1
        clock = clock if offline else own[who]
        event_type, payload = build.joined(who) if number < len(CLIENTS) else doings(who, chance, number)
        event = build.event(
            event_type, payload, event_id=build.ulid(number * 7 % 5_003), lamport_clock=own[who], node_id=who
        )
        yield who, OFFLINE[who].stop if offline else number, event


def day(seed: int) -> Day:
    """Make a day: joins come first, what was done offline comes in bulk, networks swap batches."""
    chance = random.Random(seed)
    wrong = dict.fromkeys(WRONG, 0)
    good: set[str] = set()
    sent: dict[tuple[int, str], list[Json]] = {}
    for number, (who, when, event) in enumerate(history(chance)):
        if number >= len(CLIENTS) and chance.random() < 0.03:
            code = chance.choice(list(WRONG))
            wrong[code] += 1
            sent.setdefault((when, who), []).append(WRONG[code](event))
        else:
            good.add(event["event_id"])
            sent.setdefault((when, who), []).append(event)
    return Day(in_batches(sent, chance), good, wrong)


def in_batches(sent: dict[tuple[int, str], list[Json]], chance: random.Random) -> list[list[Json]]:
    """Cut what each client sends into batches, as many as there are to be, and let them overtake each other."""
    events = [(when, who, event) for (when, who), events in sorted(sent.items()) for event in events]
    joins, events = [event for _, _, event in events[: len(CLIENTS)]], events[len(CLIENTS) :]
    queues = {who: [(when, event) for when, sender, event in events if sender == who] for who in CLIENTS}
    cuts = [(who, place) for who, queue in queues.items() for place in range(1, len(queue)) if may_cut(queue, place)]
    chosen = {*chance.sample(cuts, BATCHES - 1 - len(CLIENTS))}
    batches: list[tuple[float, list[Json]]] = []
    for who, queue in queues.items():
        places = [place for place in range(1, len(queue)) if (who, place) in chosen]
        for start, end in pairwise([0, *places, len(queue)]):
            batch = [event for _, event in queue[start:end]]
            chance.shuffle(batch)
            batches.append((queue[end - 1][0] + chance.uniform(0, NETWORK), batch))
    return [joins, *(batch for _, batch in sorted(batches, key=lambda sending: sending[0]))]


def may_cut(queue: list[tuple[int, Json]], place: int) -> bool:
    """Whether a batch may end here: what waited until a client was online again is sent in a few large ones."""
    return queue[place - 1][0] != queue[place][0] or place % 100 == 0
