"""What stands around every request, as plain ASGI: one class, one concern."""

import asyncio
import logging
import re
from secrets import token_hex

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.app_state import AppState
from app.api.headers import header
from app.problems import Problem, render, request_id
from app.workers.pool import shutting_down

logger = logging.getLogger("app")

_is_usable_id = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}").fullmatch


def choose_id(scope: Scope) -> str:
    """Choose the id of a request: the caller's where it is usable, else a new one."""
    given = header(scope, b"x-request-id")
    return given if given and _is_usable_id(given) else token_hex(16)


def id_field(chosen: str) -> tuple[bytes, bytes]:
    """Write the header field that tells the caller the id."""
    return b"x-request-id", chosen.encode()


class RequestId:
    """Gives every request an id, the caller's where it is usable, and every answer its header."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its id."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        chosen = choose_id(scope)
        request_id.set(chosen)
        field = id_field(chosen)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], field]
            await send(message)

        await self.app(scope, receive, send_with_id)


class HeadAsGet:
    """Answers HEAD wherever GET is answered, with the headers alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as GET and keep the body back."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, send_without_body)


class Guard:
    """Turns a bug into an `internal` problem: logged here, silent about details outside.

    What is given up when the drain time is over becomes `shutting-down`.
    """

    def __init__(self, app: ASGIApp, app_state: AppState) -> None:
        self.app = app
        self.app_state = app_state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer for whatever fails before an answer has begun."""
        started = False

        async def remember(message: Message) -> None:
            nonlocal started
            await send(message)  # which may have to wait for a slow reader, and be given up
            started = True

        try:
            await self.app(scope, receive, remember)
        except asyncio.CancelledError:
            if not self.app_state.draining or started:
                raise
            await render(shutting_down())(scope, receive, send)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            await apology(scope)(scope, receive, send)


def apology(scope: Scope) -> Response:
    """Log the exception that is being handled, a bug, and make the answer that keeps silent about it."""
    logger.exception("A bug in %s %s", scope["method"], scope["path"])
    sorry = "The service failed; nothing was stored, and the request can be sent again."
    return render(Problem("internal", sorry))
