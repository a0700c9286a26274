"""`create_app`: the whole service, in one readable order."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from app.api.app_state import AppState
from app.api.at_once import AtOnce
from app.api.auth import Authenticator, Keys
from app.api.cors import Cors
from app.api.middleware import Guard, HeadAsGet, RequestId
from app.api.openapi import openapi_document
from app.api.pages.assets import our_assets, reader_assets
from app.api.pages.docs import docs_routes
from app.api.routes import api_routes, make_answers, works_by_path
from app.api.service import Service
from app.observability.access_log import Seen
from app.problems import KINDS, Problem, answer_with_problem, render
from app.settings import Settings
from mission_collaboration import __version__

YOUNG_OBJECTS: Final = 50_000
"""How many new containers there are before the collector looks at them; Python's own default is 700."""


def create_app(settings: Settings, app_state: AppState | None = None) -> Service:
    """Make the service for these settings; nothing else is read, and nothing of a mission is kept between requests.

    Whoever looks after the process hands in its `app_state`, to say when it ends.
    """
    app_state = app_state or AppState(settings)
    lock = Authenticator(settings.keys, settings.open_pages)
    answers = make_answers(settings, app_state)
    app = Service(
        {where: answer for where, answer in answers.items() if "{" not in where.path},
        AtOnce(works_by_path(), settings, app_state, lock),
        title="Mission Collaboration Service",
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=partial(live, app_state),
        middleware=[
            *_tracing(settings),
            Middleware(RequestId),
            Middleware(Seen, app_state.access_log),
            *([Middleware(Cors, settings.cors_origins)] if settings.cors_origins else []),
            Middleware(HeadAsGet),
            *([Middleware(Keys, lock)] if settings.keys else []),
            Middleware(Guard, app_state),
        ],
        exception_handlers={Problem: answer_with_problem, HTTPException: answer_routing_error},
    )
    app.openapi = openapi_document  # type: ignore[method-assign]
    app.router.routes.extend(api_routes(answers))
    app.router.routes.append(our_assets())
    if settings.docs:
        app.router.routes.extend([*docs_routes(), reader_assets()])
    return app


def _tracing(settings: Settings) -> list[Middleware]:
    if not settings.tracing:
        return []
    from app.observability.tracing import Traced  # only where it is wanted

    return [Middleware(Traced)]


@asynccontextmanager
async def live(app_state: AppState, app: FastAPI) -> AsyncIterator[None]:
    """Settle when the server starts, and let go of everything when it ends."""
    settle_memory()
    try:
        yield
    finally:
        app_state.pool.close()
        app_state.access_log.tell()


def settle_memory() -> None:
    """Keep the garbage collector off what lives as long as the service, and off the young objects of a batch.

    A batch allocates a lot that holds no cycles; walking it again and again took half the time of a request.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


async def answer_routing_error(request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: no such page, or no such method there."""
    assert isinstance(error, HTTPException)
    code = next((code for code, kind in KINDS.items() if kind.status == error.status_code), "internal")
    headers = dict(error.headers or {})
    allowed = headers.get("Allow", "")
    if "GET" in allowed and "HEAD" not in allowed:
        headers["Allow"] = f"{allowed}, HEAD"
    where = f"{request.method[:20]} {request.scope['path'][:200]}"
    return render(Problem(code, f"{KINDS[code].title}: {where}.", headers=headers))
