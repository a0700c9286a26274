"""Several backends take in one day of the same missions, while clients misbehave and everything dies once."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import psycopg
import pytest

from tests.backend import books
from tests.backend.clients import Clients
from tests.backend.cluster import Cluster
from tests.backend.day import day
from tests.backend.programs import Program, started_backend, started_service

pytestmark = pytest.mark.backend
CLIENTS = 6
WINDOW = 400


@contextmanager
def started_backends(count: int, database: str, service: str) -> Iterator[list[Program]]:
    with ExitStack() as stack:
        yield [stack.enter_context(started_backend(database, service)) for _ in range(count)]


@pytest.mark.parametrize("count", [2, 4])
def test_backends_side_by_side_lose_nothing_and_take_nothing_twice(count: int, postgres: Cluster) -> None:
    database, today = postgres.database(), day(count)
    with started_service(WINDOW) as (address, service), started_backends(count, database, address) as backends:
        with Clients(today.batches, [each.address for each in backends], CLIENTS, seed=count) as clients:
            clients.await_share(0.2)
            backends[0].kill()
            backends[0].start()
            clients.await_share(0.4)
            postgres.restart()
            clients.await_share(0.6)
            service.kill()
            service.start()
            clients.await_share(0.8)
            backends[-1].kill()
            backends[-1].start()
        assert clients.failures == []
        sent = [event for batch in today.batches for event in batch]
        with (
            psycopg.connect(database) as db,
            httpx.Client(base_url=address, trust_env=False, verify=False, timeout=60) as http,
        ):
            found = books.differences(db, http, sent)
            held = books.entries(db)
        warnings = sum(map(books.is_warning, held))
        print(
            f"\n{count} backends, {CLIENTS} clients: {len(sent)} events in {clients.total} batches,"
            f" {clients.repeated} sent again, {clients.hung_up} connections dropped;"
            " 2 backends, the database and the service killed;"
            f" {warnings} warnings appended; differences {len(found)}"
        )
        assert found == []
        assert {entry.event["event_id"] for entry in held if entry.verdict == "accepted"} >= today.good
