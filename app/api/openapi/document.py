"""The document as a whole: what the service is, and its operations."""

import json
from collections import defaultdict
from functools import cache
from typing import Any, Final

from app.api.auth import is_always_open
from app.api.openapi.names import with_names
from app.api.openapi.responses import HEADERS, problem_examples, responses
from app.api.openapi.schemas import component_schemas, reference
from app.api.openapi.security import KEY_WHERE_SET, SECURITY_SCHEMES
from app.api.operation import Operation
from mission_collaboration import __version__

ABOUT: Final = """\
People and LLM agents work on *missions* together, and everything that they do is an event. This service folds the
events of a mission into one state, checks them, explains what each one did, and publishes the JSON Schemas of the
contract.

It stores nothing. Every request is safe to retry, and any replica gives the same bytes for the same events.

Every error is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem with a stable `code`, the event, a JSON
Pointer to the field in your body, and what was expected there. Each code has [a page](/problems) that says why it
occurs and what to do.

To begin, open `POST /reduce` and send its first example. Then choose the stranger's comment among the examples, and
see it refused.
"""
TAGS: Final = (
    {"name": "Events", "description": "Send events, get a state or verdicts."},
    {"name": "Live loop", "description": "Keep missions up to date, batch by batch."},
    {"name": "Schemas", "description": "The JSON Schemas of the contract."},
    {
        "name": "Guide",
        "description": "Examples, error codes and links. The start page and the error codes need no key.",
    },
    {"name": "Service", "description": "What this deployment accepts."},
    {"name": "Health", "description": "For load balancers and orchestrators. Health needs no key."},
)


@cache
def openapi_document(operations: tuple[Operation, ...]) -> dict[str, Any]:
    """Make the document; the same object at every call for the same operations."""
    paths: dict[str, Any] = defaultdict(dict)
    for operation in operations:
        paths[operation.path][operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mission Collaboration Service",
            "version": __version__,
            "summary": "The state of a mission, and why it is so.",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This host"}],
        "security": KEY_WHERE_SET,
        "tags": list(TAGS),
        "paths": dict(paths),
        "components": {
            "schemas": component_schemas(operations),
            "examples": problem_examples(operations),
            "headers": HEADERS,
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.operation_id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
    }
    if is_always_open(operation.path):
        described["security"] = []
    if operation.parameters:
        described["parameters"] = with_names(list(operation.parameters))
    if operation.request is not None:
        content: dict[str, Any] = {"application/json": {"schema": reference(operation.request)}}
        if operation.examples:
            content["application/json"]["examples"] = operation.examples
        if operation.lines is not None:
            content["application/x-ndjson"] = _lines(operation)
        described["requestBody"] = {"required": True, "content": content}
    return {**described, "responses": responses(operation)}


def _lines(operation: Operation) -> dict[str, Any]:
    """Describe a body of lines as text: no schema can say that each line is JSON of its own.

    Its example is the last of the JSON ones, which finds no fault: faults have other places in lines.
    """
    name, example = list(operation.examples.items())[-1]
    lines = "\n".join(json.dumps(event, separators=(",", ":")) for event in example["value"]["events"])
    return {
        "schema": {
            "description": "One event a line.",
            "type": "string",
            "format": "binary",
            "contentMediaType": "application/x-ndjson",
            "contentSchema": operation.lines,
        },
        "examples": {name: {"summary": example["summary"], "value": lines + "\n"}},
    }
