"""The commands of the README and of docs/endpoints.md answer what these pages print."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.serving import service as started_service
from tests.docs import curl
from tests.docs.markdown import README, ROOT, blocks
from tests.docs.printed import Call, address_of, calls, is_as_printed

PAGES = (README, ROOT / "docs/endpoints.md")
CALLS = [call for page in PAGES for call in calls(page)]


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with started_service() as address:
        yield address


@pytest.mark.parametrize("call", CALLS, ids=address_of)
def test_a_command_answers_as_printed(call: Call, service: str) -> None:
    text, answer = call
    came = curl.send(curl.parse(text), service)
    assert is_as_printed(answer, came), came


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
@pytest.mark.parametrize("call", CALLS, ids=address_of)
def test_curl_itself_prints_the_same(call: Call, service: str) -> None:
    text, answer = call
    came = curl.run(curl.parse(text), service)
    assert is_as_printed(answer, came), came


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_has_its_place_in_the_test(page: Path) -> None:
    shell = [block.text for block in blocks(page) if block.language == "bash"]
    assert {text for text in shell if "curl" in text} == {text for text, _ in calls(page)}
