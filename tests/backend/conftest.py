"""A real PostgreSQL and the real service, for every test of the example backend."""

from collections.abc import Iterator

import pytest

from tests.backend.cluster import Cluster, cluster
from tests.backend.programs import started_service

WINDOW = 6
"""A window so small that a short story has late events in it."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture(scope="session")
def service() -> Iterator[str]:
    with started_service(WINDOW) as (address, _):
        yield address
