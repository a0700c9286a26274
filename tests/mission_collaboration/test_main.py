"""The command line: what the endpoints answer, without a server, and exit statuses that scripts can use."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mission_collaboration import __version__, reduce_collaboration_events
from mission_collaboration.__main__ import main
from mission_collaboration.contract.envelope import Event
from tests.support import builders as build

Json = dict[str, Any]
SOUND = build.history(build.joined("p1"), build.drive("p1", "active"))
STRANGER = build.history(build.joined("p1"), build.heartbeat("p9"))


def run(*arguments: str | Path, given: str | None = None) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), input=given)


def lines(events: list[Json]) -> str:
    return "".join(json.dumps(event) + "\n" for event in events)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"events": SOUND}),
        json.dumps({"events": SOUND, "mode": "permissive"}, indent=2),
        json.dumps(SOUND),
        lines(SOUND),
        "\n" + lines(SOUND).rstrip(),
    ],
    ids=["a body", "a body of many lines", "a list", "NDJSON", "NDJSON without a last line end"],
)
def test_reduce_prints_the_state(text: str) -> None:
    told = run("reduce", "-", given=text)

    state = reduce_collaboration_events([Event.model_validate(event) for event in SOUND])
    assert (told.exit_code, told.stdout) == (0, state.model_dump_json() + "\n")


def test_a_roster_and_a_mission_in_the_body_count() -> None:
    roster = {"p9": build.identity("p9")}
    body = {"events": [build.event(*build.heartbeat("p9"))], "roster": roster, "mission_id": build.MISSION}

    assert list(json.loads(run("reduce", "-", given=json.dumps(body)).stdout)["presence"]) == ["p9"]


@pytest.mark.parametrize(
    ("text", "pointer", "line"),
    [
        (json.dumps({"events": STRANGER}), "/events/1/payload/participant_id", None),
        (lines(STRANGER), "/payload/participant_id", 2),
    ],
)
def test_a_refusal_names_the_event_and_its_place(text: str, pointer: str, line: int | None) -> None:
    told = run("reduce", "-", given=text)

    problem = json.loads(told.stdout)
    assert told.exit_code == 1
    assert (problem["code"], problem["event_id"]) == ("unknown-participant", STRANGER[1]["event_id"])
    [finding] = problem["errors"]
    assert (finding["pointer"], finding.get("line")) == (pointer, line)


def test_the_mode_of_the_command_line_goes_before_that_of_the_file() -> None:
    text = json.dumps({"events": STRANGER, "mode": "strict"})

    told = run("reduce", "-", "--mode", "permissive", given=text)

    assert len(json.loads(told.stdout)["anomalies"]) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [("{", "malformed-json"), ("", "malformed-json"), ("{}", "invalid-request"), ("7", "invalid-request")],
)
def test_what_is_no_batch_is_refused(text: str, code: str) -> None:
    for command in ("reduce", "validate", "explain"):
        told = run(command, "-", given=text)
        assert (told.exit_code, json.loads(told.stdout)["code"]) == (1, code)


def test_validate_prints_a_verdict_on_every_event() -> None:
    told = run("validate", "-", given=lines(SOUND))
    assert (told.exit_code, json.loads(told.stdout)["valid"]) == (0, True)

    told = run("validate", "-", given=lines([*SOUND, {"event_type": "FocusChanged"}]) + "{\n")
    verdict = json.loads(told.stdout)
    assert told.exit_code == 1
    assert (verdict["total"], verdict["invalid"]) == (4, 2)
    assert [result["valid"] for result in verdict["results"]] == [True, True, False, False]
    assert verdict["results"][3]["violations"][0]["line"] == 4


def test_the_version_is_that_of_the_distribution() -> None:
    assert run("--version").stdout == f"mission-collaboration, version {__version__}\n"


def test_help_names_every_command() -> None:
    told = run("--help").stdout
    for command in ("reduce", "validate", "explain", "replay"):
        assert f"  {command} " in told
        assert run(command, "--help").exit_code == 0


@pytest.mark.parametrize("arguments", [["none"], ["reduce"], ["reduce", "none.json"], ["reduce", "-", "--mode", "no"]])
def test_a_call_that_makes_no_sense_ends_with_2(arguments: list[str]) -> None:
    assert run(*arguments, given="{}").exit_code == 2
