"""`GET /schemas` and `GET /schemas/{type}`: the published JSON Schemas, made to be cached."""

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import Document, answer, document
from app.api.negotiation import JSON, choose
from app.api.operation import IF_NONE_MATCH, Operation, Service
from app.api.pages import HTML, HTML_UTF_8, answer_in_either_form, page, security_headers
from app.api.request_parts import header
from app.api.schemas.guide import SchemaEntry, SchemaIndex, SchemaKind
from app.problems import unknown_name, url_prefix
from mission_collaboration.contract.constants import CONTRACT_VERSION
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.schemas import PUBLISHED_MODELS, schema_name, schema_text
from mission_collaboration.contract.state import ReducedCollaborationState

SCHEMA_JSON: Final = "application/schema+json"

_event_types: Final = MappingProxyType({schema_name(model): kind for kind, model in PAYLOAD_MODELS.items()})


def known_names() -> Mapping[str, str]:
    """Map every name that a schema goes by to the name of its file: event type, model, file."""
    names = {name: name for name in PUBLISHED_MODELS}
    names |= {model.__name__: name for name, model in PUBLISHED_MODELS.items()}
    return names | {event_type: name for name, event_type in _event_types.items()}


async def list_schemas(request: Request, service: Service) -> Response:
    """List the JSON Schemas."""
    return answer_in_either_form(request, service, schema_index(url_prefix.get()), "schemas.html")


async def get_schema(request: Request, service: Service) -> Response:
    """Answer with one JSON Schema or its page, or with 304 when the caller has it; raises `unknown-schema`."""
    form = choose(header(request.scope, b"accept"), SCHEMA_JSON, JSON, HTML)
    name = request.path_params["type"]
    file = _names().get(name)
    if file is None:
        raise unknown_name("unknown-schema", "schema", name, _names(), parameter="type", index="/schemas")
    made = schema_page(file, service.settings.docs) if form == HTML else served_schema(file)
    headers = {"Vary": "Accept", **(security_headers() if form == HTML else {})}
    return answer(made, header(request.scope, b"if-none-match"), headers)


@lru_cache(maxsize=8)
def schema_index(prefix: str) -> SchemaIndex:
    """List all schemas, with addresses below this prefix."""
    kinds: dict[type[BaseModel], SchemaKind] = {
        **dict.fromkeys(PAYLOAD_MODELS.values(), "payload"),
        Event: "envelope",
        ReducedCollaborationState: "state",
    }
    entries = [
        SchemaEntry(
            name=name,
            title=model.__name__,
            kind=kinds.get(model, "identity"),
            event_type=_event_types.get(name),
            href=f"{prefix}/schemas/{name}",
        )
        for name, model in PUBLISHED_MODELS.items()
    ]
    return SchemaIndex(contract_version=CONTRACT_VERSION, schemas=entries)


_names: Final = cache(known_names)


@cache
def served_schema(file: str) -> Document:
    """Make the document of a schema file."""
    return document(schema_text(file), SCHEMA_JSON)


@cache
def schema_page(file: str, docs: bool) -> Document:
    """Make the page of a schema file: its fields, and the schema itself."""
    model = PUBLISHED_MODELS[file].__name__
    schema = json.loads(schema_text(file))
    values = {"name": _event_types.get(file, model), "model": model, "schema": schema, "docs": docs}
    return document(page("schema.html", **values), HTML_UTF_8)


SCHEMA: Final = {
    "name": "type",
    "in": "path",
    "required": True,
    "description": "An event type, a model or a schema file's name.",
    "schema": {"type": "string"},
    "example": "DriveIntentSet",
}
LIST_SCHEMAS: Final = Operation(
    method="get",
    path="/schemas",
    operation_id="listSchemas",
    tag="Schemas",
    summary="List the JSON Schemas",
    description="Every schema of the contract with its name, title, kind and address.",
    handler=list_schemas,
    answer=SchemaIndex,
    answered="The names and addresses of all schemas.",
    page=True,
    answer_headers=("ETag", "Cache-Control"),
    parameters=(IF_NONE_MATCH,),
    problems=("not-acceptable",),
)
GET_SCHEMA: Final = Operation(
    method="get",
    path="/schemas/{type}",
    operation_id="getSchema",
    tag="Schemas",
    summary="Fetch one JSON Schema",
    description=(
        "By event type (`DriveIntentSet`), model (`FocusTarget`, `Event`) or file name (`drive_intent_set_payload`). "
        "It has a strong `ETag`: send it as `If-None-Match`, and the answer is 304 while your copy is current. "
        "Browsers get a page."
    ),
    handler=get_schema,
    answer="application/schema+json",
    answered="The schema.",  # its page is not listed: generated clients would take every answer for a text
    answer_headers=("ETag", "Cache-Control"),
    parameters=(SCHEMA, IF_NONE_MATCH),
    problems=("unknown-schema", "not-acceptable"),
)
