"""One service and one Chromium for all visits, and the explorer opened there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from conformance.serving import service as started_service
from tests.browser.explorer import MISSION, SLIDER, Open, drop
from tests.browser.visit import Visit, launch, visit


@pytest.fixture(scope="session")
def service() -> Iterator[str]:
    """Run `python -m app` on a free port."""
    with started_service() as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the browser once."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Browser, service: str) -> Open:
    """Open the explorer with the mission of 47 events, at a place that a link names."""

    @contextmanager
    def opening(link: str = "", file: Any = MISSION, **how: Any) -> Iterator[tuple[Page, Visit]]:
        size = {"width": 1400, "height": 1000}
        with visit(chromium, service, **{"viewport": size, **how}) as visiting:
            page = visiting.go("/explore")
            drop(page, file)
            if link:
                page.evaluate("link => { location.hash = link }", link)
                at = re.findall(r"\bat=(\d+)", link)
                expect(page.locator(SLIDER)).to_have_attribute("aria-valuenow", at[0])
            yield page, visiting

    return opening
