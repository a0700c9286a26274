"""`mission-collaboration explain FILE`: JSON into a pipe, lines on a terminal, and the answer to why."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mission_collaboration import Until, explain
from mission_collaboration.__main__ import main
from mission_collaboration.commands.rendering import printable, timeline_lines, why, why_lines
from tests.support import builders as build

MORNING = Path(__file__).parents[3] / "docs/examples/morning.json"
EVENTS = json.loads(MORNING.read_text("utf-8"))["events"]


def asked(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments], input=text)


def answer(*arguments: str, text: str | None = None) -> Any:
    done = asked(*arguments, text=text)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_body_a_list_and_lines_are_read() -> None:
    lines = "\n".join(map(json.dumps, EVENTS))
    told = [answer("-", text=text) for text in (json.dumps({"events": EVENTS}), json.dumps(EVENTS), lines + "\n\n")]
    assert told[0] == told[1] == told[2]
    assert len(told[0]["timeline"]) == len(EVENTS)
    assert len(answer("-", text=json.dumps(EVENTS[1]))["timeline"]) == 1


def test_what_the_command_line_says_goes_before_the_file() -> None:
    assert answer(str(MORNING))["mode"] == "permissive"
    told = answer(str(MORNING), "--mode", "strict", "--at", "3")
    assert (told["mode"], told["state"]["event_count"]) == ("strict", 4)


@pytest.mark.parametrize("at", ["34", "01KFA3M2Q80000000000000034", "2026-01-19T10:29:03Z"])
def test_a_point_is_a_position_an_id_or_a_timestamp(at: str) -> None:
    assert "p-ada" not in answer(str(MORNING), "--at", at)["state"]["participants"]


def test_why_names_the_event_to_blame() -> None:
    told = answer(str(MORNING), "--why", "/active_drivers/p-ada")
    assert (told["stands"], told["event"]["event_type"], told["event"]["position"]) == (False, "ParticipantLeft", 34)
    stands = answer(str(MORNING), "--why", "/active_drivers/p-ben")
    assert (stands["stands"], stands["event"]["position"]) == (True, 33)


def test_the_second_event_of_an_id_is_to_blame_for_its_anomaly() -> None:
    assert answer(str(MORNING), "--why", "/anomalies/0")["event"]["code"] == "conflicting-duplicate"


def test_an_entry_that_never_was_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["explain", str(MORNING), "--why", "/active_drivers/p-adam"])
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (1, "")
    assert "nearest: /active_drivers/p-ada" in told.err


def test_a_point_at_which_no_event_stands_is_a_problem() -> None:
    done = asked(str(MORNING), "--at", "99")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["errors"][0]["pointer"] == "/until/position"


def test_a_point_that_is_none_is_a_mistake_of_usage() -> None:
    assert asked(str(MORNING), "--at", "noon").exit_code == 2


def test_a_terminal_shows_a_line_an_event() -> None:
    heading, _, *lines = timeline_lines(explain(EVENTS))
    assert heading.text.startswith("Mission checkout-redesign, permissive: 41 events (30 changed, 6 anomaly,")
    assert len(lines) == len(EVENTS)
    texts = [line.text for line in lines]
    assert any(
        "PromptStepExecutionStarted      changed  + /active_executions/p-agent  (overwritten by 18)" in text
        for text in texts
    )
    assert any("duplicate of event 20" in text for text in texts)
    assert {line.kind for line in lines if "p-eve" in line.text} == {"trouble"}
    assert {line.kind for line in lines if "redundant" in line.text} == {"quiet"}


def test_a_terminal_shows_why() -> None:
    explanation = explain(EVENTS, until=Until.model_validate({"timestamp": "2026-01-19T10:32:00Z"}))
    text = "\n".join(line.text for line in why_lines(explanation, why(explanation, "/active_drivers/p-ada")))
    assert "/active_drivers/p-ada is gone because of this event:" in text
    assert "event 40 of the batch as sent; it came late, after 3 that stand behind it" in text
    assert "- /active_drivers/0" in text


def test_names_cannot_steer_the_terminal() -> None:
    explanation = explain(build.history(build.joined("\x1b[2Jp1")))
    assert "\x1b" not in printable("".join(line.text for line in timeline_lines(explanation)))
