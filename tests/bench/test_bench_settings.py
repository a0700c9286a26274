"""The floor and the peer are served as the service is, and the service's answers are what the kit expects."""

from typing import Any

import pytest
import uvicorn

import app.__main__
from bench.__main__ import MEASURES, arguments
from bench.serve import SETTINGS


def test_the_floor_is_served_like_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda *_, **settings: given.update(settings))
    app.__main__.main()
    shared = given.keys() & SETTINGS.keys() - {"access_log", "log_level"}
    assert {"loop", "http"} <= shared
    assert {name: SETTINGS[name] for name in shared} == {name: given[name] for name in shared}


def test_every_row_can_be_asked_for_alone() -> None:
    for name in MEASURES:
        assert arguments(["--only", name, "--short"]).only == [name]
