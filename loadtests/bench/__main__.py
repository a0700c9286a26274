"""Measures the service against the floor and the peer, side by side, and prints the table.

    python -m loadtests.bench [--short] [--json FILE] [--only ROW]

No figure fails a run: the exit status is 1 only for a wrong answer, or when nothing was measured.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from loadtests.bench import (
    admitting,
    alike,
    explaining,
    growth,
    holding,
    one_by_one,
    report,
    starting,
    under_load,
    waiting,
)
from loadtests.bench.machine import machine
from loadtests.bench.plan import FULL, SHORT, Plan
from loadtests.bench.rows import Row
from loadtests.bench.wire import WrongAnswerError

MEASURES: Final[dict[str, Callable[[Plan], Iterator[Row]]]] = {
    "reduce-batch": one_by_one.reduce_batch,
    "reduce-few": one_by_one.reduce_few,
    "few-alike": alike.few_alike,
    "sixteen": under_load.sixteen,
    "validate": one_by_one.validate_batch,
    "python": one_by_one.python_function,
    "admit": admitting.admitting,
    "admit-batch": admitting.admitting_at_once,
    "ageing": admitting.ageing,
    "missions": admitting.missions,
    "explain": explaining.explaining,
    "growth": growth.growth,
    "workers": under_load.two_workers,
    "ordered": holding.ordered_stream,
    "ordered-alike": alike.ordered_alike,
    "waiting": waiting.waiting,
    "start": starting.starting,
}


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--short", action="store_true", help="fewer streams and rounds, smaller inputs: some three minutes"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures there as well")
    names = ", ".join(MEASURES)
    parser.add_argument("--only", metavar="ROW", action="append", choices=list(MEASURES), help=f"one of {names}")
    return parser.parse_args(argv)


def measured(plan: Plan, names: list[str]) -> Iterator[Row]:
    """Measure row by row; what takes long is named while it runs."""
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        yield from MEASURES[name](plan)


def main(argv: list[str] | None = None) -> int:
    """Run the command."""
    options = arguments(argv)
    begun, known = time.perf_counter(), machine()
    rows: list[Row] = []
    failure = ""
    try:
        for row in measured(SHORT if options.short else FULL, options.only or list(MEASURES)):
            rows.append(row)  # noqa: PERF402 # what was measured before a wrong answer is printed too
    except (OSError, WrongAnswerError) as problem:
        failure = f"Wrong answer: {problem}"
    seconds = time.perf_counter() - begun
    print(f"{report.facts(known)}\n\n{report.table(rows)}\n\nTook {seconds:.0f} s.")
    if options.json:
        options.json.write_text(json.dumps(report.kept(known, rows, seconds), indent=2) + "\n")
    print(failure, end="\n" if failure else "", file=sys.stderr)
    return 1 if failure else 0


if __name__ == "__main__":
    raise SystemExit(main())
