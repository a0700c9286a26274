"""Hypothesis strategies for whole histories and rosters, as JSON-ready dicts.

Histories draw small integers and names from pools and build the events from these, so that they are made
quickly, shrink well, and meet the same participants, steps, clocks and instants again and again.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.support import builders as build
from tests.support.builders import Json
from tests.support.pools import INSTANTS, OTHER_TYPES, PARTICIPANTS, SPELLINGS, STEPS, TARGETS, WARNINGS, pick
from tests.support.twists import Twist, apply_twist, twists

T = TypeVar("T")

# How often each type occurs in a history.
SHARES = {
    "ParticipantInvited": 2,
    "ParticipantJoined": 2,
    "ParticipantLeft": 2,
    "PresenceHeartbeat": 2,
    "DriveIntentSet": 3,
    "FocusChanged": 3,
    "PromptStepExecutionStarted": 4,
    "PromptStepExecutionCompleted": 3,
    "ConcurrentDriverWarning": 2,
    "PotentialStepCollisionDetected": 1,
    "WarningAcknowledged": 4,
    "CommentPosted": 1,
    "DecisionCaptured": 1,
    "SessionLinked": 2,
}
TYPES_BY_SHARE = tuple(name for name, share in SHARES.items() for _ in range(share))

# --- Events ------------------------------------------------------------------------------------------------


class Step(NamedTuple):
    """What is drawn for one event of a history."""

    event_type: str
    who: str
    other: str
    variant: int  # picks the step, target, warning, intent …
    clock: int
    timestamp: str


@cache
def steps() -> SearchStrategy[Step]:
    return st.builds(
        Step,
        st.sampled_from(TYPES_BY_SHARE),
        st.sampled_from(PARTICIPANTS),
        st.sampled_from(PARTICIPANTS),
        st.integers(0, 11),
        st.integers(0, 7),
        st.sampled_from(SPELLINGS),
    )


def payload_of(step: Step) -> Json:
    """Build the valid payload which a step stands for."""
    who, variant = step.who, step.variant
    who_is_who = build.identity(
        who,
        participant_type=pick(("human", "llm_context"), variant),
        display_name=pick(("Ann", "Bob", ""), variant),
    )
    warning_id, step_id = pick(WARNINGS, variant), pick(STEPS, variant)
    where = build.target(pick(TARGETS, variant), pick(("wp", "wp", "step", "file"), variant // 2))
    named = (who, step.other) if variant % 3 else (who, step.other, who)
    answer = pick(("continue", "hold", "reassign", "defer"), variant)
    makers: dict[str, Callable[[], tuple[str, Json]]] = {
        "ParticipantInvited": lambda: build.invited(who, participant_identity=who_is_who),
        "ParticipantJoined": lambda: build.joined(who, participant_identity=who_is_who),
        "ParticipantLeft": lambda: build.left(who, reason=pick(("done", ""), variant)),
        "PresenceHeartbeat": lambda: build.heartbeat(who),
        "DriveIntentSet": lambda: build.drive(who, pick(("active", "active", "inactive"), variant)),
        "FocusChanged": lambda: build.focus(who, where["target_id"], where["target_type"]),
        "PromptStepExecutionStarted": lambda: build.started(who, step_id),
        "PromptStepExecutionCompleted": lambda: build.completed(who, step_id),
        "ConcurrentDriverWarning": lambda: build.driver_warning(warning_id, *named, focus_target=where),
        "PotentialStepCollisionDetected": lambda: build.collision(warning_id, *named, step_id=step_id),
        "WarningAcknowledged": lambda: build.acknowledged(who, warning_id, answer),
        "CommentPosted": lambda: build.comment(who, pick(("c1", "c2"), variant)),
        "DecisionCaptured": lambda: build.decision(who, referenced_warning_id=warning_id),
        "SessionLinked": lambda: build.session_link(who, pick(("x1", "x2"), variant)),
    }
    return makers[step.event_type]()[1]


def id_of(place: int) -> str:
    """Make an id for the event at a place: ULIDs and some UUIDs, not in the order of the places."""
    number = place * 17 % 41
    return build.uuid_text(0xA0 + number) if number % 4 == 0 else build.ulid(1000 + number)


def event_of(place: int, step: Step) -> Json:
    return build.event(
        step.event_type,
        payload_of(step),
        event_id=id_of(place),
        lamport_clock=step.clock,
        timestamp=step.timestamp,
    )


# --- Histories of any kind ---------------------------------------------------------------------------------


def histories(max_steps: int = 26, max_twists: int = 10) -> SearchStrategy[list[Json]]:
    """Draw at most 40 events in no particular order, plausible for the most part.

    Most participants join at the start. Strangers, double joins, unmatched completions and the like happen
    by themselves; what would not, is put in by the twists.
    """
    return st.builds(
        tidy_then_twisted,
        st.sampled_from((PARTICIPANTS, PARTICIPANTS[:3], PARTICIPANTS[1:], PARTICIPANTS[:3], PARTICIPANTS[:2], ())),
        few_or_many(steps(), max_steps),
        few_or_many(twists(), max_twists),
    )


def few_or_many(drawn: SearchStrategy[T], most: int) -> SearchStrategy[list[T]]:
    """Draw lists of all lengths; plain lists of a small least length would nearly all be short."""
    return st.lists(drawn, max_size=most // 4) | st.lists(drawn, min_size=most // 2, max_size=most)


def tidy_then_twisted(crew: tuple[str, ...], drawn: list[Step], twisted: list[Twist]) -> list[Json]:
    joins = [Step("ParticipantJoined", who, who, place, 0, SPELLINGS[0]) for place, who in enumerate(crew)]
    events = [event_of(place, step) for place, step in enumerate(joins + drawn)]
    for twist in twisted:
        apply_twist(events, twist)
    return events


@cache
def rosters() -> SearchStrategy[dict[str, Json] | None]:
    """Draw the seeded participants of a reduction, who may be none."""
    kinds = st.sampled_from(("human", "llm_context"))
    names = st.sampled_from((*PARTICIPANTS, "seeded"))
    return st.none() | st.dictionaries(names, kinds, max_size=3).map(
        lambda drawn: {
            who: build.identity(who, participant_type=kind, session_id="seed") for who, kind in drawn.items()
        }
    )


# --- Histories that strict mode accepts --------------------------------------------------------------------


def accepted_histories(max_steps: int = 34) -> SearchStrategy[list[Json]]:
    """Draw at most 40 events which strict mode takes without a refusal; anomalies of both modes occur."""
    copies = st.lists(twists(("duplicate", "respelled", "other type", "extra")), max_size=6)
    return st.builds(lawful_then_twisted, few_or_many(steps(), max_steps), copies)


def lawful_then_twisted(drawn: list[Step], twisted: list[Twist]) -> list[Json]:
    walk = LawfulWalk()
    events = [event_of(place, walk.take(place, step)) for place, step in enumerate(drawn)]
    for twist in twisted:
        # Another type in the place of an event would pull the ground from under later ones.
        if twist.kind == "other type":
            events.append(build.event(pick(OTHER_TYPES, twist.variant), {}, lamport_clock=twist.variant))
        elif events:
            apply_twist(events, twist)
    return events


class LawfulWalk:
    """Turn any step into one that is lawful where it stands."""

    def __init__(self) -> None:
        self.active: set[str] = set()
        self.known: set[str] = set()
        self.warned: set[str] = set()
        self.running: list[tuple[str, str]] = []

    def take(self, place: int, step: Step) -> Step:
        # Clocks tie in pairs; within a pair time decides. So the order of the walk is the canonical one.
        timestamp = INSTANTS[place % 2][step.variant % 3]
        step = self.lawful(step)._replace(clock=place // 2, timestamp=timestamp)
        self.remember(step)
        return step

    def lawful(self, step: Step) -> Step:
        if step.event_type in ("ParticipantInvited", "ParticipantJoined"):
            return step
        if step.event_type == "ParticipantLeft" and step.who in self.known:
            return step
        if step.who not in self.active:
            return step._replace(event_type="ParticipantJoined")
        if step.other not in self.active:
            step = step._replace(other=step.who)
        return self.referring_to_something(step)

    def referring_to_something(self, step: Step) -> Step:
        if step.event_type == "WarningAcknowledged" and pick(WARNINGS, step.variant) not in self.warned:
            return step._replace(event_type="ConcurrentDriverWarning")
        execution = (step.who, pick(STEPS, step.variant))
        if step.event_type == "PromptStepExecutionCompleted" and execution not in self.running:
            return step._replace(event_type="PromptStepExecutionStarted")
        return step

    def remember(self, step: Step) -> None:
        execution = (step.who, pick(STEPS, step.variant))
        if step.event_type == "ParticipantJoined":
            self.active.add(step.who)
            self.known.add(step.who)
        elif step.event_type == "ParticipantLeft":
            self.active.discard(step.who)
            self.running = [started for started in self.running if started[0] != step.who]
        elif step.event_type == "PromptStepExecutionStarted":
            self.running.append(execution)
        elif step.event_type == "PromptStepExecutionCompleted":
            self.running.remove(execution)
        elif step.event_type in ("ConcurrentDriverWarning", "PotentialStepCollisionDetected"):
            self.warned.add(pick(WARNINGS, step.variant))
