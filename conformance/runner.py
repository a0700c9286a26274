"""The core of the kit: sends the steps of each case and collects what is wrong.

A case ends in one of three ways:

    passed    every check of every step holds
    failed    an answer came and is not what the contract says
    errored   no answer came (connection refused, dropped, timed out)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import httpx

from .model import Answer, Case, Client, Difference, Memory, Step


@dataclass(frozen=True)
class FailedStep:
    """A step whose answer is not what the contract says."""

    label: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Outcome:
    """How one case went."""

    case: Case
    seconds: float
    failed_steps: tuple[FailedStep, ...] = ()
    error: str | None = None

    @property
    def passed(self) -> bool:
        """Whether everything held."""
        return not self.failed_steps and self.error is None


@dataclass
class Report:
    """How all cases went."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def failures(self) -> list[Outcome]:
        """Give the cases that did not pass."""
        return [outcome for outcome in self.outcomes if not outcome.passed]

    @property
    def passed(self) -> bool:
        """Whether every case passed."""
        return not self.failures

    @property
    def seconds(self) -> float:
        """Give the time that all cases took together."""
        return sum(outcome.seconds for outcome in self.outcomes)


def run(
    cases: Iterable[Case], client: Client, *, watch: Callable[[Outcome], object] | None = None, fail_fast: bool = False
) -> Report:
    """Run cases against a service; `watch` is told of each outcome as it comes."""
    report = Report()
    for case in cases:
        outcome = run_case(case, client)
        report.outcomes.append(outcome)
        if watch is not None:
            watch(outcome)
        if fail_fast and not outcome.passed:
            break
    return report


def run_case(case: Case, client: Client) -> Outcome:
    """Run one case, all steps of it: a later difference often explains an earlier one."""
    started, memory, failed = time.perf_counter(), Memory(), []
    error = None
    try:
        for step in case.steps:
            answer = send(step, client, memory)
            found = tuple(difference for check in step.checks for difference in check(answer, memory))
            memory.answers.append(answer)
            if found:
                failed.append(FailedStep(step.label, found))
    except httpx.HTTPError as problem:
        error = f"{step.label}: no answer ({type(problem).__name__}: {problem})"
    return Outcome(case, time.perf_counter() - started, tuple(failed), error)


def send(step: Step, client: Client, memory: Memory) -> Answer:
    """Send the request of one step and remember what later steps want of the answer."""
    content = step.body(memory) if step.body else None
    headers = {"Content-Type": "application/json"} if content else {}
    headers.update(step.headers(memory) if step.headers else {})
    response = client.request(step.method, step.path, content=content or None, headers=headers)
    answer = Answer(response.status_code, response.headers, response.content)
    if step.save:
        memory.saved.update(step.save(answer))
    return answer
