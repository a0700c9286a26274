"""The locks agree: what is tried in one environment is what another one runs."""

import re

import pytest

from tests.docs.markdown import ROOT

LOCKS = ["server", "otel", "spark", "backend", "dev", "load", "mutants"]


def pins(lock: str) -> set[tuple[str, str]]:
    """Name and version of each requirement in a lock; a name has several where Pythons differ."""
    text = (ROOT / f"requirements/{lock}.txt").read_text("utf-8")
    return set(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]+])?==([^ ;]+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_package_has_the_release_that_the_tests_run_with(lock: str) -> None:
    tested = pins("test")
    names = {name for name, _ in tested}
    assert [(name, version) for name, version in pins(lock) - tested if name in names] == []
