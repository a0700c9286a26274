"""From settings to a service that listens: one process, or several and their supervisor."""

import gc
import logging
import resource
import socket
from contextlib import suppress
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from app.api.app_state import AppState
from app.api.application import create_app
from app.observability.logging import log_from_a_thread
from app.observability.trace_export import exporting
from app.server.graceful_shutdown import DrainingServer, Worker
from app.server.listener import address_of
from app.server.protocol import protocol_factory
from app.server.supervisor import Supervisor
from app.server.timeouts import NoteRefusal
from app.settings import Settings
from app.workers.fork_server import ForkServer
from app.workers.pool_process import serve as serve_bodies

OTHER_FILES: Final = 500
"""Open files that are no connections: bodies in memory, pipes, connections that are being closed."""

OWN_FILES: Final = 32
"""Open files of a server without connections."""

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
    with log_from_a_thread(), exporting(settings):
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


def fit_open_files(settings: Settings) -> Settings:
    """Raise the limit on open files to what the settings need, or lower `max_connections` to what it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = settings.max_connections + OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return settings
    allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = allowed
    if soft >= needed:
        return settings
    fitting = min(settings.max_connections, max(1, soft - OTHER_FILES, (soft - OWN_FILES) // 2))
    logger.warning(
        "The limit of %d open files is too low for COLLAB_MAX_CONNECTIONS=%d; serving %d connections (ulimit -n %d)",
        soft,
        settings.max_connections,
        fitting,
        needed,
    )
    return settings.model_copy(update={"max_connections": fitting})
