"""Commands that a document prints, each with the answer printed below it."""

import json
from itertools import pairwise
from pathlib import Path

from tests.docs import curl
from tests.docs.elision import is_like
from tests.docs.markdown import Block, blocks

Call = tuple[str, Block]


def calls(page: Path) -> list[Call]:
    """List the `curl` commands of a page with what stands below each."""
    return [(block.text, answer) for block, answer in pairwise(blocks(page)) if block.text.startswith("curl")]


def scripts(page: Path) -> list[Call]:
    """List the Python programs of a page with what stands below each."""
    return [(block.text, answer) for block, answer in pairwise(blocks(page)) if block.language == "python"]


def is_as_printed(answer: Block, came: str) -> bool:
    """Whether an answer is the printed one, but for what the page leaves out."""
    if answer.language == "text":
        return is_like(answer.text, came)
    assert answer.language == "json"
    return is_like(json.loads(answer.text), json.loads(came))


def address_of(call: Call) -> str:
    """Name a command by what it asks."""
    command = curl.parse(call[0])
    return command.url + (command.data or "")[:60]
