"""Services that work in place, and elsewhere."""

from collections.abc import Iterator

import pytest

from tests.support.client import Client
from tests.support.pooled import LIMITS, send, tell


@pytest.fixture(scope="module")
def in_place(no_settings_from_outside: None) -> Iterator[Client]:
    """Talk to a service that works on everything in place."""
    made = Client(pool_size=0, **LIMITS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def elsewhere(no_settings_from_outside: None) -> Iterator[Client]:
    """Talk to a service that works on every body in its only process."""
    made = Client(pool_size=1, inline_body_bytes=0, **LIMITS)
    yield made
    made.close()


@pytest.fixture
def worker(elsewhere: Client) -> int:
    """Find the process of this service, made where there is none yet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.api.endpoints.reduce.reduce_body", tell)
        return int(send(elsewhere, "a story").text)
