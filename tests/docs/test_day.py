"""A day in the life of the example backend: nothing is lost, nothing comes twice, and the state is exact."""

import json
import random
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from conformance.serving import service as started_service
from tests.docs.day import BATCHES, EVENTS, MISSION, day
from tests.docs.example import GUIDE, backend_class, client, kept, reduced, state_of
from tests.docs.markdown import rows, section


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with started_service() as address:
        yield address


def test_a_day_of_three_clients_of_which_two_were_offline(service: str) -> None:
    today, chance = day(2026), random.Random(1)
    met: Counter[str] = Counter()

    def watch(answer: httpx.Response) -> None:
        results = json.loads(answer.read()).get("results", ())
        met["late"] += sum(told.get("code") == "late-event" for told in results)
        met["requests"] += 1

    with client(service) as http:
        http.event_hooks["response"] = [watch]
        backend = backend_class()(":memory:", http)
        for batch in today.batches:
            told = backend.receive(MISSION, batch)
            met.update(result.get("code") or result["verdict"] for result in told)
            if chance.random() < 0.1:  # the answer got lost, and the client sends the batch again
                again = Counter(result["verdict"] for result in backend.receive(MISSION, batch))
                assert again["accepted"] == 0
                met["sent again"] += 1
                met["duplicates"] += again["duplicate"]
        accepted = [json.loads(event) for event in kept(backend, MISSION)]
        state = state_of(backend, MISSION)
        assert state == reduced(backend, MISSION)
    warnings = [event for event in accepted if event["node_id"] == "backend"]
    ids = {event["event_id"] for event in accepted}
    figures = {**met, "warnings": len(warnings)}
    assert (len(today.batches), sum(map(len, today.batches))) == (BATCHES, EVENTS)
    assert ids - {event["event_id"] for event in warnings} == today.good
    assert {code: met[code] for code in today.wrong} == today.wrong
    assert met["accepted"] == len(today.good)
    assert json.loads(state)["event_count"] == len(accepted) == len(ids)
    assert json.loads(state)["warnings"]
    assert min(met["late"], met["sent again"], len(warnings), *today.wrong.values()) >= 10, figures
    printed = {name: int(count) for name, count in rows(section(GUIDE, "## A day in the life"))}
    assert printed == {name: figures[name] for name in printed}, figures
