"""`create_app`: the whole service, in one readable order."""

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from app import __version__
from app.api.docs import ASSETS, asset_files, docs_routes
from app.api.middleware import Guard, HeadAsGet, acceptable_request_id
from app.api.openapi import openapi_document
from app.api.problems import KINDS, Problem, answer_with_problem, render
from app.api.routes import api_routes
from app.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """Make the service for these settings; nothing else is read, and nothing is kept between requests."""
    app = FastAPI(
        title="Mission Collaboration Service",
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(CorrelationIdMiddleware, header_name="X-Request-Id", validator=acceptable_request_id),
            Middleware(HeadAsGet),
            Middleware(Guard),
        ],
        exception_handlers={Problem: answer_with_problem, HTTPException: answer_routing_error},
    )
    app.openapi = openapi_document  # type: ignore[method-assign]
    app.router.routes.extend(api_routes(settings))
    if settings.docs:
        app.include_router(docs_routes())
        app.mount(ASSETS, asset_files())
    return app


async def answer_routing_error(request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: no such page, or no such method there."""
    assert isinstance(error, HTTPException)
    code = next((code for code, kind in KINDS.items() if kind.status == error.status_code), "internal")
    headers = dict(error.headers or {})
    allowed = headers.get("Allow", "")
    if "GET" in allowed and "HEAD" not in allowed:
        headers["Allow"] = f"{allowed}, HEAD"
    where = f"{request.method[:20]} {request.url.path[:200]}"
    return render(Problem(code, f"{KINDS[code].title}: {where}.", headers=headers))
