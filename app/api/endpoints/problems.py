"""`GET /problems` and `GET /problems/{code}`: what errors mean, for people and for programs."""

import json
from functools import lru_cache
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.api.body.receive import JSON
from app.api.caching import Document, answer, document
from app.api.headers import header
from app.api.negotiation import choose
from app.api.operation import IF_NONE_MATCH, Operation, Service
from app.api.pages.explanations import problem_index, problem_page
from app.api.pages.html import HTML, MEDIA_TYPE, page, security_headers
from app.api.schemas import ProblemIndex, ProblemPage


async def list_problems(request: Request, service: Service) -> Response:
    """List the error codes."""
    return _answer(request, problem_index(), "problems.html")


async def get_problem(request: Request, service: Service) -> Response:
    """Explain one error code."""
    return _answer(request, problem_page(request.path_params["code"], service.operations), "problem.html")


def _answer(request: Request, told: BaseModel, template: str) -> Response:
    """Answer in the form that the caller likes best."""
    form = choose(header(request.scope, b"accept"), JSON, HTML)
    made = _made(told.model_dump_json(exclude_none=True), template if form == HTML else None)
    headers = {"Vary": "Accept", **(security_headers() if form == HTML else {})}
    return answer(made, header(request.scope, b"if-none-match"), headers)


@lru_cache(maxsize=512)
def _made(told: str, template: str | None) -> Document:
    """Make each document once; there are two for each code."""
    if template is None:
        return document(told.encode(), JSON)
    values = {"status": None, "example": None, "explain": None, **json.loads(told)}
    return document(page(template, **values), MEDIA_TYPE)


CODE: Final = {
    "name": "code",
    "in": "path",
    "required": True,
    "description": "An error's `code`.",
    "schema": {"type": "string"},
    "example": "unknown-participant",
}
LIST_PROBLEMS: Final = Operation(
    method="get",
    path="/problems",
    operation_id="listProblems",
    tag="Guide",
    summary="List the error codes",
    description=(
        "Every code that a problem or a verdict can have, with its status and its address; a page for browsers."
    ),
    handler=list_problems,
    answer=ProblemIndex,
    answered="All codes.",
    answer_headers=("ETag", "Cache-Control"),
    parameters=(IF_NONE_MATCH,),
    problems=("not-acceptable",),
    page=True,
)
GET_PROBLEM: Final = Operation(
    method="get",
    path="/problems/{code}",
    operation_id="getProblem",
    tag="Guide",
    summary="Explain an error code",
    description=(
        "What happened, why, what to do, and an example of the answer. The `type` of every problem leads here; a "
        "page for browsers."
    ),
    handler=get_problem,
    answer=ProblemPage,
    answered="What the code means.",
    answer_headers=("ETag", "Cache-Control"),
    parameters=(CODE, IF_NONE_MATCH),
    problems=("unknown-problem", "not-acceptable"),
    page=True,
)
