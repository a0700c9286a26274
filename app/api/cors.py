"""Pages of other origins (the Fetch standard's CORS): only those that the operator names may call from a browser.

Callers send their key in a header and never a cookie, so credentials are not allowed.
"""

from collections.abc import Sequence
from typing import Final

from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from app.api.request_parts import header
from app.problems import Finding, Problem, render

CORS_METHODS: Final = ("GET", "HEAD", "POST")
ALWAYS_ALLOWED: Final = ("Accept", "Accept-Language", "Content-Language")
TRACE_CONTEXT: Final = ("traceparent", "tracestate", "baggage")
"""What tracing libraries in pages add to each request."""
ALLOWED: Final = (
    "Authorization",
    "X-API-Key",
    "Content-Type",
    "Content-Encoding",
    "If-None-Match",
    "X-Request-Id",
    *TRACE_CONTEXT,
)
EXPOSED: Final = (
    "X-Request-Id",
    "Repr-Digest",
    "Unencoded-Digest",
    "ETag",
    "Retry-After",
    "WWW-Authenticate",
    "Allow",
)
MAX_AGE_SECONDS: Final = 600


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks before it calls."""
    return (
        scope["method"] == "OPTIONS"
        and header(scope, b"origin") is not None
        and header(scope, b"access-control-request-method") is not None
    )


class Cors:
    """What a service of these origins tells browsers; without origins, nothing."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = frozenset(origins)

    def answers(self, scope: Scope) -> bool:
        """Whether this is a preflight, and of a service that has origins."""
        return bool(self._origins) and is_preflight(scope)

    def fields(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Make the header fields that let the caller's page read an answer."""
        if not self._origins or is_preflight(scope):
            return []
        origin = header(scope, b"origin")
        vary = [] if "*" in self._origins else [(b"vary", b"Origin")]
        allowed = self._allowed_origin(scope)
        if origin is None or allowed is None:
            return vary
        exposed = ", ".join(EXPOSED).encode()
        return [
            *vary,
            (b"access-control-allow-origin", allowed.encode("latin-1")),
            (b"access-control-expose-headers", exposed),
        ]

    def preflight(self, scope: Scope) -> Response:
        """Answer a preflight, which brings no key; a refusal names the header at fault."""
        origin = self._allowed_origin(scope)
        if origin is None:
            return _refused("Origin", "COLLAB_CORS_ORIGINS does not have this origin")
        if header(scope, b"access-control-request-method") not in CORS_METHODS:
            return _refused("Access-Control-Request-Method", f"Use one of {', '.join(CORS_METHODS)}")
        known = {name.lower() for name in (*ALWAYS_ALLOWED, *ALLOWED)}
        asked = header(scope, b"access-control-request-headers") or ""
        too_much = {name.strip().lower() for name in asked.split(",") if name.strip()} - known
        if too_much or header(scope, b"access-control-request-private-network") is not None:
            allowed = f"Send no others than {', '.join(ALLOWED)}, and nothing for a private network"
            return _refused("Access-Control-Request-Headers", allowed)
        response = PlainTextResponse("OK")
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = ", ".join(CORS_METHODS)
        response.headers["Access-Control-Allow-Headers"] = ", ".join(sorted((*ALWAYS_ALLOWED, *ALLOWED)))
        response.headers["Access-Control-Max-Age"] = str(MAX_AGE_SECONDS)
        response.headers["Vary"] = "Origin"
        return response

    def _allowed_origin(self, scope: Scope) -> str | None:
        """Find the origin that may call: any, the caller's own, or None where that is not among those allowed."""
        origin = header(scope, b"origin")
        return "*" if "*" in self._origins else origin if origin in self._origins else None


def _refused(name: str, message: str) -> Response:
    """Refuse a preflight for what is in this header."""
    finding = Finding(parameter=name, code="cors_refused", message=message)
    problem = Problem("invalid-request", f"The preflight is refused for {name}: {message}.", (finding,))
    response = render(problem)
    response.headers["Vary"] = "Origin"
    return response
