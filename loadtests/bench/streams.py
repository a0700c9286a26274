"""Inputs of the benchmark, the same in every run: the mix of contract C4 and events as bodies.

Events stand in canonical order and have what an envelope needs, no more: the tidy stream. `real.py` makes of it what
producers really send; `adversarial.py` has the streams that aim to be slow.
"""

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import msgspec

Json = dict[str, Any]
Act = tuple[str, Json]
"""An event type and its payload."""

MISSION: Final = "survey-7"
PROJECT: Final = "3f2b8c1e-9d47-4a60-8e15-7c0d2a9b4f61"
BEGAN: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PEOPLE: Final = tuple(f"participant-{number:02}" for number in range(50))
SHARES: Final = {
    "come_or_go": 5,
    "heartbeat": 30,
    "drive_or_look": 20,
    "start_or_end": 15,
    "warn_or_answer": 10,
    "say_or_decide": 10,
    "link": 10,
}


def ulid(number: int) -> str:
    """Make the ULID of a number; their order is that of their numbers."""
    digits = [CROCKFORD[(number >> shift) & 31] for shift in range(75, -1, -5)]
    return "01KDZ6V8C0" + "".join(digits)


def event(act: Act, number: int, mission: str = MISSION) -> Json:
    """Put an act into its envelope; the number is its clock and decides its id and its time."""
    event_type, payload = act
    instant = BEGAN + timedelta(milliseconds=137 * number)
    return {
        "event_id": ulid(number),
        "event_type": event_type,
        "aggregate_id": f"mission/{mission}",
        "payload": {"mission_id": mission, **payload},
        "timestamp": instant.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "node_id": f"node-{number % 7:02}",
        "lamport_clock": number,
        "project_uuid": PROJECT,
        "correlation_id": ulid(0),
        "schema_version": "1.0.0",
    }


def history(acts: Iterable[Act], mission: str = MISSION) -> list[Json]:
    """Make events with the clocks 1, 2, 3 and so on."""
    return [event(act, number, mission) for number, act in enumerate(acts, start=1)]


def batch(events: list[Json], mode: Literal["strict", "permissive"] = "strict") -> bytes:
    """Write a `/reduce` body."""
    return msgspec.json.encode({"events": events, "mode": mode})


def validation(events: list[Json]) -> bytes:
    """Write a `/validate/batch` body."""
    return msgspec.json.encode({"events": events})


def mixed(count: int, seed: int = 1, people: int = len(PEOPLE), mission: str = MISSION) -> list[Json]:
    """Make events by the shares of C4, lawful in strict mode: everybody joins first."""
    mix = Mix(random.Random(seed), PEOPLE[: min(people, count)])
    acts = [joined(who) for who in mix.here]
    acts += [mix.next() for _ in range(count - len(acts))]
    return history(acts, mission)


def joined(who: str) -> Act:
    """Let somebody join."""
    identity = {"participant_id": who, "participant_type": "human", "display_name": f"Colleague {who[-2:]}"}
    return "ParticipantJoined", {"participant_id": who, "participant_identity": identity}


def warning(warning_id: str, *who: str) -> Act:
    """Warn of several drivers on one target."""
    target = {"target_type": "wp", "target_id": "wp-07"}
    about = {"warning_id": warning_id, "participant_ids": list(who), "focus_target": target, "severity": "warning"}
    return "ConcurrentDriverWarning", about


class Mix:
    """A mission in which nobody breaks a rule."""

    def __init__(self, chance: random.Random, people: Iterable[str]) -> None:
        self.chance = chance
        self.here = list(people)
        self.away: list[str] = []
        self.running: list[tuple[str, str]] = []
        self.warnings = 0

    def next(self) -> Act:
        """Let somebody do something."""
        (kind,) = self.chance.choices(list(SHARES), list(SHARES.values()))
        act: Callable[[str, int], Act] = getattr(self, kind)
        return act(self.chance.choice(self.here), self.chance.randrange(1_000))

    def come_or_go(self, who: str, number: int) -> Act:
        """Let whoever left come back before the next one leaves; the last one stays."""
        if self.away or len(self.here) == 1:
            self.here += self.away
            self.away.clear()
            return joined(self.here[-1])
        self.here.remove(who)
        self.away.append(who)
        self.running = [started for started in self.running if started[0] != who]
        return "ParticipantLeft", {"participant_id": who, "reason": "handed over to the next shift"}

    def heartbeat(self, who: str, number: int) -> Act:
        """Show that somebody is there."""
        return "PresenceHeartbeat", {"participant_id": who, "session_id": f"session-{number:04}"}

    def drive_or_look(self, who: str, number: int) -> Act:
        """Let somebody set an intent, or look elsewhere."""
        if number % 2:
            return "DriveIntentSet", {"participant_id": who, "intent": self.chance.choice(("active", "inactive"))}
        target = {"target_type": "wp", "target_id": f"wp-{number % 40:02}"}
        return "FocusChanged", {"participant_id": who, "focus_target": target}

    def start_or_end(self, who: str, number: int) -> Act:
        """Start a step, or end one of those in flight."""
        if self.running and number % 2:
            starter, step = self.running.pop(number % len(self.running))
            done = {"participant_id": starter, "step_id": step, "outcome": "success"}
            return "PromptStepExecutionCompleted", done
        step = f"step-{number % 30:02}"
        self.running.append((who, step))
        about = {"participant_id": who, "step_id": step, "wp_id": f"wp-{number % 40:02}"}
        return "PromptStepExecutionStarted", about

    def warn_or_answer(self, who: str, number: int) -> Act:
        """Warn two participants, or answer the last warning."""
        if self.warnings and number % 3:
            about = {"participant_id": who, "warning_id": f"warning-{self.warnings}", "acknowledgement": "hold"}
            return "WarningAcknowledged", about
        self.warnings += 1
        return warning(f"warning-{self.warnings}", who, self.chance.choice(self.here))

    def say_or_decide(self, who: str, number: int) -> Act:
        """Comment, or decide."""
        if number % 2:
            content = f"Café closed, so we continue with wp-{number % 40:02} after the review."
            return "CommentPosted", {"participant_id": who, "comment_id": f"comment-{number}", "content": content}
        about = {"decision_id": f"decision-{number}", "topic": "Which package first", "chosen_option": "the smaller"}
        return "DecisionCaptured", {"participant_id": who, **about}

    def link(self, who: str, number: int) -> Act:
        """Link two sessions."""
        sessions = {"primary_session_id": f"cli-{who[-2:]}", "linked_session_id": f"saas-{number:04}"}
        return "SessionLinked", {"participant_id": who, **sessions, "link_type": "cli_to_saas"}
