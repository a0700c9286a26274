"""`/docs`, `/redoc`, `/openapi.json` and `/explore`: the pages to read and to look, with every asset from this host."""

from functools import cache, lru_cache, partial
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.body.receive import JSON
from app.api.caching import Document, answer, document
from app.api.headers import header
from app.api.openapi import openapi_document
from app.api.openapi.security import without_keys
from app.api.operation import Operation, Service
from app.api.pages.html import MEDIA_TYPE, page, security_headers
from app.problems import url_prefix

LOADS: Final = (
    "script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; worker-src blob:"
)
"""What the readers load. Both write styles into the page as they build it; Swagger UI's icons are `data:`."""
EXPLORER_LOADS: Final = "script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
"""What the explorer loads: its own script and style, and the answers of this service."""


def docs_routes(service: Service) -> list[Route]:
    """Make the pages that people browse."""
    pages = {
        "/openapi.json": get_openapi,
        "/docs": get_swagger_ui,
        "/redoc": get_redoc,
        "/explore": get_explorer,
    }
    return [Route(path, partial(handler, service=service), methods=["GET"]) for path, handler in pages.items()]


async def get_openapi(request: Request, service: Service) -> Response:
    """Answer with the OpenAPI document."""
    headers = {"Cache-Control": "no-cache"}
    described = _openapi(service.operations, url_prefix.get(), bool(service.settings.keys))
    return answer(described, header(request.scope, b"if-none-match"), headers)


async def get_swagger_ui(request: Request, service: Service) -> Response:
    """Answer with the page that tries endpoints out."""
    return _answer_page(request, "swagger.html")


async def get_redoc(request: Request, service: Service) -> Response:
    """Answer with the page to read."""
    return _answer_page(request, "redoc.html")


async def get_explorer(request: Request, service: Service) -> Response:
    """Answer with the page that shows a mission's history."""
    return _answer_page(request, "explore.html", EXPLORER_LOADS)


def _answer_page(request: Request, template: str, loads: str = LOADS) -> Response:
    headers = {"Cache-Control": "no-cache", **security_headers(loads)}
    return answer(_reader(template), header(request.scope, b"if-none-match"), headers)


@lru_cache(maxsize=8)
def _openapi(operations: tuple[Operation, ...], prefix: str, has_keys: bool) -> Document:
    described = openapi_document(operations)
    if not has_keys:
        described = without_keys(described)
    body = msgspec.json.encode({**described, "servers": [{"url": prefix or "/", "description": "This host"}]})
    return document(body.replace(b"](/problems", f"]({prefix}/problems".encode()), JSON)


@cache
def _reader(template: str) -> Document:
    return document(page(template, docs=True), MEDIA_TYPE)
