"""`/docs`, `/redoc`, `/openapi.json` and `/explore`: the pages to read and to look, with every asset from this host."""

from functools import cache, partial
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.body.receive import JSON
from app.api.caching import Document, answer, document
from app.api.headers import header
from app.api.openapi import openapi_document
from app.api.operation import Operation, Service
from app.api.pages.html import MEDIA_TYPE, page, security_headers

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
    return answer(_openapi(service.operations), header(request.scope, b"if-none-match"), headers)


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


@cache
def _openapi(operations: tuple[Operation, ...]) -> Document:
    return document(msgspec.json.encode(openapi_document(operations)), JSON)


@cache
def _reader(template: str) -> Document:
    return document(page(template), MEDIA_TYPE)
