"""Lets the kit talk to an ASGI application in its own process, without sockets.

    with in_process(app) as client:
        report = run(load_cases(), client)

Other implementations in Python can test themselves so, and deliberately wrong ones are tried out so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias

import httpx

# ASGI's own messages are untyped dictionaries; the specification, not a type, says what they hold.
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]


class Lifespan:
    """Runs an application's start and stop on the loop that its requests use."""

    def __init__(self, app: Application, loop: asyncio.AbstractEventLoop) -> None:
        self.app, self.loop = app, loop
        self.orders: asyncio.Queue[Message] = asyncio.Queue()
        self.answers: asyncio.Queue[Message] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the application; one that has no lifespan may say so by an exception."""
        self.loop.run_until_complete(self._order("startup"))

    def stop(self) -> None:
        """Stop the application and wait until it has."""
        self.loop.run_until_complete(self._order("shutdown"))

    async def _order(self, what: str) -> None:
        if self.task is None:
            self.task = asyncio.ensure_future(self._run())
        self.orders.put_nowait({"type": f"lifespan.{what}"})
        answer = asyncio.ensure_future(self.answers.get())
        await asyncio.wait({answer, self.task}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
        elif answer.result()["type"].endswith("failed"):
            raise RuntimeError(f"the application refuses to go through its {what}: {answer.result().get('message')}")

    async def _run(self) -> None:
        scope: Message = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        # By the specification an application without lifespan may raise here and be served all the same.
        with suppress(Exception):
            await self.app(scope, self.orders.get, self.answers.put)


class LoopTransport(httpx.BaseTransport):
    """Hands each request to an ASGI application and waits for the answer on one event loop."""

    def __init__(self, app: Application, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        # An exception of the application becomes a plain 500, as a server would make of it.
        self.transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return self.loop.run_until_complete(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self.transport.handle_async_request(request)
        content = b"".join([chunk async for chunk in response.aiter_raw()])  # as sent: the client undoes its coding
        return httpx.Response(response.status_code, headers=response.headers, content=content)


@contextmanager
def in_process(app: Application) -> Iterator[httpx.Client]:
    """Start an application and give a client for it."""
    loop = asyncio.new_event_loop()
    lifespan = Lifespan(app, loop)
    try:
        lifespan.start()
        with httpx.Client(transport=LoopTransport(app, loop), base_url="http://conformance.test") as client:
            yield client
        lifespan.stop()
    finally:
        loop.close()
