"""The kit is itself proved: it passes the service, and finds out every deliberately wrong variant of it."""

from collections import Counter

import pytest

from conformance import Case, Report, load_cases, load_rules, run
from conformance.asgi import Application, in_process
from conformance.report import failure_text

from .wrong.everything import VARIANTS
from .wrong.variant import Variant, service

CASES = load_cases()
RULES = load_rules()
MANY = 99


def judged(app: Application, cases: list[Case]) -> Report:
    """Run cases until one fails."""
    with in_process(app) as client:
        return run(cases, client, fail_fast=True)


def explained(report: Report) -> str:
    return "\n".join(failure_text(outcome, RULES) for outcome in report.failures)


def by_relevance(rule: str) -> list[Case]:
    """Give the whole kit, the cases of one rule first, and of these the ones that prove little else."""

    def distance(case: Case) -> tuple[int, int]:
        return (case.rules.index(rule), len(case.rules)) if rule in case.rules else (MANY, MANY)

    return sorted(CASES, key=distance)


def test_the_service_passes_the_whole_kit() -> None:
    report = judged(service(), CASES)

    assert explained(report) == ""
    assert len(report.outcomes) == len(CASES)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_wrong_implementation_is_found_out(variant: Variant) -> None:
    with variant.service() as app:
        report = judged(app, by_relevance(variant.rule))

    assert [outcome.case.title for outcome in report.failures] == [variant.caught_by], explained(report)
    where, expected, got = variant.shows
    assert f" {where}\n          expected {expected}" in explained(report)
    assert f"\n          got      {got}" in explained(report)


def test_every_wrong_implementation_has_a_name_and_a_rule_of_the_kit() -> None:
    assert [name for name, count in Counter(variant.name for variant in VARIANTS).items() if count > 1] == []
    assert {variant.rule for variant in VARIANTS} <= {rule["id"] for rule in RULES}
