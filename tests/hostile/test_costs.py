"""Bodies that are cheap to send and dear to answer: memory and answers stay in proportion to what was sent.

Time is not asserted, for machines differ; the worst ten are printed as multiples of a request of 100 tidy events.
"""

import contextlib
import http.client
import sys
import time
from collections.abc import Iterator

import pytest

from app.settings import Settings
from loadtests.bench.servers import memory, service
from tests.hostile.costs import Cost, costs
from tests.hostile.metering import MEGABYTE, REFERENCE, Bill, Meter

pytestmark = pytest.mark.hostile

MOST_AT_PEAK = 400 * MEGABYTE
MOST_KEPT = 160 * MEGABYTE
PLAIN_TIMES_AT_PEAK = 8
MOST_TIMES_ANSWERED = 150
SMALL_ANSWER = 256 * 1024
EVERY = 9
"""CI measures every ninth case; `python -m tests.hostile.metering` measures all."""
WORST = 10


@pytest.fixture(scope="module")
def meter() -> Iterator[Meter]:
    with service() as server:
        yield Meter(server)


@pytest.fixture(scope="module")
def bills(meter: Meter) -> list[Bill]:
    return [meter.measure(cost) for number, cost in enumerate(costs()) if number % EVERY == 0]


def failing(bills: list[Bill]) -> list[str]:
    return [bill.line() for bill in bills]


def test_every_request_is_answered_and_none_is_a_bug(bills: list[Bill]) -> None:
    assert len(bills) > 100
    assert failing([bill for bill in bills if bill.status >= 500]) == []


def test_memory_at_the_peak_is_in_proportion(bills: list[Bill]) -> None:
    def allowed(cost: Cost) -> int:
        return max(MOST_AT_PEAK, PLAIN_TIMES_AT_PEAK * cost.plain)

    assert failing([bill for bill in bills if bill.peak > allowed(bill.cost)]) == []


def test_memory_is_given_back_within_two_seconds(bills: list[Bill]) -> None:
    assert failing([bill for bill in bills if bill.kept > MOST_KEPT]) == []


def test_answers_are_in_proportion_to_what_was_sent(bills: list[Bill]) -> None:
    too_large = [bill for bill in bills if bill.answered > max(SMALL_ANSWER, MOST_TIMES_ANSWERED * bill.cost.plain)]
    assert failing(too_large) == []


def test_the_worst_are_told_as_multiples_of_a_tidy_request(
    meter: Meter, bills: list[Bill], capsys: pytest.CaptureFixture[str]
) -> None:
    reference = min(meter.measure(REFERENCE).cpu_seconds for _ in range(5))
    worst = sorted(bills, key=lambda bill: -bill.cpu_seconds)[:WORST]
    with capsys.disabled():
        sys.stdout.writelines(f"\n{bill.cpu_seconds / reference:6.1f} times  {bill.line()}" for bill in worst)
    assert all(bill.cpu_seconds > 0 for bill in worst)


def test_answers_that_are_not_read_are_bounded_and_then_refused(meter: Meter, bills: list[Bill]) -> None:
    """Clients ask for more bytes than are held at once and read none of them."""
    bill = max(bills, key=lambda bill: bill.answered)
    large = bill.cost
    with contextlib.ExitStack() as stack:
        opened = []
        for _ in range(Settings().max_held_bytes // bill.answered + 2):
            connection = stack.enter_context(
                contextlib.closing(http.client.HTTPConnection("127.0.0.1", meter.server.port, timeout=120))
            )
            connection.request("POST", large.path, large.body, dict(large.headers))
            opened.append(connection)
        statuses = {connection.getresponse().status for connection in opened}
        assert statuses == {200, 503}
        assert memory(meter.server.pid).total - meter.idle < 700 * MEGABYTE
    deadline = time.monotonic() + 10
    while memory(meter.server.pid).total - meter.idle > MOST_KEPT:
        assert time.monotonic() < deadline
        time.sleep(0.1)
