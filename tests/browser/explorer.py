"""The mission of 47 events that tests of the explorer show, and what they read on its page."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, expect

from tests.browser.visit import Visit

MISSION: Final = Path(__file__).parents[2] / "app/api/pages/explore/test/mission.ndjson"
SLIDER: Final = "[role=slider]"
Open = Callable[..., AbstractContextManager[tuple[Page, Visit]]]


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
