"""The README is short, and its commands answer what it prints."""

import re
import shutil
from collections.abc import Iterator

import pytest

from conformance.serving import service as started_service
from tests.docs import curl
from tests.docs.markdown import README, blocks
from tests.docs.printed import Call, address_of, calls, is_as_printed

MOST_LINES = 150


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with started_service() as address:
        yield address


@pytest.mark.parametrize("call", calls(README), ids=address_of)
def test_a_command_answers_as_printed(call: Call, service: str) -> None:
    text, answer = call
    came = curl.send(curl.parse(text), service)
    assert is_as_printed(answer, came), came


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
@pytest.mark.parametrize("call", calls(README), ids=address_of)
def test_curl_itself_prints_the_same(call: Call, service: str) -> None:
    text, answer = call
    came = curl.run(curl.parse(text), service)
    assert is_as_printed(answer, came), came


def test_every_command_has_its_place_in_the_test() -> None:
    shell = [block.text for block in blocks(README) if block.language == "bash"]
    assert {text for text in shell if "curl" in text} == {text for text, _ in calls(README)}


def test_it_fits_on_two_screens() -> None:
    assert README.read_text("utf-8").count("\n") <= MOST_LINES


def test_it_begins_with_the_two_commands() -> None:
    commands = re.findall(r"^make \w+", README.read_text("utf-8"), re.MULTILINE)
    assert commands == ["make serve", "make test"]
