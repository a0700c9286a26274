"""What the router answers: 404, 405, 406, HEAD, health and the pages that people browse."""

import json
import re
from collections.abc import Callable

import pytest

from tests.support.client import Client, headers_of, places, problem

GETS = ("/schemas", "/schemas/Event", "/livez", "/readyz", "/healthz", "/openapi.json", "/docs", "/redoc", "/explore")
POSTS = ("/reduce", "/validate", "/validate/batch")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_health_is_ok_and_never_cached(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    "path",
    ["/nope", "/reduce/", "/Reduce", "/validate/batch/x", "/schemas/", "/schemas/a/b", "/reduce%00", "/%FF"],
)
def test_an_unknown_page_is_not_found(client: Client, method: str, path: str) -> None:
    found = problem(client.request(method, path), 404, "not-found")
    assert method in found["detail"]


@pytest.mark.parametrize("path", ["//", "//reduce", "/./", "/problems/..", "/assets/../problems"])
def test_a_path_is_taken_as_it_comes(client: Client, path: str) -> None:
    assert json.loads(client.body_sent("GET", path))["status"] == 404


def test_a_long_unknown_path_is_not_echoed_whole(client: Client) -> None:
    answer = client.get("/" + "x" * 10_000)
    problem(answer, 404, "not-found")
    assert len(answer.content) < 1_000


@pytest.mark.parametrize("host", ["[", "a b", "x:y:z", ""])
def test_a_strange_host_is_no_trouble(client: Client, host: str) -> None:
    problem(client.get("/nope", {"Host": host}), 404, "not-found")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "BREW"])
@pytest.mark.parametrize("path", POSTS)
def test_what_takes_a_body_answers_post_alone(client: Client, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.headers["allow"] == "OPTIONS, POST"
    if method == "HEAD":
        assert answer.status_code == 405
        assert client.body_sent("HEAD", path) == b""
    else:
        refused = problem(answer, 405, "method-not-allowed")
        assert refused["detail"] == f"This path does not support the method: {method} {path}; use POST."


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
@pytest.mark.parametrize("path", [*GETS, "/docs/assets/swagger-ui.css"])
def test_what_is_read_answers_get_and_head_alone(client: Client, method: str, path: str) -> None:
    answer = client.request(method, path)
    refused = problem(answer, 405, "method-not-allowed")
    assert refused["detail"].endswith(f": {method} {path}; use GET or HEAD.")
    assert sorted(re.split(", *", answer.headers["allow"])) == ["GET", "HEAD", "OPTIONS"]


@pytest.mark.parametrize("path", [*GETS, "/nope", "/docs/assets/swagger-ui.css"])
def test_head_answers_the_headers_of_get_without_a_body(client: Client, path: str) -> None:
    by_get, by_head = client.get(path), client.head(path)
    assert by_head.status_code == by_get.status_code
    assert headers_of(by_head) == headers_of(by_get)
    assert client.body_sent("GET", path) != b"" == client.body_sent("HEAD", path)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        ("/reduce", "OPTIONS, POST"),
        ("/schemas/Event", "GET, HEAD, OPTIONS"),
        ("/nope", "OPTIONS"),
        ("/*", "GET, HEAD, OPTIONS, POST"),
    ],
)
def test_the_probe_of_a_load_balancer_is_told_the_methods_and_needs_no_key(
    client: Client, make_client: Callable[..., Client], path: str, allowed: str
) -> None:
    for asked in (client, make_client(api_keys="k"), make_client(cors_origins="https://app.example")):
        answer = asked.request("OPTIONS", path, headers={"Origin": "https://app.example"})
        assert (answer.status_code, answer.headers["allow"], answer.content) == (204, allowed, b"")


JSON_ANSWERS = [("POST", path) for path in POSTS] + [("GET", "/stories")]
NOT_ACCEPTABLE = [
    "text/html",
    "application/xml, text/*",
    "application/json;q=0",
    "application/json; Q=0.000",
    "application/json;q=0, application/schema+json;q=0, */*;q=0.1",
    "image/*",
    "nonsense",
]


@pytest.mark.parametrize("accept", NOT_ACCEPTABLE)
@pytest.mark.parametrize(("method", "path"), JSON_ANSWERS)
def test_an_answer_that_is_not_accepted_is_not_sent(client: Client, method: str, path: str, accept: str) -> None:
    found = problem(client.request(method, path, headers={"Accept": accept}), 406, "not-acceptable")
    assert places(found) == [("Accept", "not-acceptable")]
    assert "application/" in found["detail"]


@pytest.mark.parametrize(
    "accept",
    ["*/*", "application/*", "application/json", "APPLICATION/JSON", "text/html, */*;q=0.1", "application/json;q=0.5"],
)
@pytest.mark.parametrize("path", ["/schemas", "/schemas/Event"])
def test_an_answer_that_is_accepted_is_sent(client: Client, path: str, accept: str) -> None:
    assert client.get(path, {"Accept": accept}).status_code == 200
    assert client.get(path, {"Accept": ""}).status_code == 200


@pytest.mark.parametrize("accept", ["application/json;q=0", "image/*", "nonsense"])
def test_a_schema_is_not_sent_in_a_form_that_is_not_accepted(client: Client, accept: str) -> None:
    found = problem(client.get("/schemas/Event", {"Accept": accept}), 406, "not-acceptable")
    assert "application/schema+json or application/json or text/html" in found["detail"]


@pytest.mark.parametrize("accept", ["application/schema+json", "application/json;q=0, application/*;q=0.5"])
def test_a_schema_is_sent_to_those_who_accept_schemas(client: Client, accept: str) -> None:
    answer = client.get("/schemas/Event", {"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/schema+json")


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_pages_need_no_other_host(client: Client, path: str) -> None:
    page = client.get(path)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    addresses = re.findall(r"""(?:src|href|data-document)="([^"]+)""", page.text)
    assert "openapi.json" in addresses
    assert len(addresses) >= 5
    for address in addresses:
        assert not re.match(r"\w+:|/", address), address
        assert client.get(f"/{address}").status_code == 200


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_readers_run_no_script_but_those_of_this_host(client: Client, path: str) -> None:
    page = client.get(path)
    policy = dict(rule.strip().split(" ", 1) for rule in page.headers["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == ("'none'", "'self'", "'self'")
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page.text) == ["", ""]


def test_redoc_asks_its_maker_for_nothing(client: Client) -> None:
    script = client.get("/docs/assets/redoc.standalone.js")
    assert len(script.content) > 500_000
    assert b"cdn.redoc.ly" not in script.content


@pytest.mark.parametrize("path", ["/docs/assets/swagger-ui.css", "/assets/pages.css", "/docs/assets/swagger.js"])
def test_an_asset_is_cached(client: Client, path: str) -> None:
    first = client.get(path)
    assert "max-age" in first.headers["cache-control"]
    again = client.get(path, {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/explore"])
def test_the_document_and_its_readers_are_asked_for_anew_each_time_but_sent_once(client: Client, path: str) -> None:
    first = client.get(path)
    assert first.headers["cache-control"] == "no-cache"
    assert client.get(path, {"If-None-Match": first.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/explore", "/docs/assets/swagger-ui.css"])
def test_the_pages_can_be_switched_off(make_client: Callable[..., Client], path: str) -> None:
    problem(make_client(docs=False).get(path), 404, "not-found")


@pytest.mark.parametrize("folder", ["/assets", "/docs/assets"])
@pytest.mark.parametrize("name", ["nope", "..%2F..%2Fpyproject.toml", "%00", "x" * 5_000])
def test_an_unknown_asset_is_not_found(client: Client, folder: str, name: str) -> None:
    problem(client.get(f"{folder}/{name}"), 404, "not-found")
