"""Makes `pytest conformance --url http://host:port` work: one test for each case of the kit."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import httpx
import pytest

from .__main__ import client_for
from .serving import service


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the kit."""
    group = parser.getgroup("conformance")
    group.addoption("--url", help="the service to judge; without it, `python -m app` is started on a free port")
    group.addoption("--api-key", help="sent as a bearer token with every request")


@pytest.fixture(scope="session")
def service_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of the service, and start one when none was given."""
    given: str | None = request.config.getoption("--url")
    if given is not None:
        yield given
        return
    if find_spec("app") is None:
        raise pytest.UsageError("--url is missing: where is the service?")
    with service() as url:
        yield url


@pytest.fixture(scope="session")
def client(service_url: str, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """Give one client for the whole run, so that connections are kept."""
    with client_for(service_url, request.config.getoption("--api-key")) as client:
        yield client
