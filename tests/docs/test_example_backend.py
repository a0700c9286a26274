"""The example backend is killed before every line that it runs; nothing is lost, and nothing comes twice."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import pytest

from conformance.serving import service as started_service
from tests.docs.example import BACKEND, backend_class, client, kept, reduced, state_of
from tests.support import builders as build

Json = dict[str, Any]
MISSION = build.MISSION
KILLED = 9


def events(*listed: tuple[int, tuple[str, Json]]) -> list[Json]:
    return [build.event(*what, lamport_clock=clock) for clock, what in listed]


MALFORMED: list[Any] = [build.event("DriveIntentSet", {}, lamport_clock=13), 7]
MEETING = (
    (4, build.focus("p1", "WP01")),
    (5, build.drive("p2")),
    (6, build.focus("p2", "WP01")),
    (3, build.drive("p1")),
)
BATCHES: list[list[Json]] = [
    events((1, build.joined("p1")), (2, build.joined("p2")), (3, build.drive("p1")), (9, build.drive("p9"))),
    [*events(*MEETING, (12, build.heartbeat("p1"))), *MALFORMED],
    events((8, build.joined("p9")), (14, build.heartbeat("p2")), (15, build.comment("p9"))),
]
"""A stranger acts; two drivers meet, one event comes again; two events are malformed; the stranger's join is late."""
LAST = [
    ["accepted", "accepted", "accepted", "unknown-participant"],
    ["accepted", "accepted", "accepted", "duplicate", "accepted", "malformed-payload", "invalid-request"],
    ["accepted", "accepted", "accepted"],
]


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with started_service() as address:
        yield address


def work(database: Path, http: httpx.Client) -> list[list[str]]:
    """Send every batch until it is answered; what was answered is noted, and not sent again."""
    noted = database.with_suffix(".noted")
    backend = backend_class()(str(database), http)
    answers = json.loads(noted.read_text()) if noted.exists() else []
    for batch in BATCHES[len(answers) :]:
        results = backend.receive(MISSION, batch)
        answers.append([told.get("code", told["verdict"]) for told in results])
        noted.with_suffix(".new").write_text(json.dumps(answers))
        noted.with_suffix(".new").replace(noted)
    return list(answers)


def lines_until(place: int) -> Callable[[FrameType, str, Any], Any]:
    """Follow the lines of the example and of its client, and kill the process before the one at this place."""
    passed = 0

    def follow(frame: FrameType, what: str, _: Any) -> Any:
        nonlocal passed
        code = frame.f_code
        within_a_line = code.co_name.startswith("<") and code.co_name != "<module>"  # a lambda, a comprehension
        if within_a_line or (code.co_filename != str(BACKEND) and code is not work.__code__):
            return None
        if what == "line":
            passed += 1
            if passed == place:
                os._exit(KILLED)
        return follow

    return follow


def killed_at(place: int, database: Path, address: str) -> bool:
    """Work in a process of its own that dies at a place; tell whether there is such a place."""
    child = os.fork()
    if child == 0:  # nothing may get out of here but an exit status
        status = 1
        try:
            with client(address) as http:
                sys.settrace(lines_until(place))
                work(database, http)
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(ended) in (0, KILLED)
    return os.waitstatus_to_exitcode(ended) == KILLED


def found(database: Path, http: httpx.Client) -> tuple[Any, ...]:
    """Look at what the backend holds: the state, the events, and that both are of one mind."""
    backend = backend_class()(str(database), http)
    state = state_of(backend, MISSION)
    assert state == reduced(backend, MISSION)
    told = backend.db.execute("SELECT event_id, code, event FROM events ORDER BY event_id").fetchall()
    newest = backend.db.execute("SELECT max(clock) FROM checkpoints").fetchall()
    backend.db.close()
    return state, told, newest


def test_whenever_it_is_killed_nothing_is_lost_and_nothing_comes_twice(service: str, tmp_path: Path) -> None:
    with client(service) as http:
        assert work(tmp_path / "whole.db", http) == LAST
        expected = found(tmp_path / "whole.db", http)
        place = 1
        while killed_at(place, database := tmp_path / f"{place}.db", service):
            work(database, http)
            assert found(database, http) == expected, place
            place += 1
    assert place > 100


def test_the_story_has_everything_in_it(service: str, tmp_path: Path) -> None:
    with client(service) as http:
        work(tmp_path / "whole.db", http)
        backend = backend_class()(str(tmp_path / "whole.db"), http)
        state = json.loads(state_of(backend, MISSION))
    assert state["active_drivers"] == ["p1", "p2", "p9"]  # the stranger's first deed was taken in after the join
    assert [warning["participant_ids"] for warning in state["warnings"]] == [["p1", "p2"]]
    assert state["event_count"] == len(kept(backend, MISSION)) == 12


def test_what_came_later_with_the_clock_of_a_checkpoint_is_not_lost(service: str, tmp_path: Path) -> None:
    of_one_clock = build.event(*build.drive("p1"), lamport_clock=5, event_id=build.ulid(6))
    with client(service) as http:
        backend = backend_class()(str(tmp_path / "one.db"), http)
        for batch in (
            events((5, build.joined("p1"))),
            [of_one_clock, *events((9, build.heartbeat("p1")))],
            events((7, build.comment("p1"))),
        ):
            assert {told["verdict"] for told in backend.receive(MISSION, batch)} == {"accepted"}
        state = state_of(backend, MISSION)
        assert state == reduced(backend, MISSION)
    assert json.loads(state)["active_drivers"] == ["p1"]
    assert json.loads(state)["event_count"] == 4


def test_another_batch_again_changes_nothing(service: str, tmp_path: Path) -> None:
    with client(service) as http:
        work(tmp_path / "whole.db", http)
        before = found(tmp_path / "whole.db", http)
        backend = backend_class()(str(tmp_path / "whole.db"), http)
        for batch in BATCHES:
            told = backend.receive(MISSION, batch)
            assert {result["verdict"] for result in told} <= {"duplicate", "rejected"}
        assert found(tmp_path / "whole.db", http) == before
