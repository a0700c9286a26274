"""The pages of our own, and how all pages look: light and dark, wide and narrow."""

from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.visit import grave_faults, visit

pytestmark = pytest.mark.browser

OWN: Final = (
    "/",
    "/problems",
    "/problems/unknown-participant",
    "/problems/unknown-event-type",
    "/schemas",
    "/schemas/DriveIntentSet",
    "/schemas/Event",
    "/limits",
)
READERS: Final = ("/docs", "/redoc")
WIDTHS: Final = {"wide": 1280, "narrow": 360}
LEAST_CONTRAST: Final = {"own": 4.5, "reader": 3.0}
"""What WCAG asks of text at level AA; of large text where the page is not ours to draw."""
LOOKS: Final = (Path(__file__).parent / "looks.js").read_text("utf-8")


def looks(page: Page, least_contrast: float) -> Any:
    return page.evaluate(LOOKS.replace("LEAST", str(least_contrast)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", [*OWN, *READERS])
def test_a_page_is_readable_in_light_and_dark_wide_and_narrow(
    chromium: Browser, service: str, path: str, width: str, scheme: str
) -> None:
    size = {"width": WIDTHS[width], "height": 800}
    with visit(chromium, service, viewport=size, color_scheme=scheme) as visiting:
        page = visiting.go(path)
        page.locator("h1, h2.title").first.wait_for()
        seen = looks(page, LEAST_CONTRAST["own" if path in OWN else "reader"])
    assert seen["overhang"] == 0
    assert seen["pale"] == []
    assert seen["ground"] > 0.9 if scheme == "light" else seen["ground"] < 0.05


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_serious(chromium: Browser, service: str, width: str, scheme: str) -> None:
    size = {"width": WIDTHS[width], "height": 800}
    with visit(chromium, service, viewport=size, color_scheme=scheme, reduced_motion="reduce") as visiting:
        assert {path: grave_faults(visiting.go(path)) for path in OWN} == {path: [] for path in OWN}


FOCUSED: Final = """() => {
  const {activeElement: element} = document, style = getComputedStyle(element);
  const shows = style.boxShadow !== "none" || (style.outlineStyle !== "none" && style.outlineWidth !== "0px");
  return element === document.body ? null : [element.outerHTML.slice(0, 90), shows];
}"""


@pytest.mark.parametrize("path", OWN)
def test_the_tab_key_goes_through_a_page_and_shows_where_it_is(chromium: Browser, service: str, path: str) -> None:
    with visit(chromium, service) as visiting:
        page = visiting.go(path)
        reached = []
        for _ in range(page.locator("a, button, input, [tabindex], summary").count()):
            page.keyboard.press("Tab")
            reached.append(page.evaluate(FOCUSED))
    stops = [stop for stop in reached if stop is not None]
    assert len(stops) >= len(reached) - 1
    assert [element for element, shows in stops if not shows] == []


@pytest.mark.parametrize("path", OWN)
def test_our_pages_need_no_script(chromium: Browser, service: str, path: str) -> None:
    with visit(chromium, service, java_script_enabled=False) as visiting:
        page = visiting.go(path)
        assert page.locator("h1").count() == page.locator("main").count() == 1
        assert page.locator(".copy:visible").count() == page.locator(".filter:visible").count() == 0
        assert page.locator("html").get_attribute("lang") == "en"


def test_every_link_of_our_pages_leads_somewhere(chromium: Browser, service: str) -> None:
    with visit(chromium, service) as visiting:
        for start in OWN:
            page = visiting.go(start)
            for address in page.eval_on_selector_all("a", "links => links.map(link => link.href)"):
                assert address.startswith(f"{service}/"), address
                assert page.request.get(address).status == 200, address


def test_from_the_start_to_what_an_error_means(chromium: Browser, service: str) -> None:
    with visit(chromium, service) as visiting:
        page = visiting.go("/")
        page.get_by_role("link", name="Errors").first.click()
        page.get_by_role("searchbox").fill("never joined")
        assert page.locator(".group tbody tr:visible").count() == 1
        page.get_by_role("link", name="unknown-participant").click()
        assert page.get_by_role("heading", name="What to do").is_visible()
        page.get_by_role("link", name="Mission Collaboration Service").click()
        assert page.url == f"{service}/"


def test_the_commands_name_the_address_in_the_address_bar(chromium: Browser, service: str) -> None:
    with visit(chromium, service) as visiting:
        commands = visiting.go("/").locator(".command code[id]").all_inner_texts()
    assert len(commands) == 2
    assert all(command.startswith(f"curl -s {service.removeprefix('http://')}/") for command in commands)


def test_a_command_is_copied_by_its_button(chromium: Browser, service: str) -> None:
    with visit(chromium, service, permissions=["clipboard-read", "clipboard-write"]) as visiting:
        page = visiting.go("/")
        page.get_by_role("button", name="Copy command 1").press("Enter")
        page.get_by_text("Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == page.locator("#command-1").inner_text()


def test_an_opened_endpoint_is_a_few_screens_high_and_leads_back(chromium: Browser, service: str) -> None:
    with visit(chromium, service, viewport={"width": 1400, "height": 900}) as visiting:
        page = visiting.go("/docs#/Events/reduceEvents")
        page.locator(".opblock.is-open .responses-table").wait_for()
        opened = page.locator(".opblock.is-open").bounding_box()
        assert opened is not None
        assert opened["height"] <= 2_500
        page.get_by_role("link", name="Mission Collaboration Service").click()
        assert page.url == f"{service}/"
