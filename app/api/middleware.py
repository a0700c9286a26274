"""The way of every request, read from the top: id, origin, key, dispatch, what went wrong, record.

Every endpoint returns a whole `Response`, so one layer does it all, and no message passes through a chain of wrappers.
"""

import asyncio
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from secrets import token_hex
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Router
from starlette.types import Message, Receive, Scope, Send

from app.api.auth import Authenticator
from app.api.caching import forbid_sharing
from app.api.compression import SMALLEST, compress_off_loop, preferred_coding
from app.api.cors import Cors, is_preflight
from app.api.dispatch import Dispatch
from app.api.operation import AppState
from app.api.pages import page_of_missing, prefers_page
from app.api.proxies import Proxies
from app.api.request_parts import header
from app.observability.request_record import RequestRecord
from app.problems import Problem, render, request_id, url_prefix
from app.responses import BatchResponse
from app.settings import Settings
from app.workers.capacity import exhaustion_problem
from app.workers.pool import shutting_down

logger = logging.getLogger("app")

SMALL_ANSWER: Final = 64 * 1024
"""Answers up to this many bytes are not counted as held."""
APOLOGY: Final = "The service failed; nothing was stored, and the request can be sent again."
_is_usable_id = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}").fullmatch


class RequestLayer:
    """Answers every request; it is all that stands between the server and the endpoints."""

    def __init__(self, router: Router, settings: Settings, app_state: AppState) -> None:
        self.router = router
        self.proxies = Proxies(settings)
        self.dispatch = Dispatch(router.routes)
        self.authenticator = Authenticator(settings.keys, settings.open_pages)
        self.cors = Cors(settings.cors_origins)
        self.app_state = app_state
        self.is_tracing = settings.tracing
        self.has_docs = settings.docs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request under its id, and record it."""
        if scope["type"] != "http":
            await self.router(scope, receive, send)
            return
        given_id = header(scope, b"x-request-id")
        chosen_id = given_id if given_id and _is_usable_id(given_id) else token_hex(16)
        request_id.set(chosen_id)
        url_prefix.set(self.proxies.apply(scope))
        record = RequestRecord(scope["method"], chosen_id)
        self.app_state.access_log.begin()
        try:
            with self.span(scope, record):
                try:
                    response = await self.answer(scope, receive, record)
                    with self.held(response) as held:
                        if len(held.body) >= SMALLEST:
                            await compress_off_loop(held, preferred_coding(header(scope, b"accept-encoding")))
                        await self.send(held, scope, send, record)
                except ClientDisconnect:
                    pass  # in the middle of the body; no one is left to answer
                except asyncio.CancelledError:  # the drain time is over
                    if record.status or not self.app_state.draining:
                        raise
                    await self.send(render(shutting_down()), scope, send, record)
        finally:
            self.app_state.access_log.end(record)

    def span(self, scope: Scope, record: RequestRecord) -> AbstractContextManager[None]:
        """Trace a request, where the operator wants traces; nothing of OpenTelemetry is imported otherwise."""
        if not self.is_tracing:
            return nullcontext()
        from app.observability.tracing import span

        return span(scope, record)

    async def answer(self, scope: Scope, receive: Receive, record: RequestRecord) -> Response:
        """Make the response, also of everything that goes wrong; raises `ClientDisconnect`."""

        async def receive_counted() -> Message:
            message = await receive()
            record.bytes_in += len(message.get("body", b""))
            return message

        request = Request(scope, receive_counted)
        try:
            try:
                return await self.respond(request, record)
            except Problem as problem:
                forget_locals(problem)
                if problem.status == 404 and scope["method"] in ("GET", "HEAD"):
                    return self.missing(problem, request)
                return render(problem)
        except ClientDisconnect:
            raise
        except Exception as error:
            if exhausted := exhaustion_problem(error):
                return render(exhausted)
            logger.exception("A bug in %s %s", scope["method"], scope["path"])
            return render(Problem("internal", APOLOGY))

    def missing(self, problem: Problem, request: Request) -> Response:
        """Answer for a path that leads nowhere: a page for browsers, the problem for programs."""
        with suppress(Problem):  # who accepts neither gets the problem
            if prefers_page(request):
                return page_of_missing(problem, request, docs=self.has_docs)
        response = render(problem)
        response.headers.add_vary_header("Accept")
        return response

    async def respond(self, request: Request, record: RequestRecord) -> Response:
        """Let the endpoint respond; raises `Problem` where there is none, or no key for it."""
        scope = request.scope
        if self.cors.answers(scope):
            return self.cors.preflight(scope)
        if scope["path"] == scope.get("root_path"):  # relative links want the slash
            return Response(status_code=308, headers={"Location": f"{scope['path']}/"})
        target = self.dispatch.find(scope["path"])
        if target is not None:
            record.route = target.template
        if scope["method"] == "OPTIONS" and not is_preflight(scope):  # the probe of a load balancer
            return Response(status_code=204, headers={"Allow": self.dispatch.allowed(target, scope["path"])})
        self.authenticator.check(scope)
        endpoint = self.dispatch.endpoint(target, scope)
        response = await endpoint(request)
        if self.authenticator.guards(scope["path"]):
            forbid_sharing(response)
        return response

    @contextmanager
    def held(self, response: Response) -> Iterator[Response]:
        """Count a large answer until the client has read it; where there is no room, `overloaded` is the answer."""
        size = len(response.body) if len(response.body) > SMALL_ANSWER else 0
        try:
            self.app_state.capacity.hold(size)
        except Problem as problem:
            yield render(problem)
            return
        try:
            yield response
        finally:
            self.app_state.capacity.release(size)

    async def send(self, response: Response, scope: Scope, send: Send, record: RequestRecord) -> None:
        """Send a response and record what is known of it; HEAD gets the headers alone."""
        if isinstance(response, BatchResponse):
            record.statistics, record.refusal = response.statistics, response.refusal
        headers = [*response.raw_headers, *self.cors.fields(scope), (b"x-request-id", record.request_id.encode())]
        body = b"" if scope["method"] == "HEAD" else response.body
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        record.status = response.status_code
        await send({"type": "http.response.body", "body": body})
        record.bytes_out = len(body)


def forget_locals(error: BaseException) -> None:
    """Free what the frames of an error hold: a state of many megabytes would else wait for the garbage collector."""
    at: BaseException | None = error
    while at is not None:
        traceback.clear_frames(at.__traceback__)
        at = at.__context__
