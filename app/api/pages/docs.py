"""`/docs`, `/redoc` and `/openapi.json`: the document and its readers, with every asset from this host."""

from functools import cache
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.body.receive import JSON
from app.api.caching import Document, answer, document
from app.api.openapi import openapi_document
from app.api.pages.html import MEDIA_TYPE, page, security_headers

LOADS: Final = (
    "script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; worker-src blob:"
)
"""What the readers load. Both write styles into the page as they build it; Swagger UI's icons are `data:`."""


def docs_routes() -> list[Route]:
    """Make the pages that people browse."""
    return [
        Route("/openapi.json", openapi, methods=["GET"], include_in_schema=False),
        Route("/docs", swagger_ui, methods=["GET"], include_in_schema=False),
        Route("/redoc", redoc, methods=["GET"], include_in_schema=False),
    ]


async def openapi(request: Request) -> Response:
    """Answer with the OpenAPI document."""
    return answer(_openapi(), request.headers.get("if-none-match"), {"Cache-Control": "no-cache"})


async def swagger_ui(request: Request) -> Response:
    """Answer with the page that tries endpoints out."""
    return _page(request, "swagger.html")


async def redoc(request: Request) -> Response:
    """Answer with the page to read."""
    return _page(request, "redoc.html")


def _page(request: Request, template: str) -> Response:
    headers = {"Cache-Control": "no-cache", **security_headers(LOADS)}
    return answer(_reader(template), request.headers.get("if-none-match"), headers)


@cache
def _openapi() -> Document:
    return document(msgspec.json.encode(openapi_document()), JSON)


@cache
def _reader(template: str) -> Document:
    return document(page(template), MEDIA_TYPE)
