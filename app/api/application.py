"""`create_app`. FastAPI is a shell around Starlette routes: a route of its own costs a fifth of a small request.

It would also coerce what the contract reads strictly. The shell gives the lifespan, the document and its readers.
"""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from app.api.endpoints import OPERATIONS
from app.api.middleware import RequestLayer
from app.api.openapi import openapi_document
from app.api.operation import SERVICE_NAME, AppState, Service
from app.api.pages.assets import our_assets, reader_assets
from app.api.pages.docs import docs_routes
from app.settings import Settings
from mission_collaboration import __version__

GC_THRESHOLD: Final = 50_000
"""New containers before the garbage collector looks at them; Python's own default is 700."""
UNTRACED: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI would look for telemetry providers at every request, for some 20 microseconds."""


def create_app(settings: Settings, app_state: AppState | None = None) -> FastAPI:
    """Make the service for these settings; nothing else is read, and nothing of a mission is kept between requests.

    The server hands in its `app_state`, to say when it drains.
    """
    app_state = app_state or AppState(settings)
    service = Service(settings, app_state, OPERATIONS)
    app = FastAPI(
        title=SERVICE_NAME,
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=partial(lifespan, app_state),
        telemetry=UNTRACED,
    )
    app.openapi = partial(openapi_document, OPERATIONS)  # type: ignore[method-assign]
    routes = [operation.route(service) for operation in OPERATIONS]
    routes.append(our_assets())
    if settings.docs:
        routes.extend([*docs_routes(service), reader_assets()])
    app.router.routes.extend(routes)
    app.middleware_stack = RequestLayer(app.router, settings, app_state)
    return app


@asynccontextmanager
async def lifespan(app_state: AppState, app: FastAPI) -> AsyncIterator[None]:
    """Settle memory when the server starts; close the pool and count the last requests when it ends."""
    tune_garbage_collector()
    app_state.access_log.count()
    try:
        yield
    finally:
        app_state.pool.close()
        app_state.access_log.count()


def tune_garbage_collector() -> None:
    """Keep the garbage collector off what lives as long as the service, and off the young objects of a batch.

    A batch allocates a lot that holds no cycles; walking it again and again took half the time of a request.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
