"""A row of the table: what was to be reached and what was measured, with the arithmetic between them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

Times = Sequence[float]


@dataclass(frozen=True)
class Target:
    """What a figure has to reach: the goal, and at least."""

    goal: float
    least: float
    unit: str
    more_is_better: bool = False

    def verdict(self, measured: float | None) -> str:
        """Say how a figure stands to both."""
        if measured is None:
            return "not available"
        sign = -1 if self.more_is_better else 1
        if sign * measured <= sign * self.goal:
            return "ok"
        return "at least" if sign * measured <= sign * self.least else "MISSED"


@dataclass(frozen=True)
class Row:
    """A row; floor, peer and service are told in a unit of their own, and are text."""

    work: str
    target: Target
    measured: float | None
    spread: tuple[float, float] | None = None
    floor: str = ""
    peer: str = ""
    service: str = ""
    note: str = ""

    @property
    def verdict(self) -> str:
        """Say whether the goal is reached."""
        return self.target.verdict(self.measured)

    def as_json(self) -> dict[str, Any]:
        """Make what is kept."""
        return {**asdict(self), "verdict": self.verdict}


def pair_ratios(numerators: Times, denominators: Times) -> list[float]:
    """Divide what was measured side by side, pair by pair, so that a slow moment of the machine cancels."""
    return [upper / lower for upper, lower in zip(numerators, denominators, strict=True)]


def row_of(work: str, target: Target, figures: Times, **told: str) -> Row:
    """Make a row of figures: their median, and their spread from the least to the most."""
    return Row(work, target, median(figures), (min(figures), max(figures)), **told)


def percentile(times: Times, share: float) -> float:
    """Find the time within which that share of the requests was answered: the nearest rank, never interpolated."""
    ranked = sorted(times)
    return ranked[max(0, -int(-share * len(ranked) // 1) - 1)]


def milliseconds(times: Times) -> str:
    """Write the median of some times."""
    return f"{digits(median(times) * 1000)} ms"


def digits(figure: float) -> str:
    """Write three digits, and never an exponent."""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"


def against(times: Times, floor: Times) -> str:
    """Write the median of some times, and its ratio to the floor's."""
    return f"{milliseconds(times)} ({digits(median(pair_ratios(times, floor)))} x)"
