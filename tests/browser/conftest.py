"""One service and one Chromium for all visits."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from conformance.serving import service as started_service
from tests.browser.visit import launch


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
