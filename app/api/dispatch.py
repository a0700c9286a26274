"""From a path to the endpoints behind it: plain paths are looked up in one table, then the templated ones are tried."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from app.problems import KINDS, Problem

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
        return ", ".join(sorted(self.endpoints))


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
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        where = f"{method[:20]} {scope['path'][:200]}"
        if target is None:
            raise Problem("not-found", f"{KINDS['not-found'].title}: {where}.")
        endpoint = target.endpoints.get(scope["method"])
        if endpoint is None:
            title = KINDS["method-not-allowed"].title
            raise Problem("method-not-allowed", f"{title}: {where}.", headers={"Allow": target.allowed})
        scope["path_params"] = target.parameters
        return endpoint
