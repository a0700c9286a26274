"""How much is measured: in full, or shortened for a machine that only has to see that it works."""

from typing import Final, NamedTuple

from loadtests.bench.real import STREAMS


class Plan(NamedTuple):
    """Sizes in events, times in seconds."""

    streams: tuple[str, ...] = tuple(STREAMS)
    """What large batches are made of."""
    few: int = 100
    light: int = 250
    """As many as are worked on in place: of a larger request the client would cost less, but one worker has help."""
    batch: int = 10_000
    many: int = 100_000
    ordered: int = 1_000_000
    rounds: int = 25
    few_rounds: int = 100
    """Rounds of a small batch: many and short, for a shared machine is slow by fits and starts."""
    requests: int = 25
    """Requests of a small batch in one round."""
    load_rounds: int = 15
    load_seconds: float = 0.7
    pairs: int = 3
    """Pairs of a large batch and small ones, for each stream."""
    waiting_seconds: float = 10.0
    rate: float = 50.0
    """Requests a second while the worker is busy with big batches."""
    starts: int = 5


FULL: Final = Plan()
SHORT: Final = Plan(
    streams=("tidy", "build_id", "the mix of all"),
    batch=1_000,
    many=10_000,
    ordered=30_000,
    rounds=3,
    few_rounds=6,
    requests=15,
    load_rounds=2,
    load_seconds=0.4,
    pairs=1,
    waiting_seconds=1.5,
    starts=2,
)
