"""Finds out whether a service speaks the collaboration contract.

    python -m conformance --url http://localhost:8000

Exit status: 0 all cases passed, 1 some did not, 2 nothing was run (no service there, no such case).
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

import httpx

from .loading import load_cases, load_rules, matching
from .model import Case
from .report import junit, summary
from .runner import Outcome, run

PASSED, FAILED, NOT_RUN = 0, 1, 2


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog=f"python -m {__package__}", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--url", help="where the service is, for instance http://localhost:8000")
    parser.add_argument("--api-key", help="sent as a bearer token with every request")
    parser.add_argument("--only", metavar="PATTERN", help="run the cases whose name or file has it, or of that rule")
    parser.add_argument("--list", action="store_true", help="name the cases and run none")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML there as well")
    parser.add_argument("--timeout", type=float, default=30.0, metavar="SECONDS", help="for one request (30)")
    return parser.parse_args(argv)


def client_for(url: str, api_key: str | None, seconds: float = 30.0) -> httpx.Client:
    """Make a client; it takes no proxy or credentials from the environment, since it measures one service."""
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    return httpx.Client(base_url=url, headers=headers, timeout=seconds, trust_env=False)


def list_cases(cases: list[Case]) -> None:
    """Name the cases with their rules and files."""
    for case in cases:
        print(f"{' '.join(case.rules):<12} {case.title}  [{case.file}]")


class Progress:
    """Shows how far a run has come: a counter on a terminal, a line for each tenth elsewhere."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.failed = total, 0, 0
        self.live = sys.stdout.isatty()

    def __call__(self, outcome: Outcome) -> None:
        """Take note of one outcome."""
        self.done += 1
        self.failed += not outcome.passed
        line = f"{self.done} of {self.total} cases, {self.failed} failed"
        if self.live:
            print(f"\r{line}", end="" if self.done < self.total else "\n", flush=True)
        elif self.done * 10 // self.total > (self.done - 1) * 10 // self.total:
            print(line, flush=True)


def unreachable(client: httpx.Client) -> str | None:
    """Say why no service answers, or None when one does, whatever it answers."""
    try:
        client.get("/readyz")
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        return f"no service answers at {client.base_url}: {problem}"
    return None


def main(argv: list[str] | None = None) -> int:
    """Run the command."""
    options = arguments(argv)
    cases = matching(load_cases(), options.only)
    if not cases:
        print(f"no case matches {options.only!r}; --list names them all", file=sys.stderr)
        return NOT_RUN
    if options.list:
        list_cases(cases)
        return PASSED
    if not options.url:
        print("--url is missing: where is the service?", file=sys.stderr)
        return NOT_RUN
    with client_for(options.url, options.api_key, options.timeout) as client:
        return run_against(client, cases, options.junit)


def run_against(client: httpx.Client, cases: list[Case], junit_file: Path | None) -> int:
    """Run the cases and print the report."""
    if problem := unreachable(client):
        print(problem, file=sys.stderr)
        return NOT_RUN
    report = run(cases, client, watch=Progress(len(cases)))
    print(summary(report, load_rules()))
    if junit_file is not None:
        junit_file.write_bytes(junit(report))
    return PASSED if report.passed else FAILED


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `--list | head` ends quietly
    sys.exit(main())
