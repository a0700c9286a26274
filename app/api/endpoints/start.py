"""`GET /`: what this service is and where to go, for people and for programs."""

import json
import re
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from app.api.auth import opened
from app.api.body.receive import JSON
from app.api.examples import REDUCE, VALIDATE
from app.api.headers import header
from app.api.negotiation import choose
from app.api.operation import Operation, Service
from app.api.pages.html import HTML, SERVICE, page, security_headers
from app.api.schemas import Start
from app.problems import url_prefix
from mission_collaboration import __version__
from mission_collaboration.contract.constants import CONTRACT_VERSION

LINKS: Final = {
    "schemas": "/schemas",
    "problems": "/problems",
    "limits": "/limits",
    "metrics": "/metrics",
    "health": "/readyz",
}
DOCS_LINKS: Final = {"docs": "/docs", "redoc": "/redoc", "openapi": "/openapi.json"}
LONGEST_HOST: Final = 255

_is_host = re.compile(r"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?").fullmatch


async def get_start(request: Request, service: Service) -> Response:
    """Answer in the form that the caller likes best; never from a cache, for it tells the host that was asked."""
    settings = service.settings
    headers = {"Vary": "Accept", "Cache-Control": "no-store"}
    links = (DOCS_LINKS if settings.docs else {}) | LINKS
    if choose(header(request.scope, b"accept"), JSON, HTML) == JSON:
        start = Start(
            service=SERVICE,
            version=__version__,
            contract_version=CONTRACT_VERSION,
            links={name: url_prefix.get() + path for name, path in links.items()},
        )
        return Response(start.model_dump_json(), headers=headers, media_type=JSON)
    is_open = opened(settings.open_pages) if settings.keys else lambda path: True
    curls = _curls(own_address(request.scope), bool(settings.keys))
    content = page("start.html", links=links, is_open=is_open, curls=curls)
    return Response(content, headers={**headers, **security_headers()}, media_type=HTML)


def own_address(scope: Scope) -> str:
    """Tell the address that this host was asked under.

    Whoever asks can write anything into `Host`: it is taken for a name only when it looks like one, and the
    socket's own address stands in for it otherwise. Scheme and prefix are what trusted proxies say of them;
    `X-Forwarded-Host` is not read.
    """
    given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    host = given if len(given) <= LONGEST_HOST and _is_host(given) else _socket_address(scope)
    scheme = "https" if scope.get("scheme") == "https" else "http"
    return f"{scheme}://{host}{scope.get('root_path', '')}"


def _socket_address(scope: Scope) -> str:
    name, port = scope.get("server") or ("localhost", None)
    shown = f"{name}:{port}" if port else name
    return shown if _is_host(shown) else "localhost"


def _curls(address: str, key_needed: bool) -> list[dict[str, str]]:
    """Write three commands that work as they stand, one event a line."""
    overlap, stranger = (REDUCE[name]["value"]["events"] for name in ("overlap", "refusal"))
    judged = json.dumps(VALIDATE["invalid"]["value"])
    headers = "-H 'Content-Type: application/json'" + (" -H 'X-API-Key: KEY'" if key_needed else "")
    return [
        {"about": about, "command": f"curl -s '{address}{path}' {headers} \\\n  -d '{body}'"}
        for about, path, body in (
            ("Someone joins and drives: the state of their mission", "/reduce", _events(overlap[0], overlap[3])),
            ("A stranger speaks up: a refusal, with its place and its page", "/reduce", _events(stranger[-1])),
            ("A payload with a fault: what is wrong with it", "/validate", judged),
        )
    ]


def _events(*events: Any) -> str:
    lines = ",\n    ".join(json.dumps(event) for event in events)
    return f'{{"events": [\n    {lines}\n  ]}}'


START: Final = Operation(
    method="get",
    path="/",
    operation_id="getStart",
    tag="Guide",
    summary="Tell what this service is",
    description=(
        "Its name and versions, and the addresses of everything that there is to read; a small page for browsers."
    ),
    handler=get_start,
    answer=Start,
    answered="What this is, and where to go.",
    answer_headers=("Cache-Control",),
    problems=("not-acceptable",),
    page=True,
)
