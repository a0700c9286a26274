"""`GET /problems` and `GET /problems/{code}`: a page for every error, true of what the service answers."""

import html
import json
import re
from collections.abc import Callable
from urllib.parse import urljoin

import pytest

from app.api.endpoints import OPERATIONS
from app.api.problem_texts import CODES, EXAMPLE_REQUEST_ID, EXPLANATIONS, GROUPS, VERDICTS
from app.problems import KINDS
from tests.support.client import Client, headers_of, problem
from tests.support.provocations import OUT_OF_REACH, PROVOCATIONS, REQUEST_ID

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
EXPLAINED = {"duplicate-join", "repeated-invitation"}
AWAITED = {"shutting-down"}
"""Explained before the service answers with them; never shown until then."""


def test_every_code_is_explained_and_nothing_else_is() -> None:
    assert set(KINDS) <= set(EXPLANATIONS)
    assert set(EXPLANATIONS) - set(KINDS) <= AWAITED | set(VERDICTS)
    assert set(VERDICTS) == {"late-event", "clock-jump", "too-many-pending", "mission-not-named", *EXPLAINED}
    assert set(CODES) == set(KINDS) | set(VERDICTS)


@pytest.mark.parametrize("code", CODES)
def test_every_code_says_what_happened_why_and_what_to_do(client: Client, code: str) -> None:
    answer = client.get(f"/problems/{code}")
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert told["code"] == code
    assert told["title"]
    for text in (told["happened"], told["why"], told["remedy"]):
        assert re.fullmatch(r"[A-Z`].*[.`]", text), text
    assert len({told["happened"], told["why"], told["remedy"]}) == 3


@pytest.mark.parametrize("code", KINDS)
def test_an_example_is_what_the_service_really_answers(make_client: Callable[..., Client], code: str) -> None:
    shown = make_client().get(f"/problems/{code}").json()["example"]
    assert EXAMPLE_REQUEST_ID == REQUEST_ID
    if code in OUT_OF_REACH:
        assert (shown["code"], shown["type"], shown["status"]) == (code, f"/problems/{code}", KINDS[code].status)
        return
    provocation = PROVOCATIONS[code]
    came = problem(provocation.send(make_client(**provocation.settings)), KINDS[code].status, code)
    assert came == shown


def test_the_type_of_a_problem_leads_to_its_page(client: Client) -> None:
    refused = PROVOCATIONS["unknown-participant"].send(client).json()
    page = client.get(refused["type"])
    assert (page.status_code, page.json()["title"]) == (200, refused["title"])


@pytest.mark.parametrize("code", CODES)
def test_a_browser_gets_a_page_with_the_same_texts(client: Client, code: str) -> None:
    told = client.get(f"/problems/{code}").json()
    page = client.get(f"/problems/{code}", BROWSER)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", "", page.text)).split())
    todo = [text for situation in told["situations"] for text in situation.values()] or [told["remedy"]]
    for wanted in (told["title"], told["happened"], told["why"], *todo, *told["operations"]):
        assert " ".join(wanted.replace("`", "").split()) in text
    if "example" in told:
        [shown] = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page.text, re.DOTALL)
        assert json.loads(html.unescape(shown)) == told["example"]


def test_the_index_lists_every_code_by_status_with_an_address_that_works(client: Client) -> None:
    entries = client.get("/problems").json()["problems"]
    assert {entry["code"] for entry in entries} == set(CODES)
    statuses = [entry["status"] for entry in entries if "status" in entry]
    assert statuses == sorted(statuses)
    for entry in entries:
        told = client.get(entry["href"]).json()
        assert entry.items() - {("href", entry["href"])} <= {
            (k, v) for k, v in told.items() if isinstance(v, str | int)
        }


def test_the_page_of_the_index_links_every_code(client: Client) -> None:
    page = client.get("/problems", BROWSER).text
    assert set(re.findall(r'href="problems/([\w-]+)"', page)) == set(CODES)


def test_a_page_names_the_endpoints_that_answer_with_its_code(client: Client) -> None:
    told = client.get("/problems/out-of-order").json()
    assert told["operations"] == ["POST /reduce"]
    for code in KINDS:
        named = client.get(f"/problems/{code}").json()["operations"]
        assert named == [f"{o.method.upper()} {o.path}" for o in OPERATIONS if code in o.problems]


@pytest.mark.parametrize(
    ("code", "nearest"),
    [
        ("unknown-participants", "unknown-participant"),
        ("Malformed-JSON", "malformed-json"),
        ("outoforder", "out-of-order"),
    ],
)
@pytest.mark.parametrize("accept", [{}, BROWSER], ids=["program", "browser"])
def test_an_unknown_code_is_answered_with_the_nearest_ones(
    client: Client, code: str, nearest: str, accept: dict[str, str]
) -> None:
    answer = client.get(f"/problems/{code}", accept)
    assert answer.status_code == 404
    assert nearest in answer.text.replace(code, "")
    if not accept:
        assert [error["parameter"] for error in problem(answer, 404, "unknown-problem")["errors"]] == ["code"]


@pytest.mark.parametrize(
    "name", ["%00", "..%5C..%5Csecret", "%F0%9F%9A%80", "<script>", "x" * 5_000, "%2e%2e", "unauthorised"]
)
def test_a_strange_code_is_unknown(client: Client, name: str) -> None:
    for accept in ({}, BROWSER):
        answer = client.get(f"/problems/{name}", accept)
        assert answer.status_code == 404
        assert len(answer.content) < 3_000
        assert not accept or "<script>" not in answer.text


@pytest.mark.parametrize(
    "path", ["/problems/", "/problems/a/b", "/problems/..%2F..%2Fetc", "/Problems", "/problems//internal"]
)
def test_path_tricks_are_not_found(client: Client, path: str) -> None:
    problem(client.get(path), 404, "not-found")
    assert client.get(path, BROWSER).status_code == 404


@pytest.mark.parametrize("path", ["/nope", "/nope/at/all", "/schemas/Nope", "/problems/nope"])
def test_a_browser_gets_a_page_for_a_path_that_leads_nowhere(client: Client, path: str) -> None:
    page = client.get(path, BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert page.headers["vary"].startswith("Accept")
    assert f"<code>{path}</code>" in page.text
    for link in re.findall(r'(?:href|src)="([^"]+)"', page.text):
        assert client.get(urljoin(path, link)).status_code == 200, link


@pytest.mark.parametrize("path", ["/problems", "/problems/internal"])
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_page_is_cached_in_either_form(client: Client, path: str, accept: str) -> None:
    first = client.get(path, {"Accept": accept})
    assert first.headers["vary"].split(", ")[0] == "Accept"
    assert "max-age" in first.headers["cache-control"]
    tag = first.headers["etag"]
    again = client.get(path, {"Accept": accept, "If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    by_head = client.head(path, {"Accept": accept})
    assert headers_of(by_head) == headers_of(first)


def test_the_forms_of_a_page_have_tags_of_their_own(client: Client) -> None:
    paths = [entry["href"] for entry in client.get("/problems").json()["problems"]] + ["/problems"]
    tags = {client.get(path, accept).headers["etag"] for path in paths for accept in ({}, BROWSER)}
    assert len(tags) == 2 * len(paths)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("text/html", "text/html"),
        ("text/*", "text/html"),
        ("application/json;q=0.5, text/html", "text/html"),
        ("text/html;q=0.5, application/json;q=0.6", "application/json"),
        ("text/html, */*;q=0.1", "text/html"),
        ("text/html;q=0, */*", "application/json"),
    ],
)
def test_the_caller_chooses_between_the_forms(client: Client, accept: str, media_type: str) -> None:
    for path in ("/", "/problems", "/problems/internal", "/schemas", "/limits"):
        assert client.get(path, {"Accept": accept}).headers["content-type"].partition(";")[0] == media_type


@pytest.mark.parametrize("path", ["/", "/problems", "/problems/internal", "/schemas", "/limits"])
def test_a_caller_who_wants_neither_form_is_told(client: Client, path: str) -> None:
    found = problem(client.get(path, {"Accept": "image/*"}), 406, "not-acceptable")
    assert "application/json or text/html" in found["detail"]


def test_a_page_says_where_its_code_comes_up_and_as_what(client: Client) -> None:
    told = client.get("/problems/unknown-participant").json()
    places = {place["operation"]: place["form"] for place in told["places"]}
    assert places["POST /reduce"] == "problem in strict mode, anomaly in permissive mode"
    assert places["POST /admit"] == "verdict on the event: pending, later rejected"
    assert "POST /explain" in places
    late = client.get("/problems/late-event").json()
    assert {"operation": "POST /admit", "form": "verdict on the event: rejected"} in late["places"]


def test_every_code_is_in_one_group(client: Client) -> None:
    grouped = [code for _, _, codes in GROUPS.values() for code in codes]
    assert len(set(grouped)) == len(grouped)
    assert set(CODES) <= set(grouped)


def test_a_page_may_load_nothing_but_its_own_files(client: Client) -> None:
    page = client.get("/problems/internal", BROWSER)
    assert page.headers["content-security-policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    )
    for loaded in re.findall(r'(?:src|href)="\.\./(assets/[^"]+)"', page.text):
        asset = client.get(f"/{loaded}")
        assert asset.status_code == 200
        again = client.get(f"/{loaded}", {"If-None-Match": asset.headers["etag"]})
        assert again.status_code == 304
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page.text) == [""]
    assert "style=" not in page.text


def test_a_code_of_single_events_leads_to_their_explanation(client: Client) -> None:
    for code in ("unknown-participant", "invalid-request", "duplicate-join"):
        assert client.get(f"/problems/{code}").json()["explain"] == "/explore"
        assert "POST /explain" in client.get(f"/problems/{code}", {"Accept": "text/html"}).text
    assert "explain" not in client.get("/problems/body-too-large").json()
