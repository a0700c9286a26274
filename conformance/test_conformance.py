"""The kit as pytest tests."""

from __future__ import annotations

import httpx
import pytest

from .loading import load_cases, load_rules
from .model import Case
from .report import failure_text
from .runner import run_case


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.title)
def test_the_service_keeps_the_contract(case: Case, client: httpx.Client) -> None:
    """Run one case."""
    outcome = run_case(case, client)
    if not outcome.passed:
        pytest.fail(failure_text(outcome, load_rules()), pytrace=False)
