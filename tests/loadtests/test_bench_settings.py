"""The floor and the peer are served as the service is, and the service's answers are what the kit expects."""

import socket
import sys

import pytest
import uvicorn

import loadtests.bench.serve
from app.server.graceful_shutdown import DrainingServer
from app.server.run import serve_in_this_process
from app.settings import Settings
from loadtests.bench.__main__ import MEASURES, arguments


def test_the_floor_is_served_like_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda server, *_: served.append(server.config))
    monkeypatch.setattr(sys, "argv", ["serve", "loadtests.bench.floor:app", "0"])
    loadtests.bench.serve.main()
    with socket.socket() as listener:
        serve_in_this_process(Settings(pool_size=0), listener, DrainingServer)
    floor, service = served
    for name in ("loop", "ws", "access_log", "server_header", "limit_concurrency", "timeout_keep_alive"):
        assert getattr(floor, name) == getattr(service, name)
    assert type(floor.http) is type(service.http)


def test_every_row_can_be_asked_for_alone() -> None:
    for name in MEASURES:
        assert arguments(["--only", name, "--short"]).only == [name]
