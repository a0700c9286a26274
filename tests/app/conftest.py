"""Clients of the service in process."""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.support.client import Client


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside() -> Iterator[None]:
    """Keep the settings of whoever runs the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
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
