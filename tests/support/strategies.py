"""Hypothesis strategies for events, as JSON-ready dicts: whole histories, and payloads valid and almost so.

Histories draw small integers and names from pools and build the events from these, so that they are made
quickly, shrink well, and meet the same participants, steps, clocks and instants again and again.
"""

import copy
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.support import builders as build
from tests.support.naive import DEFAULTS, MODELS, PAYLOADS, payload_fault

Json = dict[str, Any]
Path = tuple[str | int, ...]
T = TypeVar("T")

# --- Pools -------------------------------------------------------------------------------------------------

MISSIONS = ("m1", "m2")
# The last two are in the opposite order by UTF-16 units.
PARTICIPANTS = ("p1", "p10", "\uff50", "\U0001f680")
STEPS = ("s1", "s2", "s10")
TARGETS = ("t1", "t2")
WARNINGS = ("w1", "w2", "w3")
EVENT_TYPES = tuple(PAYLOADS)
OTHER_TYPES = ("MissionCreated", "participantjoined", "ParticipantJoined ", "WPStatusChanged")

# Each row is one instant in several spellings; the rows are in the order of time.
INSTANTS = (
    ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05", "2026-01-02T04:34:05+01:30", "2026-01-01T22:04:05-05:00"),
    ("2026-01-02T03:04:05.000001Z", "2026-01-02T03:04:05.0000019", "2026-01-02T05:04:05.000001000+02:00"),
    ("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500000", "2026-01-02T03:04:05.50+00:00"),
    ("2026-01-02T03:04:06Z", "2026-01-02T03:04:06.000Z", "2026-01-02T03:04:06.000000999-00:00"),
    ("2026-01-02T03:04:10Z", "2026-01-02T02:04:10-01:00"),
)
SPELLINGS = tuple(spelling for row in INSTANTS for spelling in row)

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

# --- Histories ---------------------------------------------------------------------------------------------


class Step(NamedTuple):
    """What is drawn for one event of a history."""

    event_type: str
    who: str
    other: str
    variant: int  # picks the step, target, warning, intent …
    clock: int
    timestamp: str


class Twist(NamedTuple):
    """What is drawn to make a history less tidy."""

    kind: str
    place: int  # of the event that it happens to
    variant: int


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


def pick(pool: tuple[str, ...], variant: int) -> str:
    return pool[variant % len(pool)]


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


# --- Twists ------------------------------------------------------------------------------------------------


def respelled_id(event_id: str, variant: int) -> str:
    """Write the same id in another way."""
    if len(event_id) == 26:
        return event_id.swapcase()
    return event_id.upper() if variant % 2 else event_id.replace("-", "")


def respelled_instant(timestamp: str, variant: int) -> str:
    """Write the same instant in another way, if it is of the pool."""
    for row in INSTANTS:
        if timestamp in row:
            return row[variant % len(row)]
    return timestamp


def respelled(event: Json, variant: int) -> Json:
    """Write the same content in another way."""
    again = with_extra_fields(event) if variant % 2 else copy.deepcopy(event)
    again["event_id"] = respelled_id(event["event_id"], variant)
    again["correlation_id"] = event["correlation_id"].lower()
    again["project_uuid"] = event["project_uuid"].upper()
    again["timestamp"] = respelled_instant(event["timestamp"], variant)
    again["causation_id"] = event.get("causation_id")
    again["data_tier"] = event.get("data_tier", 0)
    return again


def with_extra_fields(event: Json) -> Json:
    """Copy an event, adding fields nobody knows wherever that means nothing (E14)."""
    again = copy.deepcopy(event)
    again["zz_future"] = {"a": [1, 2.5, None]}
    if payload_fault(event["event_type"], event["payload"]) is None:  # else they are content (R31)
        again["payload"]["zz_future"] = True
        for field in ("participant_identity", "focus_target"):
            if isinstance(again["payload"].get(field), dict):
                again["payload"][field]["zz_future"] = "x"
    return again


def altered(event: Json, variant: int) -> Json:
    """Copy an event with other content under the same id, mostly under the same sort key too."""
    again = copy.deepcopy(event)
    if variant % 4 == 0:
        again["node_id"] = "another-node"
    elif variant % 4 == 1:
        again["lamport_clock"] = event["lamport_clock"] + variant // 4
        again["data_tier"] = 1
    elif variant % 4 == 2:
        again["event_type"] = pick(EVENT_TYPES, variant)
    else:
        again["payload"]["participant_id"] = pick(PARTICIPANTS, variant // 4)
    return again


def malformed(event: Json, variant: int) -> Json:
    """Copy an event with one field of its payload missing or, nearly always, of the wrong type."""
    again = copy.deepcopy(event)
    fields = list(again["payload"]) or ["mission_id"]
    field = fields[variant % len(fields)]
    if variant % 3 == 0:
        again["payload"].pop(field, None)
    else:
        again["payload"][field] = (7, "", [], {}, True, None, 1.0, ["p1"])[variant % 8]
    return again


def of_another_mission(event: Json, variant: int) -> Json:
    again = copy.deepcopy(event)
    again["payload"]["mission_id"] = MISSIONS[1]
    again["aggregate_id"] = f"mission/{MISSIONS[1]}"
    return again


def of_another_type(event: Json, variant: int) -> Json:
    return copy.deepcopy(event) | {"event_type": pick(OTHER_TYPES, variant)}


# These are added as one more event, beside the one they are made from.
COPIES: dict[str, Callable[[Json, int], Json]] = {
    "duplicate": lambda event, variant: copy.deepcopy(event),
    "respelled": respelled,
    "altered": altered,
    "altered malformed": malformed,
}
# These take the place of the one they are made from.
REPLACEMENTS: dict[str, Callable[[Json, int], Json]] = {
    "malformed": malformed,
    "other mission": of_another_mission,
    "other type": of_another_type,
    "extra": lambda event, variant: with_extra_fields(event),
}
TWISTS = (*COPIES, *REPLACEMENTS)


@cache
def twists(kinds: tuple[str, ...] = TWISTS) -> SearchStrategy[Twist]:
    return st.builds(Twist, st.sampled_from(kinds), st.integers(0, 39), st.integers(0, 23))


def apply_twist(events: list[Json], twist: Twist) -> None:
    if not events:
        return
    place = twist.place % len(events)
    if twist.kind in COPIES:
        again = COPIES[twist.kind](events[place], twist.variant)
        events.insert(twist.variant * 7 % (len(events) + 1), again)
    else:
        events[place] = REPLACEMENTS[twist.kind](events[place], twist.variant)


# --- Arbitrary JSON and valid objects ----------------------------------------------------------------------


@cache
def json_values(max_leaves: int = 5) -> SearchStrategy[Any]:
    """Draw any JSON value: no NaN, no infinity, no half of a surrogate pair."""
    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    leaves = st.none() | st.booleans() | numbers | st.text(max_size=8)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=max_leaves,
    )


def hex_case(text: str) -> SearchStrategy[str]:
    return st.sampled_from((text, text.upper()))


@cache
def uuids() -> SearchStrategy[str]:
    """Draw UUIDs with their hyphens, in either case."""
    return st.integers(0, 2**128 - 1).flatmap(lambda number: hex_case(str(uuid.UUID(int=number))))


@cache
def ulids() -> SearchStrategy[str]:
    """Draw ULIDs in either case, the highest among them."""
    return st.builds(
        lambda first, rest, lower: (first + rest).lower() if lower else first + rest,
        st.sampled_from("01234567"),
        st.just("Z" * 25) | st.text(st.sampled_from(build.CROCKFORD), min_size=25, max_size=25),
        st.booleans(),
    )


@cache
def event_ids() -> SearchStrategy[str]:
    return ulids() | uuids() | uuids().map(lambda text: text.replace("-", ""))


@cache
def timestamps() -> SearchStrategy[str]:
    """Draw any timestamp the contract allows, with up to nine decimals and any offset."""
    offsets = st.sampled_from(("", "Z", "+00:00", "-00:00")) | st.builds(
        lambda sign, hours, minutes: f"{sign}{hours:02}:{minutes:02}",
        st.sampled_from("+-"),
        st.integers(0, 23),
        st.integers(0, 59),
    )
    # A day away from either end of time, no offset can lead out of it.
    first, last = datetime(1, 1, 1) + timedelta(days=1), datetime(9999, 12, 30, 23, 59, 59)
    return st.builds(
        lambda moment, decimals, offset: moment.replace(microsecond=0).isoformat() + decimals + offset,
        st.datetimes(first, last),
        st.just("") | st.text(st.sampled_from("0123456789"), min_size=1, max_size=9).map(lambda d: "." + d),
        offsets,
    )


@cache
def values_of(word: str) -> SearchStrategy[Any]:
    """Draw valid values for one word of the naive models."""
    if word.endswith("?"):
        return st.none() | values_of(word[:-1])
    if word in MODELS:
        return objects_of(MODELS[word])
    if "|" in word:
        return st.sampled_from(word.split("|"))
    plain: dict[str, Callable[[], SearchStrategy[Any]]] = {
        "text": lambda: st.text(max_size=12),
        "name": lambda: st.text(min_size=1, max_size=12),
        "names": lambda: st.lists(st.text(max_size=4), min_size=2, max_size=4),
        "event id": event_ids,
        "uuid": uuids,
        "instant": timestamps,
        "version": lambda: st.from_regex("[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}", fullmatch=True),
        "clock": lambda: st.sampled_from((0, 1, 2**53 - 1)) | st.integers(0, 2**53 - 1),
        "tier": lambda: st.integers(0, 4),
        "object": lambda: st.dictionaries(st.text(max_size=4), json_values(), max_size=3),
    }
    return plain[word]()


def objects_of(model: dict[str, str]) -> SearchStrategy[Json]:
    """Draw valid objects of a naive model; what may be absent sometimes is."""
    optional = {field for field, word in model.items() if word.endswith("?") or field in DEFAULTS}
    drawn = st.fixed_dictionaries(
        {field: values_of(word) for field, word in model.items() if field not in optional},
        optional={field: values_of(word) for field, word in model.items() if field in optional},
    )
    if model is MODELS["ParticipantExternalRefs"]:  # I4: one of them is there
        return drawn.filter(lambda refs: any(value is not None for value in refs.values()))
    return drawn


@cache
def payloads_of(event_type: str) -> SearchStrategy[Json]:
    """Draw valid payloads of a type, with arbitrary text in them."""
    return objects_of(PAYLOADS[event_type])


def valid_events() -> SearchStrategy[Json]:
    """Draw valid envelopes around valid payloads of the 14 types."""
    return st.sampled_from(EVENT_TYPES).flatmap(valid_events_of)


@cache
def valid_events_of(event_type: str) -> SearchStrategy[Json]:
    return st.builds(
        lambda envelope, payload: envelope | {"event_type": event_type, "payload": payload},
        values_of("Event"),
        payloads_of(event_type),
    )


# --- Almost valid objects ----------------------------------------------------------------------------------

# Values which careless readers take for something else.
ODD_VALUES: tuple[Any, ...] = (
    *(None, "", " ", "\n", 0, 1, -1, 7, 1.0, 0.0, True, False, 2**53 - 1, 2**53, 2**64, [], {}, [[]]),
    *("null", "true", "0", "1", "human", "Human", "wp", "active ", "p1", "\u0000", "\u212a"),
    *(["p1"], ["p1", "p1"], ["p1", None], ["p1", 2], ["", ""], ("p1" * 200), {"target_type": "wp"}),
)
ODD_ENVELOPE_VALUES: dict[str, tuple[Any, ...]] = {
    "event_id": (
        *("7" + "Z" * 25, "7" + "z" * 25, "8" + "0" * 25, "0" * 26, "0" * 25, "0" * 27, "0" * 32, "0" * 36),
        *("I" * 26, "0" * 25 + "L", "0" * 25 + "o", "0" * 25 + "U", "0" * 25 + "\uff10", "0" * 26 + "\n"),
        *("{00c0ffee-0000-7000-8000-000000000001}", "urn:uuid:00c0ffee-0000-7000-8000-000000000001"),
        *("00c0ffee-00007000-8000-0000-00000001", "00c0ffee-0000-7000-8000-00000000000g"),
        *("00C0FFEE-0000-7000-8000-00000000000A", "00C0FFEE00007000800000000000000a"),
        *("00c0ffee00007000800000000000000\u0661", "00c0ffee-0000-7000-8000-000000000001 "),
    ),
    "timestamp": (
        *("2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z"),
        *("2026-01-01T24:00:00Z", "2026-01-01T23:60:00Z", "2026-12-31T23:59:60Z", "2026-04-31T00:00:00Z"),
        *("2026-01-01 00:00:00Z", "2026-01-01t00:00:00Z", "2026-01-01T00:00:00z", "2026-01-01T00:00Z"),
        *("2026-01-01", "20260101T000000Z", "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:00.Z"),
        *("2026-01-01T00:00:00.1234567891Z", "2026-01-01T00:00:00.999999999Z", "+2026-01-01T00:00:00Z"),
        *("2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+23:59", "2026-01-01T00:00:00+00:60"),
        *("2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+01", "2026-01-01T00:00:00 Z", "1767225600", 0),
        *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "2026-1-1T0:0:0Z"),
        *("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z"),
        *("0001-01-01T00:00:00-00:01", "9999-12-31T23:59:59+00:01", "2026-01-01T00:00:00\u22121:00"),
        *("2026-01-01T00:00:0\u0661Z", "2026-01-01T00:00:00Z\n", " 2026-01-01T00:00:00Z", 1767225600.0),
    ),
    "lamport_clock": ("0", "7", 1.0, 1.5, 1e3, True, -1, 2**53, 2**53 - 1, 2**100, -(2**63)),
    "data_tier": (-1, 0, 4, 5, "0", True, 0.0, 4.0),
    "schema_version": ("1", "1.0", "1.0.0.0", "1.0.0\n", "v1.0.0", "01.00.00", "1.0.0-rc", "\u0661.0.0", 1.0),
    "payload": ([], "{}", None, {}, [["mission_id", "m1"]], 0),
    "event_type": ("", " ", "Unknown", "participantjoined"),
}
ODD_ENVELOPE_VALUES |= {
    "correlation_id": ODD_ENVELOPE_VALUES["event_id"],
    "causation_id": ODD_ENVELOPE_VALUES["event_id"],
    "project_uuid": ODD_ENVELOPE_VALUES["event_id"],
    "bound_at": ODD_ENVELOPE_VALUES["timestamp"],
}
MUTATIONS = ("replace", "replace", "replace", "drop", "empty", "wrap", "pad", "swap case", "add")


def paths_in(value: Any, depth: int = 9) -> list[Path]:
    """List the paths of everything within a value, as deep as that, without the value itself."""
    pairs: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    inner = [(key, *path) for key, item in pairs if depth > 1 for path in paths_in(item, depth - 1)]
    return [(key,) for key, _ in pairs] + inner


@cache
def odd_values_for(field: str | int) -> SearchStrategy[Any]:
    odd = ODD_ENVELOPE_VALUES.get(str(field), ())
    general = st.sampled_from(ODD_VALUES) | json_values()
    return st.sampled_from(odd) | general if odd else general


def mutate(draw: DrawFn, container: Any, key: Any) -> None:
    """Change one item of an object or a list, in place."""
    kind, old = draw(st.sampled_from(MUTATIONS)), container[key]
    if kind == "drop":
        del container[key]
    elif kind == "empty" and isinstance(old, str | list | dict):
        container[key] = type(old)()
    elif kind == "wrap":
        container[key] = [old]
    elif kind == "pad" and isinstance(old, str):
        container[key] = old + draw(st.sampled_from((" ", "\n", "\u0000")))
    elif kind == "swap case" and isinstance(old, str):
        container[key] = old.swapcase()
    elif kind == "add" and isinstance(container, dict):
        container[draw(st.sampled_from(tuple(NEIGHBOURS)))] = draw(json_values())
    else:
        container[key] = copy.deepcopy(draw(odd_values_for(key)))


# Names that some object of the contract knows, and one that none does.
NEIGHBOURS = dict.fromkeys(
    ["zz_future", *(field for model in (*MODELS.values(), *PAYLOADS.values()) for field in model)]
)


def nearly(draw: DrawFn, value: Any, depth: int) -> Any:
    """Change one thing in a value, which now and then is the whole of it."""
    value = copy.deepcopy(value)
    if draw(st.integers(0, 19)) == 19:
        return draw(json_values())
    *parents, key = draw(st.sampled_from(paths_in(value, depth)))
    container = value
    for parent in parents:
        container = container[parent]
    mutate(draw, container, key)
    return value


@st.composite
def near_payloads(draw: DrawFn, event_type: str) -> Any:
    """Draw a payload that was valid before one thing in it was changed; it may be valid still."""
    return nearly(draw, draw(payloads_of(event_type)), depth=9)


@st.composite
def near_models(draw: DrawFn, model: str) -> Any:
    """Draw the same for one of the naive `MODELS`."""
    return nearly(draw, draw(values_of(model)), depth=9)


@st.composite
def near_events(draw: DrawFn) -> Any:
    """Draw an event that was valid before one field of its envelope was changed; it may be valid still."""
    return nearly(draw, draw(valid_events()), depth=1)
