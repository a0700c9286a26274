"""What `/missions/reduce` and `/missions/admit` share: rosters of many missions, and a problem of one of them."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from app.api.endpoints.folding import Roster
from app.api.schemas.live_loop import AnyMission
from app.problems import SEE_LIMITS, Finding, Problem, details
from app.settings import Settings
from mission_collaboration.contract.errors import Location, pointer
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.validation import judge_by_model
from mission_collaboration.decoding.refusals import RequestFinding, invalid_request
from mission_collaboration.decoding.requests import roster_findings


def raise_first(findings: Iterator[RequestFinding]) -> None:
    """Raise `invalid-request` where there is a finding, with the first 100 of them."""
    if first := next(findings, None):
        raise invalid_request(chain((first,), findings))


def roster_violations(roster: Any, at: Location) -> Iterator[RequestFinding]:
    """Find what is wrong with a roster that may be anything."""
    if roster is None:
        return
    if isinstance(roster, dict):
        yield from roster_findings(roster, at)
    else:
        yield RequestFinding(pointer(at), "dict_type", "Input should be an object")


def check_missions(missions: Mapping[str, Any], settings: Settings) -> None:
    """Check what a request says of the missions that it names; raises `too-many-missions` and `invalid-request`."""
    if len(missions) > settings.max_missions:
        most = f"At most {settings.max_missions} missions"
        finding = Finding(pointer="/missions", code="too_long", message=most)
        detail = f"The request names {len(missions)} missions. {most} are allowed; {SEE_LIMITS}."
        raise Problem("too-many-missions", detail, (finding,))
    raise_first(mission_violations(missions))


def mission_violations(missions: Mapping[str, Any]) -> Iterator[RequestFinding]:
    """Find what is wrong with missions that may be anything."""
    for mission_id, mission in missions.items():
        at = ("missions", mission_id)
        if not mission_id:
            yield RequestFinding(pointer(at), "string_too_short", "The name of a mission has at least 1 character")
        if mission is None:
            continue
        if not isinstance(mission, dict):
            yield RequestFinding(pointer(at), "dict_type", "Input should be an object")
            continue
        for location, violation in judge_by_model(mission, AnyMission):
            yield RequestFinding(pointer((*at, *location)), violation.violation_type, violation.message)
        yield from roster_violations(mission.get("roster"), (*at, "roster"))


def read_roster(roster: Mapping[str, Any] | None) -> Roster:
    """Read a roster in which nothing is wrong."""
    if roster is None:
        return None
    return {who: ParticipantIdentity.model_validate(identity) for who, identity in roster.items()}


def problem_of_mission(problem: Problem) -> dict[str, Any]:
    """Write the problem of one mission."""
    return {"problem": details(problem).model_dump(mode="json", exclude_none=True)}


def at_mission(problem: Problem, mission_id: str) -> Problem:
    """Let a problem with a mission's checkpoint or roster point to where these stand."""
    places = {
        "/checkpoint": pointer(("missions", mission_id, "checkpoint")),
        "/mission_id": pointer(("missions", mission_id, "checkpoint")),
        "/roster": pointer(("missions", mission_id, "roster")),
    }
    problem.findings = tuple(
        finding.model_copy(update={"pointer": places.get(finding.pointer or "", finding.pointer)})
        for finding in problem.findings
    )
    return problem
