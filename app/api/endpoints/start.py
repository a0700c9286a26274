"""`GET /`: what this service is and where to go, for people and for programs."""

import re
from shlex import quote
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from app.api.auth import opened
from app.api.negotiation import JSON, choose
from app.api.operation import SERVICE_NAME, Operation, Service
from app.api.pages import HTML, page, security_headers
from app.api.request_parts import header
from app.api.schemas.guide import Start
from app.problems import url_prefix
from mission_collaboration import __version__
from mission_collaboration.contract.constants import CONTRACT_VERSION

LINKS: Final = {
    "stories": "/stories",
    "schemas": "/schemas",
    "problems": "/problems",
    "limits": "/limits",
    "metrics": "/metrics",
    "health": "/readyz",
}
DOCS_LINKS: Final = {"explore": "/explore", "docs": "/docs", "redoc": "/redoc", "openapi": "/openapi.json"}
DOORS: Final = (
    ("explore", "Explore", "Drop a file of events, look at the history, ask why."),
    ("docs", "API", "Every endpoint, with a request filled in."),
    ("problems", "Errors", "What each code means, and what to do."),
)
NAMES: Final = {
    "redoc": "API as one page",
    "openapi": "openapi.json",
    "stories": "Example batches",
    "schemas": "Schemas",
    "limits": "Limits",
    "metrics": "Metrics",
    "health": "Health",
}
STATE_SHOWN: Final = """\
{ "active_drivers": ["p-ada", "p-agent"],
  "participants_by_focus": { "wp:WP03": ["p-ada", "p-agent"] },
  "warnings": [ … ], "event_count": 19, … }"""
BLAME_SHOWN: Final = """\
{ "timeline": [ … ], "blame": {
    "/active_drivers/p-ada": "01JQ7Z40000000000000000007", … },
  "gone": {
    "/participants/p-ben": "01JQ7Z40000000000000000019" }, … }"""
LONGEST_HOST: Final = 255

_is_host = re.compile(r"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?").fullmatch


async def get_start(request: Request, service: Service) -> Response:
    """Answer in the form that the caller likes best; never from a cache, for it tells the host that was asked."""
    settings = service.settings
    headers = {"Vary": "Accept", "Cache-Control": "no-store"}
    links = (DOCS_LINKS if settings.docs else {}) | LINKS
    if choose(header(request.scope, b"accept"), JSON, HTML) == JSON:
        start = Start(
            service=SERVICE_NAME,
            version=__version__,
            contract_version=CONTRACT_VERSION,
            links={name: url_prefix.get() + path for name, path in links.items()},
        )
        return Response(start.model_dump_json(), headers=headers, media_type=JSON)
    is_open = opened(settings.open_pages) if settings.keys else lambda path: True
    content = page(
        "start.html",
        docs=settings.docs,
        commands=_commands(own_address(request.scope).removeprefix("http://"), bool(settings.keys)),
        doors=[
            {"path": links[name][1:], "name": title, "about": about, "needs_key": not is_open(links[name])}
            for name, title, about in DOORS
            if name in links
        ],
        rest=[
            {"path": links[name][1:], "name": title, "needs_key": not is_open(links[name])}
            for name, title in NAMES.items()
            if name in links
        ],
    )
    return Response(content, headers={**headers, **security_headers()}, media_type=HTML)


def own_address(scope: Scope) -> str:
    """Write the address under which the caller reached this host.

    A caller can write anything into `Host`: it is taken for a name only when it looks like one, and the
    socket's own address stands in for it otherwise. Scheme and prefix are what trusted proxies say of them;
    `X-Forwarded-Host` is not read.
    """
    given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    name, port = scope.get("server") or ("localhost", None)
    shown = f"{name}:{port}" if port else name
    candidates = (given if len(given) <= LONGEST_HOST else "", shown, "localhost")
    host = next(filter(_is_host, candidates))
    scheme = "https" if scope.get("scheme") == "https" else "http"
    return f"{scheme}://{host}{scope.get('root_path', '')}"


def _commands(address: str, key_needed: bool) -> list[dict[str, str]]:
    """Write two commands that work as they stand, and the heart of what they answer."""
    key = " -H 'X-API-Key: KEY'" if key_needed else ""
    story, reduce, explain = (quote(f"{address}/{path}") for path in ("stories/mission", "reduce", "explain"))
    post = f" -d @story.json \\\n  -H 'Content-Type: application/json'{key}"
    return [
        {
            "about": "The state of a mission",
            "command": f"curl -s {story} -o story.json{key}\ncurl -s {reduce}{post}",
            "answer": STATE_SHOWN,
        },
        {"about": "Why it is so", "command": f"curl -s {explain}{post}", "answer": BLAME_SHOWN},
    ]


START: Final = Operation(
    method="get",
    path="/",
    operation_id="getStart",
    tag="Guide",
    summary="Get the start page",
    description=("The name, the versions, and the addresses of all pages. Browsers get a page."),
    handler=get_start,
    answer=Start,
    answered="What this is, and where to go.",
    answer_headers=("Cache-Control",),
    problems=("not-acceptable",),
    page=True,
)
