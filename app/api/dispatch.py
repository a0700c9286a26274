"""From a path to the endpoints behind it: plain paths are looked up in one table, then the templated ones are tried."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from app.problems import ALL_METHODS, KINDS, Problem

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class Target(NamedTuple):
    """What a path leads to."""

    template: str
    """The path with its parameters in braces, such as `/schemas/{type}`."""
    endpoints: Mapping[str, Endpoint]
    """Method → endpoint."""
    parameters: Mapping[str, str]
    """What stands in the path for each parameter."""

    @property
    def allowed(self) -> str:
        """The value of `Allow`."""
        return ", ".join(sorted({*self.endpoints, "OPTIONS"}))


class Dispatch:
    """The endpoints of a service by path and method."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._plain: dict[str, Target] = {}
        self._templated: list[tuple[Route, Target]] = []
        for route in routes:
            assert isinstance(route, Route)
            endpoints: dict[str, Endpoint] = dict.fromkeys(route.methods or (), route.endpoint)
            target = Target(route.path, endpoints, {})
            if route.param_convertors:
                self._templated.append((route, target))
            else:
                others = self._plain.get(route.path, target).endpoints
                self._plain[route.path] = target._replace(endpoints={**others, **endpoints})

    def allowed(self, target: Target | None, path: str) -> str:
        """List the methods of a path; `*`, of which a server makes `/*`, means the service as a whole."""
        if target is not None:
            return target.allowed
        return ALL_METHODS if path in ("*", "/*") else "OPTIONS"

    def find(self, path: str) -> Target | None:
        """Find what a path leads to."""
        target = self._plain.get(path)
        if target is not None:
            return target
        for route, target in self._templated:
            if match := route.path_regex.match(path):
                return target._replace(parameters=match.groupdict())
        return None

    def endpoint(self, target: Target | None, scope: Scope) -> Endpoint:
        """Choose the endpoint of a request; raises `not-found` and `method-not-allowed`."""
        endpoint = target.endpoints.get(scope["method"]) if target else None
        if target is None or endpoint is None:
            method = "GET" if scope["method"] == "HEAD" else scope["method"]
            code = "method-not-allowed" if target else "not-found"
            remedy = f"; use {' or '.join(sorted(target.endpoints))}" if target else ""
            detail = f"{KINDS[code].title}: {method[:20]} {scope['path'][:200]}{remedy}."
            raise Problem(code, detail, headers={"Allow": target.allowed} if target else {})
        scope["path_params"] = target.parameters
        return endpoint
