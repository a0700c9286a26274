"""Every link of every document leads somewhere, and every document can be reached from the README."""

from pathlib import Path

import pytest

from tests.docs.markdown import PAGES, README, ROOT, anchors, links

FOREIGN = ("https://", "http://localhost:")


def target(page: Path, link: str) -> Path:
    return (page.parent / link.partition("#")[0]).resolve() if not link.startswith("#") else page


def inner_links(page: Path) -> list[str]:
    return [link for link in links(page) if not link.startswith(FOREIGN)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for link in inner_links(page):
        found = target(page, link)
        assert found.exists(), link
        assert found.is_relative_to(ROOT), link
        anchor = link.partition("#")[2]
        assert not anchor or anchors(found).count(anchor) == 1, link


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, ahead = {README}, [README]
    while ahead:
        page = ahead.pop()
        new = {target(page, link) for link in inner_links(page)} & set(PAGES) - reached
        reached |= new
        ahead += new
    assert reached == set(PAGES)
