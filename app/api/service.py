"""The framework's application with a short way in: what is asked most does not pass the layers made for pages."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.at_once import AtOnce

UNTRACED: Final = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI would look for telemetry providers at every request, for some 20 microseconds."""


class Service(FastAPI):
    """Answers `(method, path)` pairs of a table straight away, inside the middleware, and routes everything else."""

    def __init__(self, answers: Mapping[tuple[str, str], ASGIApp], at_once: AtOnce, **options: Any) -> None:
        super().__init__(telemetry=UNTRACED, **options)  # type: ignore[arg-type]
        self.answers = answers
        self.at_once = at_once
        """For a server that knows of it; all others ask the application as ever."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put the table between our middleware and the router, and leave out the layers that ours stand for."""
        app: ASGIApp = ExceptionMiddleware(AsyncExitStackMiddleware(self.router), self.exception_handlers)
        app = ShortWay(self.answers, app)
        for layer in reversed(self.user_middleware):
            app = layer.cls(app, *layer.args, **layer.kwargs)
        return app


class ShortWay:
    """Looks the request up in a table before anybody else is asked."""

    def __init__(self, answers: Mapping[tuple[str, str], ASGIApp], otherwise: ASGIApp) -> None:
        self.answers = answers
        self.otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what the table has; the router sees the rest."""
        app = self.answers.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        await (app or self.otherwise)(scope, receive, send)
