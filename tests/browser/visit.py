"""A visit to the service by a real browser, which remembers what went wrong on the way."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, Playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
QUIET: Final = (
    "--no-sandbox",  # the check may run as root, in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_BROWSER: Final = "There is no Chromium here: apt-get install chromium, or set CHROMIUM to the path of one"
INLINE: Final = ("data:", "blob:")
AXE: Final = Path(__file__).parents[2] / "app/api/pages/explore/node_modules/axe-core/axe.min.js"


def launch(playwright: Playwright) -> Browser:
    """Start the machine's own Chromium, which `CHROMIUM` may name."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RuntimeError(NO_BROWSER)
    return playwright.chromium.launch(executable_path=found, args=list(QUIET))


def grave_faults(page: Page) -> list[Any]:
    """Let axe look at the page as it is; list its serious and critical findings."""
    if not AXE.is_file():
        raise RuntimeError("axe-core is not installed: npm ci in app/api/pages/explore")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(told => told.violations)")
    return [
        (fault["id"], [node["html"][:120] for node in fault["nodes"]][:3])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


@dataclass
class Visit:
    """A tab, the service that it shows, and what went wrong."""

    page: Page
    service: str
    trouble: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page and wait until nothing more is loaded."""
        self.page.goto(self.service + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def watch(self) -> None:
        """Note errors, and requests to anybody else."""
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("console", lambda said: self._hear(said.type, said.text))
        self.page.on("request", lambda request: self._see(request.url))

    def _hear(self, kind: str, text: str) -> None:
        # A refusal that was asked for is no trouble, though the browser reports it as a resource that failed.
        if kind in ("error", "warning") and not re.search("status of (401|422)", text):
            self.trouble.append(f"{kind}: {text}")

    def _see(self, url: str) -> None:
        if not url.startswith((f"{self.service}/", *INLINE)):
            self.trouble.append(f"request to somebody else: {url}")


@contextmanager
def visit(browser: Browser, service: str, **how: Any) -> Iterator[Visit]:
    """Visit the service in a context of its own, and go without trouble."""
    context = browser.new_context(**how)
    try:
        visiting = Visit(context.new_page(), service)
        visiting.watch()
        yield visiting
        assert not visiting.trouble, "\n".join(visiting.trouble)
    finally:
        context.close()
