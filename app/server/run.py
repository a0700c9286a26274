"""From settings to a service that listens: one process, or several and their supervisor."""

import gc
import logging
import socket

import uvicorn
from starlette.types import ASGIApp

from app.api.app_state import AppState
from app.api.application import create_app
from app.observability.trace_export import exporting
from app.server.descriptors import make_room_for
from app.server.graceful_shutdown import DrainingServer, Worker
from app.server.listener import address_of
from app.server.protocol import protocol_factory
from app.server.supervisor import Supervisor
from app.server.timeouts import NoteRefusal
from app.settings import Settings
from app.workers.fork_server import ForkServer
from app.workers.pool import serve as serve_bodies

logger = logging.getLogger("app.server")


def serve(settings: Settings, listener: socket.socket) -> int:
    """Serve until told to stop; the status to exit with."""
    make_room_for(settings.max_connections)
    gc.collect()
    gc.freeze()  # what is forked from here on shares the memory of all that was imported
    logger.info("Listening on %s with %d workers", address_of(listener), settings.workers)
    if settings.workers == 1:
        return serve_in_this_process(settings, listener, DrainingServer)
    supervisor = Supervisor(
        settings.workers, lambda: serve_in_this_process(settings, listener, Worker), settings.drain_seconds
    )
    return supervisor.run(listener)


def serve_in_this_process(settings: Settings, listener: socket.socket, kind: type[DrainingServer]) -> int:
    """Be a server."""
    fork_server = ForkServer(serve_bodies) if settings.pool_size else None
    app_state = AppState(settings)
    app_state.pool.source = fork_server or app_state.pool.source
    app_state.access_log.is_logging = True
    app = create_app(settings, app_state)
    config = server_config(app, settings, app_state.access_log.note_refusal)
    with exporting(settings):
        kind(config, app_state, settings.drain_seconds).run([listener])
    return 0


def server_config(
    app: ASGIApp | str,
    settings: Settings,
    note_refusal: NoteRefusal = lambda problem, request_id: None,
) -> uvicorn.Config:
    """Say how uvicorn serves; what the service is measured against is served in the same way."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        loop="uvloop",
        http=protocol_factory(settings, note_refusal),
        ws="none",
    )
