"""The published document (OpenAPI 3.1), made of the operations and of the very models that read and answer."""

from collections import defaultdict
from copy import deepcopy
from functools import cache, lru_cache
from typing import Any, Final

import msgspec

from app.api.auth import is_always_open
from app.api.caching import Document, document
from app.api.negotiation import JSON
from app.api.openapi.names import with_names
from app.api.openapi.operations import HEADERS, problem_examples, request_body, responses
from app.api.openapi.schemas import component_schemas
from app.api.operation import SERVICE_NAME, Operation
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
SECURITY_SCHEMES: Final = {
    "bearerKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, if the operator has set keys.",
    },
    "headerKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same key in a header of its own.",
    },
}
KEY_WHERE_SET: Final[list[dict[str, list[str]]]] = [{"bearerKey": []}, {"headerKey": []}, {}]
"""For the whole document: either of the two ways, or none where no keys are set. Open paths say that they are."""


@cache
def openapi_document(operations: tuple[Operation, ...]) -> dict[str, Any]:
    """Make the document; the same object at every call for the same operations."""
    paths: dict[str, Any] = defaultdict(dict)
    for operation in operations:
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
            described["requestBody"] = request_body(operation, operation.request)
        paths[operation.path][operation.method] = {**described, "responses": responses(operation)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": SERVICE_NAME,
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


@lru_cache(maxsize=8)
def served_document(operations: tuple[Operation, ...], prefix: str, has_keys: bool) -> Document:
    """Make the document as one service shows it: below its prefix, and without keys no padlocks and no 401."""
    shown = {**openapi_document(operations), "servers": [{"url": prefix or "/", "description": "This host"}]}
    if not has_keys:
        shown = deepcopy(shown)
        del shown["security"], shown["components"]["securitySchemes"]
        del shown["components"]["examples"]["unauthorized"]
        for methods in shown["paths"].values():
            for operation in methods.values():
                operation.pop("security", None)
                operation["responses"].pop("401", None)
    body = msgspec.json.encode(shown).replace(b"](/problems", f"]({prefix}/problems".encode())
    return document(body, JSON)
