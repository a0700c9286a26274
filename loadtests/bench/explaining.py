"""`/explain` against `/reduce` of the same body, and ten times the events against the events."""

from collections.abc import Iterator
from typing import Final

from loadtests.bench.checked import first_answer
from loadtests.bench.growth import GROWTH, beside
from loadtests.bench.one_by_one import timed
from loadtests.bench.plan import Plan
from loadtests.bench.rows import Row, Target, against, milliseconds, pair_ratios, row_of
from loadtests.bench.servers import service
from loadtests.bench.streams import batch, mixed
from loadtests.bench.wire import Connection, WrongAnswerError, post

AGAINST_REDUCE: Final = Target(2.0, 3.0, "x")
ANSWER: Final = Target(412, 450, " bytes")


def explaining(plan: Plan) -> Iterator[Row]:
    """Every event of a batch explained."""
    few, many = (_request("/explain", count) for count in (plan.batch, plan.many))
    reducing = _request("/reduce", plan.batch)
    with service() as server:
        with Connection(server.port) as connection:
            first_answer(connection, reducing, event_count=plan.batch)
            answer = first_answer(connection, few, mode="permissive")
            if answer.body.count(b'"position":') != plan.batch:
                raise WrongAnswerError("the timeline does not have every event")
            reduced, explained = _side_by_side(connection, reducing, few, plan.rounds)
        with Connection(server.port) as connection:
            first_answer(connection, many, mode="permissive")
            pairs = [beside(connection, few, many) for _ in range(plan.pairs)]
    yield row_of(
        f"/explain, {plan.batch:,} mixed events, against /reduce of the same body",
        AGAINST_REDUCE,
        pair_ratios(explained, reduced),
        floor=milliseconds(reduced),
        service=against(explained, reduced),
        note="floor: /reduce of the same body, permissive",
    )
    yield row_of(
        f"/explain, {plan.many:,} events against {plan.batch:,}: the mix",
        GROWTH,
        [upper / lower for lower, upper in pairs],
        service=f"{milliseconds([lower for lower, _ in pairs])} to {milliseconds([upper for _, upper in pairs])}",
    )
    yield row_of(f"/explain, {plan.batch:,} mixed events, the answer an event", ANSWER, [len(answer.body) / plan.batch])


def _request(path: str, count: int) -> bytes:
    return post(path, batch(mixed(count), mode="permissive"))


def _side_by_side(connection: Connection, one: bytes, other: bytes, rounds: int) -> tuple[list[float], list[float]]:
    """Time two requests in turn, so that a slow moment of the machine meets both."""
    times = [(timed(connection, one), timed(connection, other)) for _ in range(rounds)]
    return [first for first, _ in times], [second for _, second in times]
