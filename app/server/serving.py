"""From settings to a service that listens: one process, or several and their supervisor."""

import gc
import logging
import socket

import uvicorn
from starlette.types import ASGIApp

from app.api.application import create_app
from app.api.life import Life
from app.api.nursery import Nursery
from app.api.workshop import serve as serve_bodies
from app.server.descriptors import make_room_for
from app.server.draining import DrainingServer, Worker
from app.server.exchange import Answerer, never
from app.server.listening import address_of
from app.server.protocol import protocol_factory
from app.server.supervisor import Supervisor
from app.server.tracing import exporting
from app.server.watch import NoteRefusal
from app.settings import Settings

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
    nursery = Nursery(serve_bodies) if settings.pool_size else None
    life = Life(settings)
    life.workshop.source = nursery or life.workshop.source
    life.journal.is_logging = True
    app = create_app(settings, life)
    config = server_config(app, settings, life.journal.note_refusal, app.at_once)
    with exporting(settings):
        kind(config, life, settings.drain_seconds).run([listener])
    return 0


def server_config(
    app: ASGIApp | str,
    settings: Settings,
    note_refusal: NoteRefusal = lambda problem, request_id: None,
    at_once: Answerer = never,
) -> uvicorn.Config:
    """Say how uvicorn serves; what the service is measured against is served in the same way."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        loop="uvloop",
        http=protocol_factory(settings, note_refusal, at_once),
        ws="none",
    )
