"""The guide's commands answer as it prints, and its backend is the one that is tested."""

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest

from conformance.serving import service as started_service
from tests.docs import curl
from tests.docs.elision import is_like
from tests.docs.example import BACKEND, GUIDE
from tests.docs.markdown import Block, blocks

CALLS = [pair for pair in pairwise(blocks(GUIDE)) if pair[0].language == "bash"]


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with started_service() as address:
        yield address


@pytest.mark.parametrize("call", CALLS, ids=lambda call: curl.parse(call[0].text).url)
def test_a_command_answers_as_printed(call: tuple[Block, Block], service: str) -> None:
    command, answer = call
    came = curl.send(curl.parse(command.text), service)
    assert is_like(json.loads(answer.text), json.loads(came)), came


def test_the_backend_that_is_shown_is_the_one_that_is_tested() -> None:
    assert [block.text for block in blocks(GUIDE) if block.language == "python"] == [BACKEND.read_text("utf-8")]
