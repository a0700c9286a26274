"""What people and programs both read: JSON, or the same as a page for callers who prefer HTML."""

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.api.body import JSON
from app.api.caching import answer, document
from app.api.negotiation import choose
from app.api.pages import HTML, made_page, page, security_headers
from app.api.request_parts import header
from app.api.service import Service
from app.problems import Problem, url_prefix
from app.responses import BatchResponse


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
