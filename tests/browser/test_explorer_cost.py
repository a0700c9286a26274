"""What ten thousand events cost the explorer: to load, and to follow the slider."""

import json
from typing import Final

from playwright.sync_api import Page, expect

from tests.browser.explorer import SLIDER, Open, drop, payload
from tests.support.mix import benchmark_mix

MANY: Final = 10_000
LOAD_MS: Final = 3_000
STEP_MS: Final = 100


def test_ten_thousand_events_load_and_the_slider_follows(opened: Open) -> None:
    batch = json.dumps(benchmark_mix(MANY)).encode()
    with opened() as (page, _):
        page.get_by_role("button", name="Open another").click()
        clock = Clock(page)
        drop(page, payload("many.json", batch))
        assert page.locator(SLIDER).get_attribute("aria-valuemax") == str(MANY)
        assert clock.spent() < LOAD_MS
        page.locator(SLIDER).focus()
        for _step in range(20):
            page.keyboard.press("PageDown")
        expect(page.locator(SLIDER)).to_have_attribute("aria-valuenow", str(MANY - 200))
        assert clock.spent() < 20 * STEP_MS
        assert page.locator("svg.lanes *").count() < 5_000


class Clock:
    """The processor's time of the page's own thread: what other processes do meanwhile does not count."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._last = self._now()

    def spent(self) -> float:
        """Return the milliseconds of work since the last call."""
        before, self._last = self._last, self._now()
        return self._last - before

    def _now(self) -> float:
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))
