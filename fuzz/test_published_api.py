"""The published OpenAPI document under fire: every operation, with data that fits the document and data that does not.

Run with `make fuzz`; in process, all checks of schemathesis. What is left out is left out here, with its reason.
"""

import json
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import CheckFunction
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from app.api.application import create_app
from app.settings import Settings

SEED = 20260301


@schemathesis.serializer("application/x-ndjson")
def one_line(context: object, value: object) -> bytes:
    """Send what stands on a line of NDJSON as a body of one line."""
    return json.dumps(value).encode()


schema = schemathesis.openapi.from_asgi(
    "/openapi.json", create_app(Settings(pool_size=0, inline_body_bytes=2**40)), config=SchemathesisConfig(seed=SEED)
)

# Events that fit the document can still break the rules of a mission: a comment by a stranger is a 422 by design,
# and no schema can say who has joined.
RULED_BY_STATE = {"reduceEvents"}


@schema.parametrize()
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_the_document_promises(case: Case[Any]) -> None:
    operation_id = case.operation.definition.raw["operationId"]
    left_out: list[CheckFunction] = [positive_data_acceptance] if operation_id in RULED_BY_STATE else []
    case.call_and_validate(excluded_checks=left_out)
