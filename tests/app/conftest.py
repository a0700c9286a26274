"""Clients of the service in process."""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.support.client import Client


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside() -> Iterator[None]:
    """Keep the settings of the person who runs the tests out of them, and spare clients what only TLS needs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SSL_CERT_FILE", raising=False)
        patch.setenv("SSL_CERT_DIR", os.devnull)  # else every client reads all authorities' certificates, for 20 ms
        for name in [name for name in os.environ if name.upper().startswith("COLLAB_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def client(no_settings_from_outside: None) -> Iterator[Client]:
    """Talk to a service of default settings."""
    made = Client()
    yield made
    made.close()


@pytest.fixture
def make_client() -> Iterator[Callable[..., Client]]:
    """Make services with other settings."""
    made: list[Client] = []

    def make(**settings: object) -> Client:
        made.append(Client(**settings))
        return made[-1]

    yield make
    for each in made:
        each.close()
