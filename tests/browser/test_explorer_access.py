"""The explorer for people who read with a screen reader, without motion, or in colours of their own."""

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.explorer import SLIDER, Open
from tests.browser.visit import grave_faults, visit


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_axe_finds_nothing_serious(chromium: Browser, service: str, width: int, scheme: str) -> None:
    how = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "reduced_motion": "reduce"}
    with visit(chromium, service, **how) as visiting:
        page = visiting.go("/explore#at=20&entry=/active_drivers/p-ada")
        assert grave_faults(page) == []
        page.get_by_role("link", name=re.compile("A morning with five faults")).click()
        page.wait_for_selector(SLIDER)
        for view in ("Picture", "Table"):
            page.get_by_role("button", name=view, exact=True).click()
            assert grave_faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name="Save as one file").click()
        assert grave_faults(page) == []


def test_reduced_motion_is_respected(opened: Open) -> None:
    with opened("at=22", reduced_motion="reduce") as (page, _):
        assert page.locator(".row.removed").evaluate("row => getComputedStyle(row).animationDuration") == "0s"


def test_forced_colours_leave_marks_and_focus_visible(opened: Open) -> None:
    with opened("at=22", forced_colors="active") as (page, _):
        colours = page.locator(".ev .g").first.evaluate(
            "mark => [getComputedStyle(mark).fill, getComputedStyle(document.body).backgroundColor]"
        )
        assert colours[0] != colours[1]
