"""How a history comes into the explorer and leaves it: files, pasted text, stories, links, one saved page."""

import gzip
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from conformance.serving import service as started_service
from tests.browser.explorer import MISSION, SLIDER, Open, card, drop, events, expect_in_state, payload
from tests.browser.visit import visit


@pytest.mark.parametrize("kind", ["list", "request", "lines", "gzip"])
def test_a_file_is_shown_however_it_holds_its_events(opened: Open, kind: str) -> None:
    content = {
        "list": json.dumps(events()).encode(),
        "request": json.dumps({"events": events(), "mission_id": "billing-export"}).encode(),
        "lines": MISSION.read_bytes(),
        "gzip": gzip.compress(MISSION.read_bytes()),
    }[kind]
    with opened(file=payload("events", content)) as (page, _):
        assert page.locator("h1").inner_text() == "billing-export"
        assert page.locator(SLIDER).get_attribute("aria-valuemax") == "47"
        assert page.locator(".names .lane b").all_inner_texts() == [
            *("Mission", "Mira", "Quill", "Jon", "Noor", "Never joined", "Not folded")
        ]


def test_what_is_no_file_of_events_is_told_so(chromium: Browser, service: str) -> None:
    with visit(chromium, service) as visiting:
        page = visiting.go("/explore")
        page.set_input_files("#file", payload("rooms.json", b'{"rooms": []}'))
        expect(page.get_by_role("alert")).to_contain_text("no events in it")
        drop(page, MISSION)
        assert page.get_by_role("alert").count() == 0


def test_events_can_be_pasted(chromium: Browser, service: str) -> None:
    with visit(chromium, service) as visiting:
        page = visiting.go("/explore")
        page.get_by_role("button", name="Paste events").click()
        page.get_by_label("Events", exact=True).fill(MISSION.read_text("utf-8"))
        page.get_by_role("button", name="Show them").click()
        page.wait_for_selector(SLIDER)


def test_a_file_is_opened_at_the_place_that_the_address_names(chromium: Browser, service: str) -> None:
    with visit(chromium, service) as visiting:
        page = visiting.go("/explore#at=12&q=quill")
        drop(page, MISSION)
        expect(page.locator(SLIDER)).to_have_attribute("aria-valuenow", "12")
        assert page.get_by_label("Search").input_value() == "quill"


def test_a_link_leads_to_position_entry_filter_and_view(opened: Open) -> None:
    with opened("at=22&entry=/active_drivers/p-quill&q=wp02&who=p-quill&view=table&axis=order") as (page, _):
        assert page.locator(SLIDER).get_attribute("aria-valuenow") == "22"
        assert page.locator(".row.asked").count() == 1
        assert page.get_by_label("Search").input_value() == "wp02"
        rows = page.get_by_label("Events as a table").locator("tbody tr").all_inner_texts()
        assert [row.split("\t")[0] for row in rows] == ["15", "16"]
        page.get_by_role("button", name="Picture").click()
        expect(page).to_have_url(re.compile("#at=22&(?!.*view=)"))


def test_every_story_is_shown_from_its_link(chromium: Browser, service: str) -> None:
    with visit(chromium, service) as visiting:
        stories = visiting.page.request.get(f"{service}/stories").json()["stories"]
        for story in stories:
            page = visiting.go(f"/explore#story={story['name']}&at=3")
            page.reload()
            page.wait_for_selector(SLIDER)
            assert page.locator(SLIDER).get_attribute("aria-valuenow") == "3"


def test_a_history_is_saved_as_one_file_that_needs_no_service(chromium: Browser, opened: Open, tmp_path: Path) -> None:
    saved = {}
    for texts in (True, False):
        with opened("at=22") as (page, _):
            page.get_by_role("button", name="Save as one file").click()
            assert "names and texts" in page.get_by_role("dialog").inner_text()
            page.get_by_label("Leave out the texts").set_checked(not texts)
            with page.expect_download() as download:
                page.get_by_role("button", name="Save", exact=True).click()
            saved[texts] = tmp_path / f"{texts}-{download.value.suggested_filename}"
            download.value.save_as(saved[texts])
    assert "header row" in saved[True].read_text("utf-8")
    assert "header row" not in saved[False].read_text("utf-8")
    for path in saved.values():
        with visit(chromium, f"file://{tmp_path}") as visiting:
            page = visiting.go(f"/{path.name}#at=22")
            page.wait_for_selector(SLIDER)
            assert "Quill stops driving" in card(page)
            expect_in_state(page, r"drives\s+yes\s+removed")


def test_the_explorer_asks_for_the_key_that_it_sends(chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "a-key-for-this-one-test"
    monkeypatch.setenv("COLLAB_API_KEYS", key)
    monkeypatch.setenv("COLLAB_OPEN_PAGES", "docs")
    with started_service() as address, visit(chromium, address) as visiting:
        page = visiting.go("/explore")
        page.set_input_files("#file", MISSION)
        page.get_by_label("needs an API key").fill(key)
        page.get_by_role("button", name="Use it").click()
        page.wait_for_selector(SLIDER)


def test_the_explorer_works_below_the_prefix_of_a_proxy(chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLAB_ROOT_PATH", "/tools/missions")
    with started_service() as address, visit(chromium, f"{address}/tools/missions") as visiting:
        page = visiting.go("/explore")
        page.get_by_role("listitem").filter(has_text="A morning with five faults").get_by_role("link").click()
        page.wait_for_selector(SLIDER)
