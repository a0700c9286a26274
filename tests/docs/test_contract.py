"""docs/contract.md, made of the models, says what the contract says."""

import json
import re
from typing import Any

import pytest

from conformance.table import PAYLOADS
from docs.generate.__main__ import main, wanted
from mission_collaboration import COLLABORATION_EVENT_TYPES, Event, validate_event
from mission_collaboration.contract.constants import CONTRACT_VERSION
from mission_collaboration.contract.state import ReducedCollaborationState
from tests.docs.markdown import ROOT, blocks, rows, section
from tests.support import builders as build

PAGE = ROOT / "docs/contract.md"
RULES = {rule["id"]: rule for rule in json.loads((ROOT / "conformance/rules.json").read_text("utf-8"))["rules"]}


def example_of(event_type: str) -> Any:
    after = PAGE.read_text("utf-8").partition(f"\n### {event_type}\n")[2]
    return json.loads(after.partition("```json\n")[2].partition("\n```")[0])


def test_the_documents_are_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out
    assert all(text == path.read_text("utf-8") for path, text in wanted().items())


@pytest.mark.parametrize("event_type", PAYLOADS)
def test_a_type_has_its_rule_its_fields_and_an_example_that_fits(event_type: str) -> None:
    """Held against the kit's table, which was written from the contract and not from the models."""
    rule, listed = PAYLOADS[event_type]
    text = section(PAGE, f"### {event_type}")
    assert text.strip().startswith(f"{rule}. ")
    required = {f"`{name}`": "yes" for name in re.findall(r"(\w+):[^ ]*(?<!\?)(?= |$)", listed)}
    optional = {f"`{name}`": "no, may be null" for name in re.findall(r"(\w+):[^ ]*\?(?= |$)", listed)}
    assert {row[0]: row[2] for row in rows(text)} == required | optional
    assert all(row[1] and row[3] for row in rows(text))
    assert validate_event(example_of(event_type), event_type).valid


def test_all_types_are_there() -> None:
    headings = re.findall(r"^### (\w+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(COLLABORATION_EVENT_TYPES)


def test_the_envelope_has_its_fields_and_an_example_with_all_but_the_cause() -> None:
    table = rows(section(PAGE, "## Event envelope"))
    numbered = [*(f"E{number}" for number in range(1, len(Event.model_fields))), "E18"]  # build_id came later
    assert [row[0] for row in table[: len(numbered)]] == numbered
    assert [row[1] for row in table[: len(numbered)]] == [f"`{name}`" for name in Event.model_fields]
    event = json.loads(blocks(PAGE)[0].text)
    assert Event.model_validate(event)
    assert set(build.event(*build.drive("a"))) <= set(event)


def test_the_state_has_its_fields_in_order() -> None:
    table = rows(section(PAGE, "## State"))
    names = [f"`{name}`" for name in ReducedCollaborationState.model_fields]
    assert [row[1] for row in table[: len(names)]] == names
    assert len(names) == 15


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_there_once(rule: str) -> None:
    text = PAGE.read_text("utf-8")
    starts = re.findall(rf"^(?:\| |\*\*)?{rule}(?: \||\. | `)", text, re.MULTILINE)
    assert len(starts) == 1, starts


def test_it_is_of_this_version_and_nothing_was_left_open() -> None:
    text = PAGE.read_text("utf-8")
    assert text.startswith(f"# The collaboration contract, version {CONTRACT_VERSION}\n")
    assert "{{" not in text


def test_drift_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docs.generate.__main__.contract_page", lambda: "# Another page\n")
    assert main(["--check"]) == 1
    assert capsys.readouterr().out == "differs from the code: docs/contract.md\n"
