"""The published document (OpenAPI 3.1), made of the operations and of the very models that read and answer.

python -m app.api.openapi            write openapi.json
python -m app.api.openapi --check    fail when the committed file differs
"""

import argparse
import inspect
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app import __version__
from app.api.operations import OPERATIONS, Operation
from app.api.problems import KINDS, MEDIA_TYPE, ProblemDetails
from app.contract.json_schema import ContractJsonSchema
from app.contract.schemas import PUBLISHED_MODELS

REF_TEMPLATE = "#/components/schemas/{model}"
ABOUT = """\
People and LLM agents work on *missions* together; what they do arrives as events. This service tells a backend
what a stream of such events means: it folds them into one state, judges them one by one, and publishes the JSON
Schemas of the contract.

It stores nothing. Every request is safe to retry, and any replica gives the same bytes for the same events.

Every error is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem with a stable `code`, the event, a
JSON Pointer to the field in your body, and what was expected there.
"""
TAGS = (
    {"name": "Events", "description": "Events in; a state or verdicts out."},
    {"name": "Schemas", "description": "The JSON Schemas of the contract."},
    {"name": "Health", "description": "For load balancers and orchestrators; they need no key."},
)


@cache
def openapi_document() -> dict[str, Any]:
    """Make the document; the same object at every call."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mission Collaboration Service",
            "version": __version__,
            "summary": "What a stream of mission collaboration events means.",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This host"}],
        "tags": list(TAGS),
        "paths": _paths(),
        "components": {"schemas": _schemas(), "headers": _HEADERS},
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = defaultdict(dict)
    for operation in OPERATIONS:
        paths[operation.path][operation.method] = _operation(operation)
    return dict(paths)


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.operation_id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "responses": {"200": _answer(operation), **_problems(operation.problems)},
    }
    if "ETag" in operation.answer_headers:
        described["responses"]["304"] = {"description": "The copy that you have is current."}
    if operation.parameters:
        described["parameters"] = list(operation.parameters)
    if operation.request is not None:
        content: dict[str, Any] = {"application/json": {"schema": _ref(operation.request)}}
        if operation.examples is not None:
            content["application/json"]["examples"] = operation.examples
        if operation.lines is not None:
            content["application/x-ndjson"] = {"schema": operation.lines}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _answer(operation: Operation) -> dict[str, Any]:
    if isinstance(operation.answer, str):
        content = {operation.answer: {"schema": {"type": "object"}}}
    else:
        content = {"application/json": {"schema": _ref(operation.answer)}}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *operation.answer_headers)}
    return {"description": "Done.", "headers": headers, "content": content}


def _problems(codes: Iterable[str]) -> dict[str, Any]:
    """Describe the error answers of an operation, by status."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in (*codes, "internal"):
        by_status[KINDS[code].status].append(code)
    return {str(status): _problem(by_status[status]) for status in sorted(by_status)}


def _problem(codes: list[str]) -> dict[str, Any]:
    meaning = "; ".join(f"`{code}`: {KINDS[code].title}" for code in codes)
    return {"description": meaning, "content": {MEDIA_TYPE: {"schema": _ref(ProblemDetails)}}}


_HEADERS = {
    "X-Request-Id": {
        "description": "The id of this request: yours if you sent a usable one, else a new one.",
        "schema": {"type": "string"},
    },
    "Repr-Digest": {
        "description": "SHA-256 of the body (RFC 9530): `sha-256=:base64:`.",
        "schema": {"type": "string"},
    },
    "ETag": {"description": "Identifies these bytes.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "How long a copy may be used.", "schema": {"type": "string"}},
}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF_TEMPLATE.format(model=_public_name(model.__name__))}


def _public_name(name: str) -> str:
    """Name generic models after what they are: `ReduceRequest[Event]` → `ReduceRequest`."""
    return re.sub(r"\[.*\]|_\w+_$", "", name)


def _schemas() -> dict[str, Any]:
    """Make the schema of every model that the document speaks of, and of every model of the contract."""
    spoken = [model for o in OPERATIONS for model in (o.request, o.answer) if isinstance(model, type)]
    models: dict[type[BaseModel], None] = dict.fromkeys([*PUBLISHED_MODELS.values(), *spoken, ProblemDetails])
    _, definitions = models_json_schema(
        [(model, "validation") for model in models],
        schema_generator=ContractJsonSchema,
        ref_template=REF_TEMPLATE,
    )
    named = {_public_name(name): schema for name, schema in definitions["$defs"].items()}
    for model in models:
        if origin := model.__pydantic_generic_metadata__["origin"]:
            named[origin.__name__]["description"] = inspect.getdoc(origin)
    for name, schema in named.items():
        schema["title"] = name
    return dict(sorted(named.items()))


def main(arguments: list[str] | None = None, target: Path = Path("openapi.json")) -> int:
    """Write the document to `target`, or with `--check` compare it; the exit status is 1 on drift."""
    parser = argparse.ArgumentParser(description="Write the OpenAPI document.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on drift")
    text = json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"
    if not parser.parse_args(arguments).check:
        target.write_text(text, "utf-8")
    elif not target.exists() or target.read_text("utf-8") != text:
        print(f"differs from the operations and models: {target}")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
