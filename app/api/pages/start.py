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
from app.api.negotiation import choose
from app.api.operations import OPERATIONS
from app.api.pages.html import HTML, SERVICE, page, security_headers
from app.api.schemas import Start
from app.settings import Settings
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


def start(settings: Settings) -> Start:
    """Say what there is; the links are those of this deployment."""
    served = {operation.path for operation in OPERATIONS}
    links = {name: path for name, path in LINKS.items() if path in served}
    return Start(
        service=SERVICE,
        version=__version__,
        contract_version=CONTRACT_VERSION,
        links=(DOCS_LINKS if settings.docs else {}) | links,
    )


def start_response(request: Request, settings: Settings) -> Response:
    """Answer in the form that the caller likes best; never from a cache, for it tells the host that was asked."""
    headers = {"Vary": "Accept", "Cache-Control": "no-store"}
    told = start(settings)
    if choose(request.headers.get("accept"), JSON, HTML) == JSON:
        return Response(told.model_dump_json(), headers=headers, media_type=JSON)
    is_open = opened(settings.open_pages) if settings.keys else lambda path: True
    content = page(
        "start.html", links=told.links, is_open=is_open, curls=_curls(own_address(request.scope), bool(settings.keys))
    )
    return Response(content, headers={**headers, **security_headers()}, media_type=HTML)


def own_address(scope: Scope) -> str:
    """Tell the address that this host was asked under.

    Whoever asks can write anything into `Host`: it is taken for a name only when it looks like one, and the
    socket's own address stands in for it otherwise. The scheme is the server's, which hears `X-Forwarded-Proto`
    from proxies that it trusts alone; `X-Forwarded-Host` is not heard at all.
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
