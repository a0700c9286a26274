"""The table of a load run: throughput, percentiles, failures."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Outcome = tuple[int, list[dict[str, Any]]]
"""A scenario's exit status, and locust's figures of each kind of request."""
COLUMNS: Final = ("requests", "requests", "failures", "per second", "p50 ms", "p95 ms", "p99 ms", "worst ms")


def table(outcomes: Mapping[str, Outcome]) -> str:
    """Print a line for each kind of request."""
    lines = [COLUMNS, *(cells for _, entries in outcomes.values() for cells in _cells(entries))]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    text = [_line(line, widths) for line in lines]
    return "\n".join([text[0], "-" * len(text[0]), *text[1:]])


def failed(outcomes: Mapping[str, Outcome]) -> list[str]:
    """Name the scenarios in which something failed, or that sent nothing."""
    return [name for name, (status, entries) in outcomes.items() if status or not sent(entries) or failures(entries)]


def sent(entries: list[dict[str, Any]]) -> int:
    """Count the requests."""
    return sum(int(entry["num_requests"]) for entry in entries)


def failures(entries: list[dict[str, Any]]) -> int:
    """Count those that failed."""
    return sum(int(entry["num_failures"]) for entry in entries)


def percentile(counts: Mapping[str, int], share: float) -> float:
    """Find a percentile in locust's table of rounded milliseconds and how often each was seen: the nearest rank."""
    ranked = sorted((float(milliseconds), number) for milliseconds, number in counts.items())
    wanted, passed = share * sum(number for _, number in ranked), 0
    for milliseconds, number in ranked:
        passed += number
        if passed >= wanted:
            return milliseconds
    return 0.0


def _cells(entries: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    seconds = _seconds(entries)
    for entry in entries:
        ranks = (f"{percentile(entry['response_times'], share):,.0f}" for share in (0.5, 0.95, 0.99))
        counts = (f"{entry['num_requests']:,}", f"{entry['num_failures']:,}", f"{entry['num_requests'] / seconds:,.1f}")
        yield (str(entry["name"]), *counts, *ranks, f"{entry['max_response_time']:,.0f}")


def _seconds(entries: list[dict[str, Any]]) -> float:
    """Return how long a scenario ran, in seconds: from its start to the last answer of any kind."""
    last = max((float(entry["last_request_timestamp"]) for entry in entries), default=0.0)
    return max(0.001, last - min((float(entry["start_time"]) for entry in entries), default=0.0))


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    first, *others = cells
    return "  ".join(
        [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
    )
