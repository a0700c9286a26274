"""A synchronous client of the service in process, and what every one of its problems has to look like."""

import asyncio
import json
from collections.abc import AsyncIterable, Iterable
from typing import Any

import httpx

from app.api.application import create_app
from app.api.operation import AppState
from app.problems import KINDS
from app.settings import Settings

Json = dict[str, Any]
Headers = dict[str, str] | list[tuple[str, str]]

JSON_TYPE = {"Content-Type": "application/json"}
PROBLEM_MEMBERS = {"type", "title", "status", "detail", "code", "request_id"}
OPTIONAL_MEMBERS = {"event_id", "event_type", "participant_id", "errors", "more_errors"}
MOST_ERRORS = 100


class Client:
    """Sends requests to an application of its own, on an event loop of its own."""

    def __init__(self, **settings: Any) -> None:
        made = Settings(**settings)
        self.app_state = AppState(made)
        self.app = create_app(made, self.app_state)
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://service.test")

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request."""
        return self._runner.run(self._http.request(method, path, **options))

    def raw(self, method: str, path: str, **options: Any) -> tuple[httpx.Response, bytes]:
        """Send a request; return the answer, unread, and the bytes of its body as they were sent."""

        async def read() -> tuple[httpx.Response, bytes]:
            async with self._http.stream(method, path, **options) as answer:
                return answer, b"".join([chunk async for chunk in answer.aiter_raw()])

        return self._runner.run(read())

    def get(self, path: str, headers: Headers | None = None) -> httpx.Response:
        return self.request("GET", path, headers=headers)

    def head(self, path: str, headers: Headers | None = None) -> httpx.Response:
        return self.request("HEAD", path, headers=headers)

    def post(self, path: str, body: Any) -> httpx.Response:
        """Send a JSON value."""
        return self.send(path, json.dumps(body).encode())

    def send(self, path: str, content: bytes | AsyncIterable[bytes], **headers: str) -> httpx.Response:
        """Send bytes as JSON; a header's name is written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("POST", path, content=content, headers=JSON_TYPE | given)

    def body_sent(self, method: str, path: str) -> bytes:
        """Collect the body that the application itself sends, with no transport between that could drop it."""
        scope: Json = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"service.test")],
            "server": ("service.test", 80),
        }
        sent: list[Any] = []
        received: list[Json] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Json:
            return received.pop() if received else await asyncio.Future()  # and then nothing, until cancelled

        async def send(message: Any) -> None:
            sent.append(message.get("body", b""))

        self._runner.run(self.app(scope, receive, send))
        return b"".join(sent)

    def send_all(self, requests: Iterable[tuple[str, str, bytes]]) -> list[httpx.Response]:
        """Send requests (method, path, JSON body) all at the same time."""

        async def together() -> list[httpx.Response]:
            return await asyncio.gather(
                *(self._http.request(m, path, content=body, headers=JSON_TYPE) for m, path, body in requests)
            )

        return self._runner.run(together())


def problem(answer: httpx.Response, status: int, code: str) -> Json:
    """Check that an answer is this problem, and of the shape that every problem has; hand it out."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text[
        :500
    ]
    found: Json = answer.json()
    assert found["code"] == code, found
    assert found["type"] == f"/problems/{code}"
    assert found["title"] == KINDS[code].title
    assert found["status"] == status
    assert found["detail"].endswith((".", "?"))
    assert found["request_id"] == answer.headers["x-request-id"] != ""
    assert PROBLEM_MEMBERS <= set(found) <= PROBLEM_MEMBERS | OPTIONAL_MEMBERS
    assert all(value is not None for value in found.values())
    check_errors(found.get("errors"))
    return found


def check_errors(errors: list[Json] | None) -> None:
    assert errors is None or 1 <= len(errors) <= MOST_ERRORS
    for error in errors or ():
        assert len({"pointer", "parameter"} & set(error)) == 1, error
        assert {"code", "message"} <= set(error) <= {"pointer", "parameter", "code", "message", "line", "column"}
        assert error["code"]
        assert error["message"]


def places(found: Json) -> list[tuple[str, str]]:
    """List the pointers, or parameters, of a problem's errors, each with its code."""
    return [(error.get("pointer", error.get("parameter")), error["code"]) for error in found.get("errors", ())]


def headers_of(answer: httpx.Response) -> dict[str, str]:
    """List an answer's headers without the id of the request."""
    return {name: value for name, value in answer.headers.items() if name != "x-request-id"}
