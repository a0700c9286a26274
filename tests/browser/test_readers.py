"""`/docs` and `/redoc`: every example of every endpoint is tried out, and all of it can be read."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Locator, Page

from app.api.endpoints import OPERATIONS
from app.api.examples import ONLY, RecordedAnswer, answers
from app.api.operation import Operation
from tests.browser.visit import Visit, visit

pytestmark = pytest.mark.browser

RECORDED: Final = answers()


@pytest.fixture(scope="module")
def docs(chromium: Browser, service: str) -> Iterator[Visit]:
    """Open `/docs` once for all."""
    with visit(chromium, service, viewport={"width": 1280, "height": 900}) as visiting:
        visiting.go("/docs")
        yield visiting


def opened(page: Page, operation: Operation) -> Locator:
    """Unfold an operation."""
    block = page.locator(f"#operations-{operation.tag.replace(' ', '_')}-{operation.operation_id}")
    if "is-open" not in (block.get_attribute("class") or ""):
        block.locator(".opblock-summary-control").click()
    block.locator(".execute").wait_for()
    return block


def executed(block: Locator) -> tuple[int, str]:
    """Press Execute, and read the status and the body that came."""
    if (clear := block.locator(".btn-clear")).count():
        clear.click()
    block.locator(".execute").click()
    live = block.locator(".live-responses-table")
    live.wait_for()
    status = live.locator("tbody .response-col_status").first.inner_text().split()[0]
    return int(status), live.locator(".highlight-code code").first.inner_text()


def without_id(value: Any) -> Any:
    """Leave out every request id, also those of the problems inside an answer."""
    if isinstance(value, list):
        return [without_id(item) for item in value]
    if isinstance(value, dict):
        return {name: without_id(member) for name, member in value.items() if name != "request_id"}
    return value


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.operation_id)
def test_every_example_shows_the_live_answer(docs: Visit, operation: Operation) -> None:
    block = opened(docs.page, operation)
    for name, answer in RECORDED.get(operation.operation_id, {}).items():
        if name != ONLY:
            block.locator(".opblock-section-request-body .examples-select-element").select_option(name)
        check(executed(block), answer, name)
    block.locator(".opblock-summary-control").click()
    assert not docs.trouble, "\n".join(docs.trouble)


def check(came: tuple[int, str], answer: RecordedAnswer, name: str) -> None:
    status, shown = came
    assert status == answer["status"], name
    assert without_id(json.loads(shown.replace("\xa0", " "))) == without_id(answer["value"]), name


def test_every_operation_is_there_and_every_one_is_tried(docs: Visit) -> None:
    assert docs.page.locator(".opblock").count() == len(OPERATIONS)
    documents = {o.operation_id for o in OPERATIONS if str(o.answer).startswith("text/")}
    assert set(RECORDED) | documents == {operation.operation_id for operation in OPERATIONS}


def test_redoc_tells_of_every_operation(chromium: Browser, service: str) -> None:
    with visit(chromium, service, viewport={"width": 1280, "height": 900}) as visiting:
        page = visiting.go("/redoc")
        page.locator("h1").first.wait_for()
        for operation in OPERATIONS:
            assert (
                page.locator(f"[id='tag/{operation.tag.replace(' ', '-')}/operation/{operation.operation_id}']").count()
                == 1
            )


def test_a_newcomer_goes_from_a_refusal_to_what_it_means(chromium: Browser, service: str) -> None:
    with visit(chromium, service, viewport={"width": 1280, "height": 900}) as visiting:
        page = visiting.go("/docs")
        [reduce] = [operation for operation in OPERATIONS if operation.path == "/reduce"]
        block = opened(page, reduce)
        assert executed(block)[0] == 200
        block.locator(".opblock-section-request-body .examples-select-element").select_option("refusal")
        status, refusal = executed(block)
        assert status == 422
        with page.expect_popup() as popup:
            block.get_by_role("link", name=json.loads(refusal)["code"]).click()
        assert popup.value.get_by_role("heading", name="What to do").is_visible()
        assert popup.value.url.endswith(json.loads(refusal)["type"])
