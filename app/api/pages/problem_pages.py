"""`GET /problems` and `GET /problems/{code}`: what errors mean, for people and for programs."""

import json
from functools import cache

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.api.body.receive import JSON
from app.api.caching import Document, answer, document
from app.api.negotiation import choose
from app.api.pages.explanations import problem_index, problem_page
from app.api.pages.html import HTML, MEDIA_TYPE, page, security_headers


async def list_problems(request: Request) -> Response:
    """List the error codes."""
    return _answer(request, problem_index(), "problems.html")


async def get_problem(request: Request) -> Response:
    """Explain one error code."""
    return _answer(request, problem_page(request.path_params["code"]), "problem.html")


def _answer(request: Request, told: BaseModel, template: str) -> Response:
    """Answer in the form that the caller likes best."""
    form = choose(request.headers.get("accept"), JSON, HTML)
    made = _made(told.model_dump_json(exclude_none=True), template if form == HTML else None)
    headers = {"Vary": "Accept", **(security_headers() if form == HTML else {})}
    return answer(made, request.headers.get("if-none-match"), headers)


@cache
def _made(told: str, template: str | None) -> Document:
    """Make each document once; there are two for each code."""
    if template is None:
        return document(told.encode(), JSON)
    values = {"status": None, "example": None, **json.loads(told)}
    return document(page(template, **values), MEDIA_TYPE)
