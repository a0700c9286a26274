"""The guide shows the code that is tested, at the length that it says."""

import re

import pytest

from docs.examples.sessions import Sessions
from tests.docs.markdown import ROOT, blocks

GUIDE = ROOT / "docs/guide.md"
SOURCES = {
    "python": [*(ROOT / "docs/examples/backend").glob("*.py"), ROOT / "docs/examples/sessions.py"],
    "ts": [*(ROOT / "tests/clients/typescript").glob("*.ts")],
}
LONGEST_BACKEND, LONGEST_CORE = 500, 150


@pytest.mark.parametrize("block", [block for block in blocks(GUIDE) if block.language in SOURCES])
def test_the_code_that_is_shown_is_the_code_that_is_tested(block: tuple[str, str]) -> None:
    language, text = block
    assert any(text in path.read_text("utf-8") for path in SOURCES[language])


def test_the_backend_is_as_short_as_the_guide_says() -> None:
    lengths = {path.name: code_lines(path.read_text("utf-8")) for path in SOURCES["python"]}
    assert lengths["intake.py"] <= LONGEST_CORE
    assert sum(lengths.values()) - lengths["sessions.py"] <= LONGEST_BACKEND
    assert f"{LONGEST_BACKEND} lines of Python" in GUIDE.read_text("utf-8")


def code_lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


def test_every_example_of_the_guide_is_used_in_it() -> None:
    used = set(re.findall(r"docs/examples/guide/([\w.-]+)", GUIDE.read_text("utf-8")))
    assert used == {path.name for path in (ROOT / "docs/examples/guide").iterdir()}


def test_a_participant_leaves_with_the_last_of_their_tabs() -> None:
    sessions = Sessions()
    assert sessions.open("m1", "p-ben", "tab-1")
    assert not sessions.open("m1", "p-ben", "tab-2")
    assert sessions.open("m1", "p-ada", "tab-1")
    assert not sessions.close("m1", "p-ben", "tab-1")
    assert not sessions.close("m1", "p-ben", "tab-1")  # told twice
    assert sessions.close("m1", "p-ben", "tab-2")
    assert sessions.open("m1", "p-ben", "tab-3")
