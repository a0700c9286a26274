"""`GET /`: what this is and where to go, with commands that work and nothing that a stranger wrote."""

import html
import json
import re
from collections.abc import Callable

import pytest

from app.api.endpoints.start import own_address
from mission_collaboration import __version__
from mission_collaboration.contract.constants import CONTRACT_VERSION
from tests.support.client import Client, problem

BROWSER = {"Accept": "text/html"}


def links(page: str) -> list[str]:
    return re.findall(r'<li><a [^>]*href="([^"]+)"', page)


def commands(page: str) -> list[str]:
    """List the commands, one a line; a line that ends with a backslash goes on."""
    found = re.findall(r'<code id="command-\d">(.*?)</code>', page, re.DOTALL)
    return [line for text in found for line in re.split(r"(?<!\\)\n", html.unescape(text))]


def test_programs_are_told_the_versions_and_where_to_go(client: Client) -> None:
    answer = client.get("/")
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert (told["version"], told["contract_version"]) == (__version__, CONTRACT_VERSION)
    assert {"docs", "redoc", "openapi", "schemas", "problems", "health"} <= set(told["links"])
    for path in told["links"].values():
        assert client.get(path).status_code == 200


def test_browsers_get_a_page_whose_links_work(client: Client) -> None:
    page = client.get("/", BROWSER)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert __version__ in page.text
    assert CONTRACT_VERSION in page.text
    assert {f"/{path}" for path in links(page.text)} == set(client.get("/").json()["links"].values())
    for path in links(page.text):
        assert client.get(f"/{path}").status_code == 200


def test_without_documentation_its_links_are_gone(make_client: Callable[..., Client]) -> None:
    quiet = make_client(docs=False)
    assert not {"docs", "redoc", "openapi"} & set(quiet.get("/").json()["links"])
    assert not {"docs", "redoc", "openapi.json"} & set(links(quiet.get("/", BROWSER).text))


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("collab.example.org", "collab.example.org/"),
        ("localhost:8000", "localhost:8000/"),
        ("[::1]:8000", "'[::1]:8000/"),
        ("my_service:80", "my_service:80/"),
        ("10.0.0.7", "10.0.0.7/"),
    ],
)
def test_the_commands_name_the_host_that_was_asked(client: Client, host: str, written: str) -> None:
    found = commands(client.get("/", {**BROWSER, "Host": host}).text)
    assert len(found) == 3
    for command in found:
        assert command.startswith(f"curl -s {written}")


def test_the_commands_work_as_they_stand_and_answer_what_is_shown(client: Client) -> None:
    page = client.get("/", {**BROWSER, "Host": "localhost:8000"}).text
    fetch, *posts = commands(page)
    assert fetch == "curl -s localhost:8000/stories/mission -o story.json"
    story = client.get("/stories/mission").content
    shown = [html.unescape(text) for text in re.findall(r'class="answer"[^>]*><code>(.*?)</code>', page, re.DOTALL)]
    for text, excerpt in zip(posts, shown, strict=True):
        path = re.match(r"curl -s localhost:8000(/\w+) -d @story.json", text)
        assert path is not None
        answer = client.send(path[1], story)
        assert answer.status_code == 200
        for member in re.findall(r'"(?:[^"]|\\")+": (?:"[^"]*"|\d+|\[[^]…]*\])', excerpt):
            assert member in json.dumps(answer.json()), member


def test_where_keys_are_set_the_page_says_what_needs_one(make_client: Callable[..., Client]) -> None:
    locked = make_client(api_keys="k", open_pages="schemas")
    page = locked.get("/", BROWSER).text
    entries = re.findall(r'<li><a [^>]*href="([^"]+)">(.*?)</li>', page)
    needing = {path for path, text in entries if "needs a key" in text.lower()}
    assert needing == {"explore", "docs", "redoc", "openapi.json", "stories", "limits", "metrics"}
    assert all("-H 'X-API-Key: KEY'" in command for command in commands(page))
    assert "needs a key" not in make_client().get("/", BROWSER).text


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a b",
        "evil.test/x",
        "user@evil.test",
        "evil.test'; rm -rf /",
        "<script>alert(1)</script>",
        "x" * 300,
        "a:b",
        "a\\b",
    ],
)
def test_a_host_that_is_no_name_is_not_repeated(client: Client, host: str) -> None:
    page = client.get("/", {**BROWSER, "Host": host}).text
    assert not host or host not in html.unescape(page)
    for command in commands(page):
        assert re.match(r"curl -s service\.test(:\d+)?/", command)


def test_what_an_untrusted_proxy_says_is_not_heard(client: Client) -> None:
    forwarded = {"X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "gopher", "Forwarded": "host=evil.test"}
    page = client.get("/", {**BROWSER, **forwarded}).text
    assert "evil.test" not in page
    assert "gopher" not in page


def test_the_scheme_is_the_servers() -> None:
    scope = {"type": "http", "scheme": "https", "headers": [(b"host", b"a.test")], "server": ("127.0.0.1", 8000)}
    assert own_address(scope) == "https://a.test"
    assert own_address({**scope, "scheme": "javascript", "root_path": "/collab"}) == "http://a.test/collab"
    assert own_address({**scope, "headers": []}) == "https://127.0.0.1:8000"
    assert own_address({**scope, "headers": [], "server": ("/run/app.sock", None)}) == "https://localhost"


def test_it_is_never_cached(client: Client) -> None:
    for accept in ({}, BROWSER):
        answer = client.get("/", accept)
        assert (answer.headers["cache-control"], answer.headers["vary"].split(", ")[0]) == ("no-store", "Accept")


def test_it_is_read_alone(client: Client) -> None:
    problem(client.request("POST", "/", content=json.dumps({})), 405, "method-not-allowed")
    assert client.body_sent("HEAD", "/") == b""
