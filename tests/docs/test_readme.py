"""The README is short, and begins with what one does first."""

import re

from tests.docs.markdown import README

MOST_LINES = 150


def test_it_fits_on_two_screens() -> None:
    assert README.read_text("utf-8").count("\n") <= MOST_LINES


def test_it_begins_with_the_two_commands() -> None:
    commands = re.findall(r"^make \w+", README.read_text("utf-8"), re.MULTILINE)
    assert commands == ["make serve", "make test"]
