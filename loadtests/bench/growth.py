"""Ten times the events against the events, for streams that aim to be slow (contract R40), over HTTP."""

from collections.abc import Iterator
from statistics import median
from typing import Final

from loadtests.bench.adversarial import GROWTH_STREAMS
from loadtests.bench.checked import first_answer
from loadtests.bench.one_by_one import timed
from loadtests.bench.plan import Plan
from loadtests.bench.rows import Row, Target, milliseconds, row_of
from loadtests.bench.servers import service
from loadtests.bench.streams import Json, batch
from loadtests.bench.wire import Connection, post

GROWTH: Final = Target(10.5, 12.0, "x")
SMALLS: Final = 4
"""Small requests beside each large one: half of them before it, half behind."""


def growth(plan: Plan) -> Iterator[Row]:
    """Every stream, on one worker and one connection; permissive, as a replay is."""
    with service() as server:
        for name, make in GROWTH_STREAMS.items():
            small, large = (Checked(make(count)) for count in (plan.batch, plan.many))
            with Connection(server.port) as connection:  # a new one: an idle one would be closed meanwhile
                few, many = _times(connection, small, large, plan.pairs)
            yield _row(name, few, many, plan)


class Checked:
    """A request, and the answer's count: every id once, however it is spelled."""

    def __init__(self, events: list[Json]) -> None:
        self.request = post("/reduce", batch(events, mode="permissive"))
        self.unique = len({event["event_id"].upper() for event in events})


def beside(connection: Connection, small: bytes, large: bytes) -> tuple[float, float]:
    """Time a large request, and the median of small ones before and behind it."""
    before = [timed(connection, small) for _ in range(SMALLS // 2)]
    upper = timed(connection, large)
    return median([*before, *(timed(connection, small) for _ in range(SMALLS // 2))]), upper


def _times(connection: Connection, small: Checked, large: Checked, pairs: int) -> tuple[list[float], list[float]]:
    few: list[float] = []
    many: list[float] = []
    for checked in (small, large):
        first_answer(connection, checked.request, event_count=checked.unique)
    for _ in range(pairs):
        lower, upper = beside(connection, small.request, large.request)
        few.append(lower)
        many.append(upper)
    return few, many


def _row(name: str, few: list[float], many: list[float], plan: Plan) -> Row:
    ratios = [upper / lower for upper, lower in zip(many, few, strict=True)]
    work = f"/reduce, {plan.many:,} events against {plan.batch:,}: {name}"
    return row_of(work, GROWTH, ratios, service=f"{milliseconds(few)} to {milliseconds(many)}")
