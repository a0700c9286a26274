"""From settings to a service that listens: one process, or several and their supervisor."""

import gc
import logging
import socket
from contextlib import AbstractContextManager, nullcontext

import uvicorn
from starlette.types import ASGIApp

from app.api.application import create_app
from app.api.operation import AppState
from app.observability.logging import log_from_a_thread
from app.server.graceful_shutdown import DrainingServer, Worker
from app.server.listener import address_of, fit_open_files
from app.server.protocol import protocol_factory
from app.server.supervisor import Supervisor
from app.server.timeouts import NoteRefusal
from app.settings import Settings
from app.workers.fork_server import ForkServer
from app.workers.pool_process import serve_bodies

logger = logging.getLogger("app.server")


def serve(settings: Settings, listener: socket.socket) -> int:
    """Serve until told to stop; returns the exit status."""
    settings = fit_open_files(settings)
    gc.collect()
    gc.freeze()  # what is forked from here on shares the memory of all that was imported
    workers = "1 worker" if settings.workers == 1 else f"{settings.workers} workers"
    logger.info("Listening on %s with %s", address_of(listener), workers)
    if settings.workers == 1:
        return serve_in_this_process(settings, listener, DrainingServer)
    supervisor = Supervisor(
        settings.workers, lambda: serve_in_this_process(settings, listener, Worker), settings.drain_seconds
    )
    return supervisor.run(listener)


def serve_in_this_process(settings: Settings, listener: socket.socket, kind: type[DrainingServer]) -> int:
    """Run a server."""
    fork_server = ForkServer(serve_bodies) if settings.pool_size else None
    app_state = AppState(settings)
    if fork_server is not None:
        app_state.pool.start_process = fork_server.start
    app = create_app(settings, app_state)
    config = server_config(app, settings, app_state.access_log.note_refusal)
    traces: AbstractContextManager[None] = nullcontext()
    if settings.tracing:  # nothing of OpenTelemetry is imported otherwise
        from app.observability.tracing import exporting

        traces = exporting()
    with log_from_a_thread(), traces:
        kind(config, app_state, settings.drain_seconds).run([listener])
    return 0


def server_config(
    app: ASGIApp | str, settings: Settings, note_refusal: NoteRefusal = lambda problem, request_id: None
) -> uvicorn.Config:
    """Say how uvicorn serves; the benchmark serves its peer in the same way."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the application believes the proxies that COLLAB_TRUSTED_PROXIES names
        loop="uvloop",
        http=protocol_factory(settings, note_refusal),
        ws="none",
    )
