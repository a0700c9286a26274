"""API keys: who is let in, what stays open, and what is never shown."""

import json
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from app.api.auth import is_always_open
from app.api.endpoints import OPERATIONS
from app.api.openapi import openapi_document
from tests.support.client import Client, problem

OLD, NEW = "old-key-0123456789", "new-key-9876543210"
HEALTH = ("/livez", "/readyz", "/healthz")
OPEN = (*HEALTH, "/", "/problems", "/problems/{code}")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "BREW")
CLOSED = [operation.path.replace("{type}", "Event") for operation in OPERATIONS if operation.path not in OPEN]
NOT_QUITE_OPEN = (
    "/livez/",
    "/LIVEZ",
    "/livez/../reduce",
    "/livez/x",
    "/livez;x",
    "/livez%2F..%2Freduce",
    "/problems/../reduce",
    "/problems/a/b",
    "/assets/a/b",
    "/problems/..%2freduce",
    "/ ",
    "/nope",
)

Make = Callable[..., Client]


@pytest.fixture(scope="module")
def locked() -> object:
    made = Client(api_keys=f"{OLD}, {NEW}")
    yield made
    made.close()


@pytest.mark.parametrize(
    "header", [("X-API-Key", "{}"), ("Authorization", "Bearer {}"), ("authorization", "bEARER  {} ")]
)
@pytest.mark.parametrize("key", [OLD, NEW])
def test_each_key_lets_in_by_either_header(locked: Client, header: tuple[str, str], key: str) -> None:
    name, form = header
    assert locked.get("/schemas", {name: form.format(key)}).status_code == 200
    given = {name: form.format(key), "Content-Type": "application/json"}
    assert locked.request("POST", "/reduce", content=b'{"events": []}', headers=given).status_code == 200


@pytest.mark.parametrize("path", [*HEALTH, "/", "/problems", "/problems/too-deep", "/assets/pages.css"])
def test_health_the_front_page_and_the_problems_need_no_key(locked: Client, path: str) -> None:
    assert locked.get(path).status_code == 200
    assert locked.head(path).status_code == 200


@pytest.mark.parametrize(
    "path", [*CLOSED, *NOT_QUITE_OPEN, "/docs", "/redoc", "/openapi.json", "/docs/assets/swagger.js", "/metrics"]
)
def test_everything_else_asks_for_one_whatever_the_method(locked: Client, path: str) -> None:
    for method in METHODS:
        if method == "OPTIONS":  # the probe of a load balancer
            continue
        answer = locked.request(method, path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), method


@pytest.mark.parametrize(
    "given",
    [
        {"X-API-Key": ""},
        {"X-API-Key": OLD[:-1]},
        {"X-API-Key": OLD + "x"},
        {"X-API-Key": OLD.upper()},
        {"X-API-Key": f"{OLD},{NEW}"},
        {"X-API-Key": f"Bearer {OLD}"},
        {"Authorization": OLD},
        {"Authorization": f"Basic {OLD}"},
        {"Authorization": f"Bearer{OLD}"},
        {"Authorization": f'Bearer "{OLD}"'},
        {"Authorization": "Bearer"},
        {"Cookie": f"X-API-Key={OLD}"},
        {"X-Api-Keys": OLD},
        {"Proxy-Authorization": f"Bearer {OLD}"},
    ],
)
def test_what_is_not_quite_a_key_lets_nobody_in(locked: Client, given: dict[str, str]) -> None:
    answer = locked.get("/schemas", given)
    found = problem(answer, 401, "unauthorized")
    assert OLD not in answer.text
    assert "X-API-Key" in found["detail"]


def test_a_good_key_counts_beside_a_foreign_credential(locked: Client) -> None:
    """A gateway may have a use of its own for `Authorization`."""
    assert locked.get("/schemas", {"Authorization": "Basic Zm9v", "X-API-Key": NEW}).status_code == 200


def test_a_key_in_the_query_is_none(locked: Client) -> None:
    problem(locked.get(f"/schemas?api_key={OLD}&X-API-Key={OLD}"), 401, "unauthorized")


def test_nothing_of_the_body_is_read_without_a_key(locked: Client) -> None:
    async def body() -> AsyncIterator[bytes]:
        raise AssertionError("somebody read the body")
        yield b""

    problem(locked.send("/reduce", body()), 401, "unauthorized")


def test_the_right_key_gets_the_router_s_own_refusals(locked: Client) -> None:
    problem(locked.get("/nope", {"X-API-Key": OLD}), 404, "not-found")
    problem(locked.get("/reduce", {"X-API-Key": OLD}), 405, "method-not-allowed")


def test_pages_can_be_opened_one_by_one(make_client: Make) -> None:
    pages = {
        "docs": ["/docs", "/redoc", "/openapi.json", "/explore", "/docs/assets/swagger.js"],
        "schemas": ["/schemas", "/schemas/Event"],
    }
    for opened, paths in pages.items():
        locked = make_client(api_keys=OLD, open_pages=opened)
        assert {locked.get(path).status_code for path in paths} == {200}
        others = [path for page, those in pages.items() if page != opened for path in those]
        assert {locked.get(path).status_code for path in (*others, "/docs/assets/../x", "/schemas/a/b")} == {401}
    both = make_client(api_keys=OLD, open_pages="docs, schemas,metrics")
    assert {both.get(path).status_code for paths in pages.values() for path in paths} == {200}
    assert both.post("/reduce", {"events": []}).status_code == 401


def test_keys_come_from_a_file_beside_the_variable(make_client: Make, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{NEW}\n\n  with,comma\r\n")
    locked = make_client(api_keys=OLD, api_keys_file=file)
    for key in (OLD, NEW, "with,comma"):
        assert locked.get("/schemas", {"X-API-Key": key}).status_code == 200
    problem(locked.get("/schemas", {"X-API-Key": ""}), 401, "unauthorized")


def test_without_keys_nobody_is_asked(client: Client) -> None:
    assert client.get("/schemas", {"X-API-Key": "whatever"}).status_code == 200


def test_a_key_is_never_logged(locked: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        locked.get("/schemas", {"X-API-Key": OLD})
        locked.get("/schemas", {"X-API-Key": OLD + "x"})
    assert OLD not in caplog.text
    assert OLD not in repr(locked.app)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.operation_id)
def test_the_document_says_which_operations_need_one(operation: object) -> None:
    document = openapi_document(OPERATIONS)
    described = document["paths"][operation.path][operation.method]  # type: ignore[attr-defined]
    needs = not is_always_open(operation.path)  # type: ignore[attr-defined]
    asked = described.get("security", document["security"])
    assert bool(asked) == needs == ("401" in described["responses"])
    named = {name for requirement in asked for name in requirement}
    assert named == (set(document["components"]["securitySchemes"]) if needs else set())
    assert OLD not in json.dumps(document)
