"""Pages of other origins (the Fetch standard's CORS): only those that the operator names may call from a browser."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from app.problems import Finding, Problem, render

TAKEN: Final = ("Authorization", "X-API-Key", "Content-Type", "Content-Encoding", "If-None-Match", "X-Request-Id")
SHOWN: Final = ("X-Request-Id", "Repr-Digest", "ETag", "Retry-After", "WWW-Authenticate", "Allow")
ORIGIN: Final = "Origin"
METHOD: Final = "Access-Control-Request-Method"
HEADERS: Final = "Access-Control-Request-Headers"


class Cors(CORSMiddleware):
    """Starlette's, for callers that send their key in a header and never a cookie; its refusals are problems."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        super().__init__(app, origins, ("GET", "HEAD", "POST"), TAKEN, expose_headers=SHOWN)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a browser that asks before it calls; it sends no key yet."""
        answer = super().preflight_response(request_headers)
        if answer.status_code < 400:
            return answer
        name, message = self._refusal(request_headers)
        finding = Finding(parameter=name, code="cors_refused", message=message)
        refusal = render(Problem("invalid-request", f"The preflight is refused for {name}: {message}.", (finding,)))
        refusal.headers["Vary"] = ORIGIN
        return refusal

    def _refusal(self, headers: Headers) -> tuple[str, str]:
        if not self.is_allowed_origin(origin=headers["origin"]):
            return ORIGIN, "This origin is none of COLLAB_CORS_ORIGINS"
        if headers["access-control-request-method"] not in self.allow_methods:
            return METHOD, f"Use one of {', '.join(self.allow_methods)}"
        return HEADERS, f"Send no others than {', '.join(TAKEN)}, and nothing for a private network"
