"""What `/missions/reduce` and `/missions/admit` share: rosters of many missions, and a problem of one of them."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from app.problems import Origin, Problem, details, library_refusals
from mission_collaboration.contract.errors import Location
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.json_patch import pointer
from mission_collaboration.decoding.refusals import Finding, invalid_request
from mission_collaboration.decoding.requests import roster_findings

Roster = dict[str, ParticipantIdentity] | None


def raise_first(findings: Iterator[Finding]) -> None:
    """Raise `invalid-request` where there is a finding, with the first 100 of them."""
    if first := next(findings, None):
        with library_refusals():
            raise invalid_request(chain((first,), findings))


def roster_violations(roster: Any, at: Location) -> Iterator[Finding]:
    """Find what is wrong with a roster that may be anything."""
    if roster is None:
        return
    if isinstance(roster, dict):
        yield from roster_findings(roster, at)
    else:
        yield Finding(pointer(at), "dict_type", "Input should be an object")


def read_roster(roster: Mapping[str, Any] | None) -> Roster:
    """Read a roster in which nothing is wrong."""
    if roster is None:
        return None
    return {who: ParticipantIdentity.model_validate(identity) for who, identity in roster.items()}


def problem_of_mission(problem: Problem, of: Origin) -> dict[str, Any]:
    """Write the problem of one mission."""
    return {"problem": details(problem, of).model_dump(mode="json", exclude_none=True)}


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
