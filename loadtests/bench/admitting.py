"""What the live loop costs: a few events to a large mission, a mission that grows old, batches of many missions."""

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from loadtests.bench.checked import first_answer
from loadtests.bench.growth import beside
from loadtests.bench.one_by_one import interleaved, timed
from loadtests.bench.plan import Plan
from loadtests.bench.real import STREAMS
from loadtests.bench.rows import Row, Target, digits, milliseconds, pair_ratios, row_of
from loadtests.bench.servers import service, stand_in
from loadtests.bench.streams import Json, batch, history, joined, mixed
from loadtests.bench.wire import Connection, post

ADMITTING: Final = Target(0.12, 0.2, "x")
SETTLING: Final = Target(0.08, 0.12, "x")
CHECKPOINT: Final = Target(60, 120, "kB")
AGEING: Final = Target(1.1, 1.3, "x")
ADMIT_MISSIONS: Final = Target(0.3, 0.5, "x")
REDUCE_MISSIONS: Final = Target(1.5, 2, "x")
AT_ONCE: Final = {
    "tidy": Target(2.2, 3, "x"),
    "build_id": Target(2.2, 3, "x"),
    "other types": Target(2.2, 3, "x"),
    "1 % duplicates": Target(2.5, 4, "x"),
    "the mix of all": Target(2.8, 4.5, "x"),
}
"""Stream → what `/admit` of a large batch of it has to reach."""
NEXT: Final = 10
"""How many events are admitted to a mission that is under way."""
YOUNG: Final = 2_000
SETTLED: Final = {"settle": True, "answer": "none"}
CHANGES: Final = {"settle": True, "answer": "changes"}


def admitting(plan: Plan) -> Iterator[Row]:
    """`/admit` of ten events to a large mission, against `/reduce` of the whole of it."""
    events = mixed(plan.batch)
    whole = post("/reduce", batch(events))
    with service() as served, Connection(served.port) as connection:
        first_answer(connection, whole, event_count=len(events))
        for target, options in ((ADMITTING, {}), (SETTLING, SETTLED)):
            checkpoint = under_way(connection, events[:-NEXT], options)
            following = admission(events[-NEXT:], checkpoint, options)
            first_answer(connection, following, accepted=NEXT)
            pairs = [beside(connection, following, whole) for _ in range(plan.rounds)]
            few, all_of_them = zip(*pairs, strict=True)
            asked = ", settled and without the state" if options else ""
            yield row_of(
                f"/admit, {NEXT} events to a mission of {len(events):,}{asked}, against /reduce of all",
                target,
                pair_ratios(few, all_of_them),
                floor=milliseconds(all_of_them),
                service=milliseconds(few),
                note="floor: /reduce of the whole mission by the same service",
            )
            if not options:
                yield Row(
                    f"checkpoint of a mission of {len(events):,}",
                    CHECKPOINT,
                    len(checkpoint) / 1000,
                    service=f"{digits(len(checkpoint) / 1000)} kB",
                )


def admitting_at_once(plan: Plan) -> Iterator[Row]:
    """`/admit` of a large batch in one request, stream by stream, against the floor."""
    with stand_in("floor") as floor, service() as served:
        for name, target in AT_ONCE.items():
            events = STREAMS[name](plan.batch).events
            lower, upper = interleaved((floor, served), admission(events), plan.rounds, 1)
            yield row_of(
                f"/admit, {plan.batch:,} events in one request: {name}",
                target,
                pair_ratios(upper, lower),
                floor=milliseconds(lower),
                service=milliseconds(upper),
            )


class Sizes(NamedTuple):
    """What a batch is answered, in bytes."""

    checkpoint: int
    answer: int


def ageing(plan: Plan) -> Iterator[Row]:
    """`/admit` of ten comments to an old mission against a young one, settled, and told in changes."""
    old = 2 * plan.many
    with service() as served, Connection(served.port) as connection:
        young, aged = (grown(connection, count) for count in (YOUNG, old))
        before, after = (told_by(connection, request) for request in (young, aged))
        pairs = [(timed(connection, young), timed(connection, aged)) for _ in range(plan.rounds)]
    few, many = zip(*pairs, strict=True)
    work = f"/admit, {NEXT} comments to a mission of {old:,} against one of {YOUNG:,}"
    yield row_of(
        f"{work}: time", AGEING, pair_ratios(many, few), service=f"{milliseconds(few)} to {milliseconds(many)}"
    )
    for name in ("checkpoint", "answer"):
        lower, upper = getattr(before, name), getattr(after, name)
        sizes = f"{digits(lower / 1000)} kB to {digits(upper / 1000)} kB"
        yield Row(f"{work}: {name}", AGEING, upper / lower, service=sizes)


def grown(connection: Connection, count: int) -> bytes:
    """Let a mission grow comment by comment; gives the request for its next batch."""
    comments = [("CommentPosted", comment(number)) for number in range(count + NEXT)]
    events = history([joined("participant-00"), *comments])
    checkpoint: str | None = None
    for start in range(0, count + 1, 10_000):
        some = events[start : min(start + 10_000, count + 1)]
        checkpoint = under_way(connection, some, SETTLED, checkpoint)
    return admission(events[-NEXT:], checkpoint, CHANGES)


def comment(number: int) -> Json:
    """Say something of a usual length."""
    content = f"Said {number:06}: " + "x" * 80
    return {"participant_id": "participant-00", "comment_id": f"c-{number:06}", "content": content}


def told_by(connection: Connection, request: bytes) -> Sizes:
    """Ask once, and tell how large checkpoint and answer are."""
    answer = first_answer(connection, request, accepted=NEXT)
    return Sizes(len(json.loads(answer.body)["checkpoint"]), len(answer.body))


def missions(plan: Plan) -> Iterator[Row]:
    """Batches of many missions against the same events mission by mission."""
    with service() as served, Connection(served.port) as connection:
        yield _admit_missions(connection, plan, plan.batch // 100)
        yield _reduce_missions(connection, plan, plan.batch // 10)


def _admit_missions(connection: Connection, plan: Plan, count: int) -> Row:
    parts = [mixed(2 * NEXT, people=5, mission=f"mission-{number:04}") for number in range(count)]
    checkpoints = [under_way(connection, events[:NEXT]) for events in parts]
    rest = [events[NEXT:] for events in parts]
    alone = [admission(events, checkpoint) for events, checkpoint in zip(rest, checkpoints, strict=True)]
    named = {events[0]["payload"]["mission_id"]: events for events in rest}
    where = {name: {"checkpoint": text} for name, text in zip(named, checkpoints, strict=True)}
    mixed_up = [events[place] for place in range(NEXT) for events in rest]
    together = post("/missions/admit", msgspec.json.encode({"missions": where, "events": mixed_up}))
    first_answer(connection, together, accepted=NEXT * count)
    one, many = [], []
    for _ in range(plan.rounds):
        many.append(sum(timed(connection, request) for request in alone))
        one.append(timed(connection, together))
    work = f"/missions/admit, {NEXT * count:,} events of {count} missions, against {count} requests to /admit"
    return row_of(work, ADMIT_MISSIONS, pair_ratios(one, many), floor=milliseconds(many), service=milliseconds(one))


def _reduce_missions(connection: Connection, plan: Plan, count: int) -> Row:
    size = plan.batch // count
    parts = [mixed(size, people=3, mission=f"mission-{number:04}") for number in range(count)]
    mixed_up = [events[place] for place in range(size) for events in parts]
    many = post("/missions/reduce", msgspec.json.encode({"events": mixed_up}))
    whole = post("/reduce", batch(mixed(plan.batch)))
    first_answer(connection, many, total=plan.batch)
    pairs = [(timed(connection, many), timed(connection, whole)) for _ in range(plan.rounds)]
    upper, lower = zip(*pairs, strict=True)
    work = f"/missions/reduce, {plan.batch:,} events of {count:,} missions, against /reduce of one"
    return row_of(
        work, REDUCE_MISSIONS, pair_ratios(upper, lower), floor=milliseconds(lower), service=milliseconds(upper)
    )


def under_way(
    connection: Connection, events: list[Any], options: Json | None = None, checkpoint: str | None = None
) -> str:
    """Move a mission on; gives its checkpoint."""
    answer = first_answer(connection, admission(events, checkpoint, options), accepted=len(events))
    text: str = json.loads(answer.body)["checkpoint"]
    return text


def admission(events: list[Any], checkpoint: str | None = None, options: Json | None = None) -> bytes:
    """Write an `/admit` request."""
    body = {"events": events, "checkpoint": checkpoint, **(options or {})}
    return post("/admit", msgspec.json.encode(body))
