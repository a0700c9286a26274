"""The backend is killed before every line that it runs and around every statement; nothing is lost or comes twice."""

import os
import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import psycopg
import pytest
from psycopg_pool import ConnectionPool

from docs.examples.backend import app, intake, service
from tests.backend import books, story
from tests.backend.cluster import Cluster

pytestmark = pytest.mark.backend
KILLED = 9
FOLDER = str(Path(app.__file__).parent)
SHARE = float(os.environ.get("PROOF_SHARE", "0.05"))
"""The share of the points that are tried: a twentieth, or 1 for all."""


class Points:
    """Counts the points at which the process may die, and lets it die at one."""

    def __init__(self, last: int | None) -> None:
        self.passed, self._last = 0, last

    def pass_one(self) -> None:
        self.passed += 1
        if self.passed == self._last:
            os._exit(KILLED)

    def follow(self, frame: FrameType, what: str, _: Any) -> Any:
        """Take every line of the example for a point."""
        name = frame.f_code.co_name
        if not frame.f_code.co_filename.startswith(FOLDER) or (name.startswith("<") and name != "<module>"):
            return None
        if what == "line":
            self.pass_one()
        return self.follow

    def cursor(self) -> "type[psycopg.Cursor[Any]]":
        """Make cursors for which the moments before and after a statement are points, too."""
        pass_one = self.pass_one

        class Cursor(psycopg.Cursor[Any]):
            def execute(self, *arguments: Any, **options: Any) -> Any:
                pass_one()
                done = super().execute(*arguments, **options)
                pass_one()
                return done

        return Cursor


def work(database: str, address: str, points: Points) -> None:
    """Send every batch, as a client does that had no answer yet."""
    options = {"cursor_factory": points.cursor(), "autocommit": False}
    with (
        ConnectionPool(database, kwargs=options, min_size=1, max_size=1, open=True) as pool,
        httpx.Client(base_url=address, trust_env=False, verify=False, timeout=60) as http,
    ):
        backend = intake.Intake(pool, service.Service(http))
        pool.wait()
        sys.settrace(points.follow)
        for batch in story.BATCHES:
            backend.receive(batch)
        sys.settrace(None)


def in_a_process(action: Callable[[], None]) -> int:
    """Run something in a process of its own; give its exit status."""
    child = os.fork()
    if child == 0:  # nothing may get out of here but an exit status
        status = 1
        try:
            action()
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended)


@pytest.fixture(scope="module")
def database(postgres: Cluster) -> str:
    address = postgres.database()
    with psycopg.connect(address) as db:
        db.execute(app.TABLES)
    return address


@pytest.fixture(scope="module")
def db(database: str) -> "Iterator[psycopg.Connection[Any]]":
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def points_of_an_undisturbed_run(database: str, service: str, folder: Path) -> int:
    noted = folder / "points"

    def count() -> None:
        points = Points(None)
        work(database, service, points)
        noted.write_text(str(points.passed))

    assert in_a_process(count) == 0
    return int(noted.read_text())


def test_whenever_it_is_killed_nothing_is_lost_and_nothing_comes_twice(
    database: str, db: "psycopg.Connection[Any]", service: str, tmp_path: Path
) -> None:
    with httpx.Client(base_url=service, trust_env=False, timeout=60) as http:
        count = points_of_an_undisturbed_run(database, service, tmp_path)
        expected = books.summary(db)
        assert books.differences(db, http, story.SENT) == []
        seed = random.randrange(10**6)
        chosen = sorted(random.Random(seed).sample(range(1, count + 1), round(count * SHARE)))
        print(f"\n{len(chosen)} of {count} points (seed {seed}), {len(story.SENT)} events", end=" ")
        for place in chosen:
            books.wipe(db)
            assert in_a_process(partial(work, database, service, Points(place))) == KILLED, place
            assert in_a_process(partial(work, database, service, Points(None))) == 0, place
            assert books.summary(db) == expected, place
            assert books.differences(db, http, story.SENT) == [], place
    print(f"kills {len(chosen)}, differences 0")
    assert count > 500


def test_the_story_has_everything_in_it(database: str, db: "psycopg.Connection[Any]", service: str) -> None:
    books.wipe(db)
    assert in_a_process(partial(work, database, service, Points(None))) == 0
    held = books.entries(db)
    assert {entry.table for entry in held} == set(books.TABLES)
    assert {entry.code for entry in held} >= {
        *("clock-jump", "conflicting-duplicate", "malformed-payload", "invalid-request", "departed-participant"),
    }
    assert sum(map(books.is_warning, held)) == 1
    assert set(books.states(db)) == {story.MISSION, story.OTHER}
