"""What the tests read out of a Markdown file: code blocks, table rows, links and headings."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
README, COMPATIBILITY, CHANGELOG = (ROOT / f"{name}.md" for name in ("README", "COMPATIBILITY", "CHANGELOG"))
ROOMS = (".", "docs", "conformance", "tests/clients")
"""The folders in which documents stand."""
PAGES = sorted(page for room in ROOMS for page in (ROOT / room).glob("*.md"))

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")


class Block(NamedTuple):
    """A fenced block."""

    language: str
    text: str


def blocks(path: Path) -> list[Block]:
    return [Block(*found.groups()) for found in _BLOCK.finditer(path.read_text("utf-8"))]


def prose(path: Path) -> str:
    """Read a file without its fenced blocks."""
    return _BLOCK.sub("", path.read_text("utf-8"))


def section(path: Path, heading: str) -> str:
    """Read what stands under a heading, up to the next one of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    text = prose(path)
    start = re.search(rf"^{re.escape(heading)}$", text, re.MULTILINE)
    assert start, f"{path.name} has no heading {heading!r}"
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{level}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> list[list[str]]:
    """List the rows of the tables in a text, without their heads, each as its cells."""
    cells = [
        [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    rules = [place for place, row in enumerate(cells) if set("".join(row)) <= set("-| :")]
    heads = {place - 1 for place in rules} | set(rules)
    return [row for place, row in enumerate(cells) if place not in heads]


def coded(text: str) -> list[str]:
    """List what stands in backticks."""
    return _CODE.findall(text)


def links(path: Path) -> list[str]:
    return _LINK.findall(prose(path))


def anchors(path: Path) -> list[str]:
    """List the anchors of a file's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
