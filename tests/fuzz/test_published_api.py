"""The published OpenAPI document under fire: every operation, with data that fits the document and data that does not.

Run with `make check-fuzz`; in process, all checks of schemathesis. What is left out is left out here, with its reason.
"""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from schemathesis import Case
from schemathesis.checks import CheckFunction
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from app.api.application import create_app
from app.settings import Settings
from tests.support.near_misses import near_events
from tests.support.valid_events import json_values, valid_events

pytestmark = pytest.mark.fuzz

SEED = 20260301


def ndjson() -> SearchStrategy[bytes]:
    """Make bodies of a few lines; the document can say no more than that they are text."""
    lines = st.lists(valid_events() | near_events() | json_values(), max_size=5)
    return lines.map(lambda values: "".join(json.dumps(value) + "\n" for value in values).encode())


schemathesis.openapi.media_type("application/x-ndjson", ndjson())

schema = schemathesis.openapi.from_asgi(
    "/openapi.json", create_app(Settings(pool_size=0, inline_body_bytes=2**40)), config=SchemathesisConfig(seed=SEED)
)

# Events that fit the document can still break the rules of a mission: a comment by a stranger is a 422 by design,
# and no schema can say who has joined, which text is a checkpoint, at which positions events stand, or which days the
# calendar has.
RULED_BY_STATE = {"reduceEvents", "reduceMissions", "admitEvents", "admitMissions", "adviseOnState", "explainEvents"}
# The document describes the state as it is answered, with all its fields; a caller may leave out those that are empty.
TOLERANT = {"adviseOnState"}


def left_out(case: Case[Any]) -> list[CheckFunction]:
    """List the checks that are not to be made, for the reasons given."""
    operation_id = case.operation.definition.raw["operationId"]
    checks: list[CheckFunction] = [positive_data_acceptance] if operation_id in RULED_BY_STATE else []
    if operation_id in TOLERANT or is_permissive(case):
        checks.append(negative_data_rejection)
    return checks


def is_permissive(case: Case[Any]) -> bool:
    """Whether a payload that breaks its model, and so the document, becomes an anomaly: no error (R33)."""
    in_body = isinstance(case.body, dict) and case.body.get("mode") == "permissive"
    return in_body or (case.query or {}).get("mode") == "permissive"


@schema.parametrize()
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_the_document_promises(case: Case[Any]) -> None:
    case.call_and_validate(excluded_checks=left_out(case))
