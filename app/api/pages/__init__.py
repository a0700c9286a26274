"""The pages that people browse: hand-written HTML, one stylesheet, and nothing from another host.

A page is made of one of the templates, with every value escaped, and is fenced in by its headers. What programs read
too is answered as JSON, or as a page for callers who prefer HTML.
"""

import json
import re
from functools import lru_cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import Document, answer, document
from app.api.negotiation import JSON, choose
from app.api.operation import SERVICE_NAME, Service
from app.api.request_parts import header
from app.problems import Problem, url_prefix
from app.responses import BatchResponse
from mission_collaboration import __version__
from mission_collaboration.contract.constants import CONTRACT_VERSION

HTML: Final = "text/html"
HTML_UTF_8: Final = "text/html; charset=utf-8"
OWN_PAGE: Final = "script-src 'self'; style-src 'self'; img-src 'self'"
"""What a page of ours loads: its stylesheets, its icon, and the script for its buttons."""

_code = re.compile(r"`([^`]+)`")
_environment = Environment(
    loader=PackageLoader("app.api.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, **values: Any) -> bytes:
    """Fill in a template. Links are relative, so that a page works below any prefix that a proxy adds."""
    return _environment.get_template(template).render(values).encode()


@lru_cache(maxsize=512)
def made_page(template: str, *, docs: bool, content: str = "{}") -> Document:
    """Fill in a template with the members of a JSON object, once for the same content; few proxies add a prefix."""
    left_out = {"status": None, "example": None, "explain": None}  # JSON has no members that do not apply
    values = {**left_out, **json.loads(content)}
    return document(page(template, docs=docs, **values), HTML_UTF_8)


def prose(text: str) -> Markup:
    """Escape a text, and show what stands in backticks as code."""
    return Markup(_code.sub(r"<code>\1</code>", str(escape(text.strip()))))


def indented(value: Any) -> str:
    """Write JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


_environment.filters.update(prose=prose, json=indented)
_environment.globals.update(service=SERVICE_NAME, version=__version__, contract_version=CONTRACT_VERSION)


def security_headers(loads: str = OWN_PAGE) -> dict[str, str]:
    """Make headers that let a browser load only this, and only from this host, and keep the page out of frames."""
    fence = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return {
        "Content-Security-Policy": f"default-src 'none'; {loads}; {fence}",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
    }


def prefers_page(request: Request) -> bool:
    """Whether the caller prefers a page to JSON, which is what callers without preference get."""
    return choose(header(request.scope, b"accept"), JSON, HTML) == HTML


def answer_in_either_form(request: Request, service: Service, content: BaseModel, template: str) -> Response:
    """Answer with a document, as JSON or as a page; raises `not-acceptable`."""
    as_page = prefers_page(request)
    text = content.model_dump_json(exclude_none=template != "schemas.html")
    made = made_page(template, docs=service.settings.docs, content=text) if as_page else document(text.encode(), JSON)
    headers = {"Vary": "Accept", **(security_headers() if as_page else {})}
    return answer(made, header(request.scope, b"if-none-match"), headers)


def page_of_missing(problem: Problem, request: Request, *, docs: bool) -> Response:
    """Make the page that tells a browser of a path that leads nowhere."""
    path: str = request.scope["path"]
    up = "../" * (path.count("/") - 1)
    detail = None if problem.code == "not-found" and not problem.findings else problem.detail
    content = page("missing.html", up=up, docs=docs, path=url_prefix.get() + path[:200], detail=detail)
    response = BatchResponse(content, problem.status, {"Vary": "Accept", **security_headers()}, HTML)
    response.refusal = problem.code
    return response
