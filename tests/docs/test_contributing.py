"""CONTRIBUTING.md names every command of the Makefile."""

import re

from tests.docs.markdown import ROOT, blocks, coded, prose, rows, section

CONTRIBUTING = ROOT / "CONTRIBUTING.md"


def test_it_speaks_of_all_targets_of_make_and_no_others() -> None:
    targets = set(re.findall(r"^\.PHONY: ([\w-]+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    code = "\n".join(
        [*coded(prose(CONTRIBUTING)), *(block.text for block in blocks(CONTRIBUTING) if block.language == "bash")]
    )
    targets -= {"python", "test-library"}  # steps of others
    assert set(re.findall(r"^make ([\w-]+)", code, re.MULTILINE)) == targets


def test_it_lists_what_ci_checks_in_its_order() -> None:
    [row] = [row for row in rows(section(CONTRIBUTING, "## Commands")) if row[0] == "`make check`"]
    assert coded(row[1]) == re.findall(r"\bmake ([\w-]+)", (ROOT / ".ci/run").read_text("utf-8"))
