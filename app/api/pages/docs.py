"""`/docs`, `/redoc`, `/openapi.json` and `/explore`: the pages to read and to look, with every asset from this host."""

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.caching import answer
from app.api.openapi import served_document
from app.api.operation import RequestHandler, Service
from app.api.pages import made_page, security_headers
from app.api.request_parts import header
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
    pages: dict[str, RequestHandler] = {
        "/openapi.json": get_openapi,
        "/docs": page_handler("swagger.html"),
        "/redoc": page_handler("redoc.html"),
        "/explore": page_handler("explore.html", EXPLORER_LOADS),
    }
    return [Route(path, partial(handler, service=service), methods=["GET"]) for path, handler in pages.items()]


async def get_openapi(request: Request, service: Service) -> Response:
    """Answer with the OpenAPI document."""
    headers = {"Cache-Control": "no-cache"}
    made = served_document(service.operations, url_prefix.get(), bool(service.settings.keys))
    return answer(made, header(request.scope, b"if-none-match"), headers)


def page_handler(template: str, loads: str = LOADS) -> RequestHandler:
    """Make the handler of a page that is made once, when it is first asked for."""

    async def handle(request: Request, service: Service) -> Response:
        headers = {"Cache-Control": "no-cache", **security_headers(loads)}
        return answer(made_page(template, docs=True), header(request.scope, b"if-none-match"), headers)

    return handle
