"""Short ways to admit events in tests of the live loop, and to look at what came of it."""

from typing import Any

from mission_collaboration import Admission, reduce_collaboration_events
from tests.support import builders as build
from tests.support.folding import Json, events_of, joins

START = build.history(*joins("p1", "p2"), build.drive("p1"))


def at(clock: int | None, happening: tuple[str, Json], **envelope: Any) -> Json:
    return build.event(*happening, lamport_clock=clock, **envelope)


def crowd(*clocks: int) -> list[Json]:
    """Invite a participant at each clock: events that are accepted in any order."""
    return [at(clock, build.invited(f"p{clock}")) for clock in clocks]


def told(admission: Admission) -> list[str]:
    """List what each event was told: its code, or its verdict where it has none."""
    return [result.code or result.verdict for result in admission.results]


def revised(admission: Admission) -> list[tuple[str, str, str | None]]:
    """List the verdicts that changed: what was, what is, and its code."""
    return [(revision.was, revision.verdict, revision.code) for revision in admission.revised]


def state_of(admission: Admission) -> str:
    assert admission.state is not None
    return admission.state.model_dump_json()


def strict_state(*events: Json) -> str:
    """Fold what was accepted as strict reduction does, and write the state."""
    return reduce_collaboration_events(events_of(events)).model_dump_json()
