"""The page that shows a history, in a real browser: what people see, do and find there."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from conformance.serving import service as started_service
from tests.browser.visit import Visit, grave_faults, visit
from tests.support.mix import benchmark_mix

EXPLORER: Final = Path(__file__).parents[2] / "app" / "api" / "pages" / "explore"
MISSION: Final = EXPLORER / "test" / "mission.ndjson"
SLIDER: Final = "[role=slider]"
Open = Callable[..., AbstractContextManager[tuple[Page, Visit]]]


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


def drop(page: Page, file: Any) -> None:
    page.set_input_files("#file", file)
    page.wait_for_selector(SLIDER)


def payload(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def events() -> list[dict[str, Any]]:
    return [json.loads(line) for line in MISSION.read_text("utf-8").splitlines()]


def card(page: Page) -> str:
    return page.get_by_label("Event", exact=True).inner_text()


def expect_in_state(page: Page, pattern: str) -> None:
    """Wait for it: rows far from the screen are laid out only once they come near."""
    state = page.get_by_label("State", exact=True)
    expect(state).to_contain_text(re.compile(pattern, re.DOTALL), use_inner_text=True)


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


def test_a_link_leads_to_position_entry_filter_and_view(opened: Open) -> None:
    with opened("at=22&entry=/active_drivers/p-quill&q=wp02&who=p-quill&view=table&axis=order") as (page, _):
        assert page.locator(SLIDER).get_attribute("aria-valuenow") == "22"
        assert page.locator(".row.asked").count() == 1
        assert page.get_by_label("Search").input_value() == "wp02"
        rows = page.get_by_label("Events as a table").locator("tbody tr").all_inner_texts()
        assert [row.split("\t")[0] for row in rows] == ["15", "16"]
        page.get_by_role("button", name="Picture").click()
        expect(page).to_have_url(re.compile("#at=22&(?!.*view=)"))


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


FAULTS: Final = {
    "a stranger": ("Never joined", "anomaly: unknown-participant"),
    "a late leave": ("late", "anomaly: departed-participant"),
    "a conflicting duplicate": ("conflicting-duplicate", "anomaly: conflicting-duplicate"),
    "a step never started": ("unmatched-completion", "anomaly: unmatched-completion"),
    "two drivers and no warning": ("no warning", "overlap, no warning"),
}


def faulty(fault: str) -> list[dict[str, Any]]:
    """Plant one fault in a sound history: the first events of the mission, without their own stranger."""
    sound = [
        event
        for event in events()[:21]
        if event["payload"]["participant_id" if "participant_id" in event["payload"] else "mission_id"] != "p-ghost"
    ]
    last = sound[-1]

    def more(kind: str, **fields: Any) -> dict[str, Any]:
        number = len(sound) + 1
        told = {"mission_id": "billing-export", **fields}
        return {
            **last,
            "event_id": f"01KJQ7W0D2M4E6X8ZA0Z0000{number:02}",
            "event_type": kind,
            "lamport_clock": 100,
            "payload": told,
        }

    if fault == "a stranger":
        return [*sound, more("CommentPosted", participant_id="p-x", comment_id="c", content="hello")]
    if fault == "a late leave":
        return [*sound, {**more("ParticipantLeft", participant_id="p-jon"), "lamport_clock": 5}]
    if fault == "a conflicting duplicate":
        return [
            *sound,
            {**sound[6], "payload": {**sound[6]["payload"], "focus_target": {"target_type": "wp", "target_id": "WP9"}}},
        ]
    if fault == "a step never started":
        return [*sound, more("PromptStepExecutionCompleted", participant_id="p-mira", step_id="S99", outcome="success")]
    return [event for event in sound if event["event_type"] not in ("ConcurrentDriverWarning", "WarningAcknowledged")]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen_in_text_and_reached_by_one_key(opened: Open, fault: str) -> None:
    seen, said = FAULTS[fault]
    with opened(file=payload("fault.json", json.dumps(faulty(fault)).encode())) as (page, _):
        whole = page.locator("body").inner_text() + " ".join(
            page.locator("[role=button]").evaluate_all("marks => marks.map(mark => mark.getAttribute('aria-label'))")
        )
        assert seen in whole
        assert said in whole
        page.keyboard.press("n")
        assert card(page)


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


def test_the_explorer_works_below_the_prefix_of_a_proxy(chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLAB_ROOT_PATH", "/tools/missions")
    with started_service() as address, visit(chromium, f"{address}/tools/missions") as visiting:
        page = visiting.go("/explore")
        page.get_by_role("listitem").filter(has_text="A morning with five faults").get_by_role("link").click()
        page.wait_for_selector(SLIDER)


def test_a_file_is_opened_at_the_place_that_the_address_names(chromium: Browser, service: str) -> None:
    with visit(chromium, service) as visiting:
        page = visiting.go("/explore#at=12&q=quill")
        drop(page, MISSION)
        expect(page.locator(SLIDER)).to_have_attribute("aria-valuenow", "12")
        assert page.get_by_label("Search").input_value() == "quill"


def test_every_story_is_shown_from_its_link(chromium: Browser, service: str) -> None:
    with visit(chromium, service) as visiting:
        stories = visiting.page.request.get(f"{service}/stories").json()["stories"]
        for story in stories:
            page = visiting.go(f"/explore#story={story['name']}&at=3")
            page.reload()
            page.wait_for_selector(SLIDER)
            assert page.locator(SLIDER).get_attribute("aria-valuenow") == "3"


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
        """Tell the milliseconds since it was asked last."""
        before, self._last = self._last, self._now()
        return self._last - before

    def _now(self) -> float:
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


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
