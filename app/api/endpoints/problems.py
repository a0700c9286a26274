"""`GET /problems` and `GET /problems/{code}`: what errors mean, for people and for programs."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.api.operation import IF_NONE_MATCH, Operation, Service
from app.api.pages import answer_in_either_form
from app.api.problem_texts import problem_index, problem_page
from app.api.schemas.guide import ProblemIndex, ProblemPage


async def list_problems(request: Request, service: Service) -> Response:
    """List the error codes."""
    return answer_in_either_form(request, service, problem_index(), "problems.html")


async def get_problem(request: Request, service: Service) -> Response:
    """Explain one error code; raises `unknown-problem`."""
    explained = problem_page(request.path_params["code"], service.operations)
    return answer_in_either_form(request, service, explained, "problem.html")


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
        "Every code that a problem or a verdict can have, with its status and its address. Browsers get a page."
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
        "What happened, why, what to do, and an example of the answer. The `type` of every problem leads here. "
        "Browsers get a page."
    ),
    handler=get_problem,
    answer=ProblemPage,
    answered="What the code means.",
    answer_headers=("ETag", "Cache-Control"),
    parameters=(CODE, IF_NONE_MATCH),
    problems=("unknown-problem", "not-acceptable"),
    page=True,
)
