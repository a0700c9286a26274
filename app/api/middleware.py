"""What stands around every request, as plain ASGI: one class, one concern."""

import logging
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import Problem, render

logger = logging.getLogger("app")

is_request_id = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}").fullmatch


def acceptable_request_id(given: str) -> bool:
    """Tell whether a caller's request id can be taken over as it is."""
    return is_request_id(given) is not None


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
    """Turns a bug into an `internal` problem: logged here, silent about details outside."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer for whatever fails before an answer has begun."""
        started = False

        async def remember(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, remember)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            logger.exception("A bug in %s %s", scope["method"], scope["path"])
            sorry = "The service failed; nothing was stored, and the request can be sent again."
            await render(Problem("internal", sorry))(scope, receive, send)
