"""The page that shows a history, in a real browser: what people see and do there."""

import json
import re

from playwright.sync_api import Browser, expect

from tests.browser.explorer import SLIDER, Open, card, events, expect_in_state, payload
from tests.browser.visit import visit


def test_one_slider_covers_all_positions_by_keys(opened: Open) -> None:
    with opened() as (page, _):
        slider = page.locator(SLIDER)
        assert slider.count() == 1
        slider.focus()
        for key, position in [
            ("Home", 1), ("ArrowRight", 2), ("PageUp", 12), ("PageUp", 22), ("ArrowLeft", 21), ("PageDown", 11),
            ("End", 47), ("ArrowRight", 47), ("ArrowDown", 46), ("ArrowUp", 47),
        ]:  # fmt: skip
            page.keyboard.press(key)
            expect(slider).to_have_attribute("aria-valuenow", str(position))
        assert slider.get_attribute("aria-valuetext") == "Event 47 of 47, 15:45:20: Noor ends S13: success"


def test_why_an_agent_no_longer_drives(opened: Open) -> None:
    with opened("at=21") as (page, _):
        expect_in_state(page, r"Quill.*?drives\s+yes\s+#10")
        page.get_by_role("button", name="Next event").click()
        expect(page.locator(".row.removed")).to_contain_text("drives")
        page.locator(".row.removed .entry").click()
        touches = page.get_by_label("Events that touched it, the last one first")
        assert touches.get_by_role("listitem").all_inner_texts() == [
            "#22\nQuill stops driving\nremoved",
            "#10\nQuill starts to drive\nadded: yes",
        ]
        assert page.locator(".rings circle").count() == 2
        touches.get_by_role("button", name="#10").click()
        expect(page.locator(SLIDER)).to_have_attribute("aria-valuenow", "10")
        assert "01KJQ7W0D2M4E6X8ZA0B00000A" in card(page)


def test_why_nobody_drives_at_half_past_ten(chromium: Browser, service: str) -> None:
    with visit(chromium, service, viewport={"width": 1400, "height": 1000}) as visiting:
        page = visiting.go("/explore#story=morning")
        page.wait_for_selector(SLIDER)
        ada = page.locator(".row.nolonger").filter(has=page.get_by_role("button", name=re.compile("Ada leaves")))
        ada.get_by_role("button", name=re.compile("drives")).click()
        touches = page.get_by_label("Events that touched it, the last one first").get_by_role("listitem")
        assert "Ada leaves\nremoved" in touches.first.inner_text()
        touches.first.get_by_role("button").click()
        assert "It rewrote history" in card(page)


def test_an_event_is_chosen_by_its_mark_and_tells_its_id_cause_and_changes(opened: Open) -> None:
    with opened() as (page, _):
        page.get_by_role("button", name=re.compile("Event 27: Quill stops driving, redundant")).click()
        told = card(page)
        assert "01KJQ7W0D2M4E6X8ZA0B00000V" in told
        assert "the state was so already, since #22" in told
        page.get_by_role("button", name=re.compile("Event 22: .* arrived 12 events late")).click()
        told = card(page)
        assert "/active_drivers/p-quill" in told
        assert "arrived 12 events late, behind #34" in told
        page.get_by_text("JSON of the event").click()
        assert '"intent": "inactive"' in card(page)


def test_events_are_walked_through_with_the_keyboard_alone(opened: Open) -> None:
    with opened("at=15") as (page, _):
        page.get_by_role("button", name=re.compile("^Event 15:")).focus()
        page.keyboard.press("ArrowRight")
        assert "Event 21" in str(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        page.keyboard.press("ArrowUp")
        assert "Mira" in str(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        page.keyboard.press("Enter")
        assert page.locator(SLIDER).get_attribute("aria-valuenow") != "15"
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "slider"
        page.keyboard.press("n")
        expect(page.locator(SLIDER)).to_have_attribute("aria-valuenow", "17")


def test_the_table_has_the_same_events_beside_the_picture(opened: Open) -> None:
    with opened() as (page, _):
        table = page.get_by_role("table")
        assert table.get_attribute("aria-rowcount") == "50"
        assert "anomaly: unknown-participant" in table.inner_text()


def test_long_names_that_differ_at_their_end_can_be_told_apart(opened: Open) -> None:
    names = [f"Colleague from the northern office {number:02}" for number in range(2)]
    joined = next(event for event in events() if event["event_type"] == "ParticipantJoined")
    identities = [{"participant_id": name, "participant_type": "human", "display_name": name} for name in names]
    batch = [
        {
            **joined,
            "event_id": f"01KJQ7W0D2M4E6X8ZA0Z0000{number:02}",
            "payload": {"mission_id": "m1", "participant_id": names[number], "participant_identity": identity},
        }
        for number, identity in enumerate(identities)
    ]
    with opened(file=payload("names.json", json.dumps(batch).encode())) as (page, _):
        shown = page.locator(".names .lane b.long")
        assert shown.evaluate_all("found => found.map(name => name.textContent)") == names
        column = page.locator(".names").bounding_box()
        assert column is not None
        for number in range(2):
            end = shown.nth(number).locator("span").last
            box = end.bounding_box()
            assert box is not None
            assert end.text_content() == f"e {number:02}"
            assert box["x"] + box["width"] <= column["x"] + column["width"]


def test_playing_moves_on_and_stops_at_the_end(opened: Open) -> None:
    with opened("at=40") as (page, _):
        page.get_by_label("Speed").select_option("20")
        page.get_by_role("button", name="Play").click()
        expect(page.locator(SLIDER)).to_have_attribute("aria-valuenow", "47")
        expect(page.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "false")


def test_strict_mode_shows_where_the_fold_stops(opened: Open) -> None:
    with opened() as (page, _):
        page.get_by_label("Mode").select_option("strict")
        expect(page.locator(".stop text")).to_have_text("strict stops here")
        page.get_by_role("button", name=re.compile("^Event 17: .*refused: unknown-participant")).click()
        assert "Strict mode stops here" in card(page)
        assert page.get_by_role("button", name=re.compile("not reached")).count() > 10
