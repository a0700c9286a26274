"""Advice: overlaps that have no warning yet, and who has gone quiet. Pure: the caller says what time it is.

An advisory is the payload of a warning event, ready to be sent. Its `warning_id` is derived from what it says, so one
overlap has one id wherever it is found; once a warning of that id stands in the state, the advice is silent about it.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from mission_collaboration.contract.constants import CONCURRENT_DRIVER_WARNING, POTENTIAL_STEP_COLLISION_DETECTED
from mission_collaboration.contract.formats import Instant, in_utc
from mission_collaboration.contract.identity import FocusTarget
from mission_collaboration.contract.payloads import (
    ConcurrentDriverWarningPayload,
    PotentialStepCollisionDetectedPayload,
)
from mission_collaboration.contract.state import ReducedCollaborationState
from mission_collaboration.reducer.accumulator import Accumulator

STALE_AFTER_SECONDS: Final = 90.0
"""After how long a participant counts as quiet, unless the caller says otherwise."""
ID_DIGITS: Final = 32
AT_LEAST: Final = 2
"""How many participants it takes to overlap."""

_write: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
PlainAdvisory = dict[str, Any]
"""An `Advisory` as JSON has it, before it is a model."""
Overlap = tuple[tuple[str, ...], list[str]]
"""What the participants have in common, and who they are, sorted."""


class _Advice(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Advisory(_Advice):
    """A warning that should be given."""

    event_type: Literal["ConcurrentDriverWarning", "PotentialStepCollisionDetected"]
    """The type of the event to send."""
    payload: ConcurrentDriverWarningPayload | PotentialStepCollisionDetectedPayload
    """Its payload, ready to be put into an envelope."""


class Presence(_Advice):
    """How long nothing has been heard of an active participant."""

    participant_id: str
    """The participant."""
    last_seen: Instant | None
    """Their last heartbeat in canonical order."""
    age_seconds: float | None
    """How long ago that was, never below 0; null without a heartbeat."""
    status: Literal["fresh", "stale", "never", "ahead"]
    """`stale` when that is longer ago than was asked for, `ahead` after `as_of`, `never` without a heartbeat."""

    @classmethod
    def at(cls, instant: datetime, participant_id: str, last_seen: datetime | None, stale_after: float) -> "Presence":
        """Judge a participant at an instant; one is stale after this many seconds."""
        age, status = None, "never"
        if last_seen is not None:
            age = (instant - last_seen).total_seconds()
            status = "stale" if age > stale_after else "fresh"
            if age < 0:  # the clock that stamped the heartbeat runs fast
                age, status = 0.0, "ahead"
        told = {"participant_id": participant_id, "last_seen": last_seen, "age_seconds": age, "status": status}
        return cls.model_validate(told)


class Advice(_Advice):
    """What should be said, and who has gone quiet."""

    advisories: tuple[Advisory, ...]
    """Overlaps without a warning: drivers by target, then collisions by step."""
    presence: tuple[Presence, ...]
    """Every active participant, by id; empty when no instant was given."""


def advise(
    state: ReducedCollaborationState,
    *,
    as_of: datetime | None = None,
    stale_after_seconds: float = STALE_AFTER_SECONDS,
) -> Advice:
    """Find the overlaps of a state that have no warning, and who has gone quiet at the instant `as_of`.

    Pure: without `as_of` (a `datetime` without a zone is UTC) nothing is said about presence. The advisories, sent as
    events, make the next answer silent about them; an overlap that ended and came again is the same overlap.
    """
    advisories = _overlaps(
        state.mission_id,
        state.active_drivers,
        state.focus_by_participant,
        state.active_executions,
        {warning.warning_id for warning in state.warnings},
    )
    presence: list[Presence] = []
    if as_of is not None:
        instant, seen = in_utc(as_of), state.presence
        presence = [Presence.at(instant, who, seen.get(who), stale_after_seconds) for who in sorted(state.participants)]
    return Advice.model_validate({"advisories": tuple(advisories), "presence": tuple(presence)})


def advise_on_accumulator(accumulator: Accumulator) -> list[PlainAdvisory]:
    """List the overlaps of a mission that is under way."""
    steps = accumulator.steps_in_flight()
    return list(
        _overlaps(accumulator.mission_id, accumulator.drivers, accumulator.focus, steps, accumulator.warnings.keys())
    )


def _overlaps(
    mission_id: str,
    drivers: Set[str],
    focus: Mapping[str, FocusTarget],
    steps: Mapping[str, Iterable[str]],
    warned: Set[str],
) -> Iterator[PlainAdvisory]:
    if not mission_id:  # nothing has happened yet, and no payload could name the mission
        return
    drives = (((focus[who].target_type, focus[who].target_id), who) for who in drivers & focus.keys())
    for (target_type, target_id), people in _shared(drives):
        target = {"target_type": target_type, "target_id": target_id}
        payload = _payload(mission_id, CONCURRENT_DRIVER_WARNING, target, people)
        if payload["warning_id"] not in warned:
            yield {"event_type": CONCURRENT_DRIVER_WARNING, "payload": {**payload, "focus_target": target}}
    runs = (((step_id,), who) for who, step_ids in steps.items() for step_id in step_ids if step_id)
    for (step_id,), people in _shared(runs):
        payload = _payload(mission_id, POTENTIAL_STEP_COLLISION_DETECTED, step_id, people)
        if payload["warning_id"] not in warned:
            collision = {**payload, "step_id": step_id, "wp_id": None}  # a state does not know the work package
            yield {"event_type": POTENTIAL_STEP_COLLISION_DETECTED, "payload": collision}


def _shared(shares: Iterable[tuple[tuple[str, ...], str]]) -> Iterator[Overlap]:
    """Find what two or more participants have in common, in code point order."""
    people: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for common, who in shares:
        people[common].add(who)
    return ((common, sorted(people[common])) for common in sorted(people) if len(people[common]) >= AT_LEAST)


def _payload(mission_id: str, event_type: str, common: Any, people: list[str]) -> dict[str, Any]:
    """Write what both warnings have; the id says the same as the rest, so it is never given to two overlaps."""
    said = _write([mission_id, event_type, common, people])
    warning_id = f"advice-{hashlib.sha256(said.encode()).hexdigest()[:ID_DIGITS]}"
    return {"mission_id": mission_id, "warning_id": warning_id, "participant_ids": people, "severity": "warning"}
