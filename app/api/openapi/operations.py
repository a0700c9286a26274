"""What an operation is asked with, and what it answers: with 200 its model or document, else problems by status."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from pydantic import BaseModel

from app.api.auth import is_always_open
from app.api.examples import ONLY, answers
from app.api.negotiation import JSON, NDJSON
from app.api.openapi.schemas import reference
from app.api.operation import Operation
from app.api.problem_texts import problem_page
from app.problems import KINDS, PROBLEM_JSON, ProblemDetails

HEADERS: Final = {
    "X-Request-Id": {
        "description": "The id of this request: the one that you sent, if it is valid, or a new one.",
        "schema": {"type": "string"},
    },
    "Repr-Digest": {
        "description": "SHA-256 of the body as sent, compression included (RFC 9530): `sha-256=:base64:`.",
        "schema": {"type": "string"},
    },
    "Unencoded-Digest": {
        "description": "SHA-256 of the body before compression: the same for every `Accept-Encoding`.",
        "schema": {"type": "string"},
    },
    "ETag": {"description": "Identifies these bytes.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "How long a copy may be used.", "schema": {"type": "string"}},
}
ALWAYS: Final = "X-Request-Id"


def request_body(operation: Operation, model: type[BaseModel]) -> dict[str, Any]:
    """Describe the body of an operation whose JSON is this model.

    Lines are described as text: no schema can say that each line is JSON of its own. Their example is the last of the
    JSON ones, which finds no fault: faults have other places in lines.
    """
    content: dict[str, Any] = {JSON: {"schema": reference(model)}}
    if operation.examples:
        content[JSON]["examples"] = operation.examples
    if operation.lines is not None:
        name, example = list(operation.examples.items())[-1]
        lines = "\n".join(json.dumps(event, separators=(",", ":")) for event in example["value"]["events"])
        content[NDJSON] = {
            "schema": {
                "description": "One event a line.",
                "type": "string",
                "format": "binary",
                "contentMediaType": NDJSON,
                "contentSchema": operation.lines,
            },
            "examples": {name: {"summary": example["summary"], "value": lines + "\n"}},
        }
    return {"required": True, "content": content}


def responses(operation: Operation) -> dict[str, Any]:
    """Describe every answer of an operation, by status."""
    media_type = operation.answer if isinstance(operation.answer, str) else JSON
    answer: dict[str, Any] = {"schema": reference(operation.answer)}
    examples = _recorded(operation, 200) | ({ONLY: {"value": operation.shown}} if operation.shown else {})
    if examples:
        answer["examples"] = examples
    content = {media_type: answer}
    if operation.page:
        content["text/html"] = {"schema": {"type": "string"}}
    headers = _headers(operation.answer_headers)
    described = {"200": {"description": operation.answered, "headers": headers, "content": content}}
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in _codes(operation):
        by_status[KINDS[code].status].append(code)
    for status, codes in by_status.items():
        examples = _recorded(operation, status) | {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
        described[str(status)] = {
            "description": "\n".join(f"- [`{code}`](/problems/{code}): {KINDS[code].title}" for code in codes),
            "headers": _headers(()),
            "content": {PROBLEM_JSON: {"schema": reference(ProblemDetails), "examples": examples}},
        }
    if "ETag" in operation.answer_headers:
        described["304"] = {"description": "The copy that you have is current.", "headers": headers}
    return dict(sorted(described.items()))


def problem_examples(operations: Sequence[Operation]) -> dict[str, Any]:
    """Show each error that an operation can answer with, as its page does."""
    codes = dict.fromkeys(code for operation in operations for code in _codes(operation))
    pages = {code: problem_page(code, operations) for code in sorted(codes)}
    return {
        code: {"summary": page.title, "description": page.remedy, "value": page.example.model_dump(exclude_none=True)}
        for code, page in pages.items()
        if page.example
    }


def _recorded(operation: Operation, status: int) -> dict[str, Any]:
    """Take what the service answered to the examples of an operation with this status."""
    given = operation.examples
    return {
        name: {**({"summary": given[name]["summary"]} if name in given else {}), "value": answer["value"]}
        for name, answer in answers().get(operation.operation_id, {}).items()
        if answer["status"] == status
    }


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (ALWAYS, *names)}


def _codes(operation: Operation) -> list[str]:
    """List what may go wrong: what the operation says, a key that is missing, a bug."""
    return [*operation.problems, *([] if is_always_open(operation.path) else ["unauthorized"]), "internal"]
