"""COMPATIBILITY.md and CHANGELOG.md say what the code says."""

import json
import re

import pytest

from docs.generate.fields import Field, fields
from mission_collaboration import __version__
from mission_collaboration.contract.constants import COLLABORATION_EVENT_TYPES, CONTRACT_VERSION
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.identity import (
    AuthPrincipalBinding,
    FocusTarget,
    ParticipantExternalRefs,
    ParticipantIdentity,
)
from mission_collaboration.contract.mapping import AGGREGATE, CORRELATION, PARTICIPANT
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.state import ReducedCollaborationState
from tests.docs.markdown import CHANGELOG, COMPATIBILITY, ROOT, coded, rows, section

RULES = [rule["id"] for rule in json.loads((ROOT / "conformance/rules.json").read_text("utf-8"))["rules"]]
COMMON = {"`mission_id`", "`participant_id`"}


def test_the_envelope_table_is_that_of_the_model() -> None:
    table = [Field(*row[:3]) for row in rows(section(COMPATIBILITY, "## Event envelope"))]
    assert table == fields(Event)


def test_the_identity_tables_are_those_of_the_models() -> None:
    table = [Field(*row) for row in rows(section(COMPATIBILITY, "## Identity and target models"))]
    models = (ParticipantIdentity, AuthPrincipalBinding, FocusTarget, ParticipantExternalRefs)
    assert table == [field for model in models for field in fields(model)]


def test_the_payload_table_is_that_of_the_models() -> None:
    mission, participant, *own = rows(section(COMPATIBILITY, "## Payloads"))
    assert (mission[1:3], participant[1:3]) == (
        ["every one", "`mission_id`"],
        ["every one but P9 and P10", "`participant_id`"],
    )
    expected = []
    for number, (event_type, model) in enumerate(PAYLOAD_MODELS.items(), start=1):
        listed = fields(model)
        assert Field(*mission[2:]) in listed
        assert (Field(*participant[2:]) in listed) == (number not in (9, 10))
        expected += [[f"P{number}", f"`{event_type}`", *field] for field in listed if field.name not in COMMON]
    assert own == expected


def test_the_state_table_has_the_fields_in_their_order() -> None:
    table = rows(section(COMPATIBILITY, "## State"))
    names = list(ReducedCollaborationState.model_fields)
    assert [row[:2] for row in table] == [[f"S{number}", f"`{name}`"] for number, name in enumerate(names, start=1)]


def test_the_mapping_table_has_the_codes_and_places() -> None:
    table = [(coded(row[2])[0], coded(row[3])[0]) for row in rows(section(COMPATIBILITY, "## Canonical mapping"))]
    rules = (AGGREGATE, CORRELATION, PARTICIPANT)
    assert table == [(rule.code, "/".join(map(str, rule.location))) for rule in rules]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule[0] in "ERM"])
def test_every_rule_is_there(rule: str) -> None:
    assert re.search(rf"\b{rule}\b", COMPATIBILITY.read_text("utf-8"))


def test_the_table_of_modes_has_a_row_for_every_rule_of_the_contracts() -> None:
    table = [row[0] for row in rows(section(COMPATIBILITY, "## Strict and permissive"))]
    assert table == [rule for rule in RULES if re.fullmatch(r"R[123]\d", rule)]


def test_the_versions_are_those_of_the_code() -> None:
    versions = {row[0]: row[1] for row in rows(section(COMPATIBILITY, "## Versions"))}
    assert versions["service and Python package"] == __version__
    assert versions["collaboration contract"] == CONTRACT_VERSION


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    newest = re.findall(r"^## \[(\d[^\]]*)\]", CHANGELOG.read_text("utf-8"), re.MULTILINE)[0]
    assert newest == __version__
    assert CONTRACT_VERSION in section(CHANGELOG, f"## [{newest}]")


def test_the_changelog_has_an_entry_for_the_contract_of_this_version() -> None:
    assert section(CHANGELOG, f"## Contract {CONTRACT_VERSION}")


def test_the_contracts_first_entry_names_its_14_types_and_its_models() -> None:
    named = set(coded(section(CHANGELOG, "## Contract 2.1.0")))
    assert len(named & COLLABORATION_EVENT_TYPES) == 14
    assert named >= {"ParticipantIdentity", "AuthPrincipalBinding", "FocusTarget"}


def test_every_entry_of_the_service_names_the_contract_that_it_speaks() -> None:
    for version in re.findall(r"^(## \[.*\])$", CHANGELOG.read_text("utf-8"), re.MULTILINE):
        assert re.search(r"Speaks version \d+\.\d+\.\d+ of the collaboration contract", section(CHANGELOG, version))
