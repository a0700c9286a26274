"""The endpoints. Each reads its bytes, asks the room that knows, and answers."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.app_state import AppState
from app.api.body.receive import JSON, NDJSON, read_body, read_media_type
from app.api.endpoints.admit import admit_body
from app.api.endpoints.advise import advise_body
from app.api.endpoints.limits import limits_in_force
from app.api.endpoints.reduce import reduce_body, reduce_lines
from app.api.endpoints.reduce_ordered import reduce_stream
from app.api.endpoints.schemas import MEDIA_TYPE as SCHEMA_TYPE
from app.api.endpoints.schemas import schema_index, schema_response
from app.api.endpoints.validate import REPORTS, Report, validate_batch_body, validate_batch_lines, validate_body
from app.api.headers import header
from app.api.negotiation import require_acceptable
from app.api.operations import OPERATIONS
from app.api.pages.problem_pages import get_problem, list_problems
from app.api.pages.start import start_response
from app.api.schemas import Health
from app.observability.metrics import MEDIA_TYPE as METRICS_TYPE
from app.problems import Finding, Problem, render
from app.settings import Settings
from app.workers.capacity import Capacity
from app.workers.pool import Work
from mission_collaboration.reducer.fold import MODES, Mode

DEFAULT_ORDER = b"ordered=false"
"""What forms made of the document send along with JSON, though it says nothing there."""

WORKS: Final[Mapping[str, Work]] = {
    "reduceEvents": reduce_body,
    "validatePayload": validate_body,
    "validateBatch": validate_batch_body,
    "admitEvents": admit_body,
    "adviseOnState": advise_body,
}
"""Operation → what it does with a JSON body when nothing else is asked for."""

Endpoint = Callable[[Request], Awaitable[Response]]


class Where(NamedTuple):
    """What a request asks for."""

    method: str
    path: str


def make_answers(settings: Settings, app_state: AppState) -> dict[Where, ASGIApp]:
    """Map method and path of every operation to what answers it; both stand in `OPERATIONS` alone."""
    endpoints = Endpoints(settings, app_state).by_operation()
    return {
        Where(operation.method.upper(), operation.path): Answer(endpoints[operation.operation_id])
        for operation in OPERATIONS
    }


def works_by_path() -> dict[tuple[str, str], Work]:
    """Map method and path of the operations that work on a JSON body to what works on it."""
    return {
        (operation.method.upper(), operation.path): WORKS[operation.operation_id]
        for operation in OPERATIONS
        if operation.operation_id in WORKS
    }


def api_routes(answers: Mapping[Where, ASGIApp]) -> list[BaseRoute]:
    """Route every operation.

    The routes are Starlette's: an endpoint takes the request as it came, and nothing is parsed twice or coerced.
    """
    return [Route(path, answer, methods=[method]) for (method, path), answer in answers.items()]


class Answer:
    """An endpoint as an ASGI application: what it returns, or refuses, is the answer."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            response = await self.endpoint(Request(scope, receive))
        except Problem as problem:
            response = render(problem)
        except ClientDisconnect:  # in the middle of a body; there is nobody left to answer
            return
        await response(scope, receive, send)


class Endpoints:
    """The endpoints of one service."""

    def __init__(self, settings: Settings, app_state: AppState) -> None:
        self.settings = settings
        self.app_state = app_state
        self.pool = app_state.pool
        self.capacity = Capacity(settings.max_concurrency, max(settings.max_held_bytes, settings.max_body_bytes))

    def by_operation(self) -> dict[str, Endpoint]:
        """Map operation ids to endpoints."""
        return {
            **{operation_id: self.on_json(work) for operation_id, work in WORKS.items()},
            "reduceEvents": self.reduce,
            "validateBatch": self.validate_batch,
            "listSchemas": self.list_schemas,
            "getSchema": self.get_schema,
            "getLimits": self.limits,
            "getLiveness": self.health,
            "getReadiness": self.ready,
            "getHealth": self.health,
            "getMetrics": self.metrics,
            "getStart": self.start,
            "listProblems": list_problems,
            "getProblem": get_problem,
        }

    async def reduce(self, request: Request) -> Response:
        """Fold events into a state, from JSON or NDJSON."""
        require_acceptable(header(request.scope, b"accept"), JSON)
        if read_media_type(request, JSON, NDJSON) == NDJSON:
            return await self.reduce_ndjson(request)
        if request.scope["query_string"] != DEFAULT_ORDER:
            check_query(request)
        body = await read_body(request, self.settings, self.capacity)
        return await self.pool.do(reduce_body, body, self.settings)

    async def reduce_ndjson(self, request: Request) -> Response:
        """Fold events that stand on lines, as they arrive when they come in order."""
        check_query(request, "mode", "ordered")
        mode: Mode = read_choice(request, "mode", MODES)
        if read_choice(request, "ordered", ("false", "true")) == "true":
            return await reduce_stream(request, mode, self.settings, self.capacity)
        body = await read_body(request, self.settings, self.capacity)
        return await self.pool.do(reduce_lines, body, self.settings, mode)

    def on_json(self, work: Work) -> Endpoint:
        """Make an endpoint that does some work on a JSON body, and takes no parameters."""

        async def endpoint(request: Request) -> Response:
            require_acceptable(header(request.scope, b"accept"), JSON)
            read_media_type(request, JSON)
            check_query(request)
            body = await read_body(request, self.settings, self.capacity)
            return await self.pool.do(work, body, self.settings)

        return endpoint

    async def validate_batch(self, request: Request) -> Response:
        """Judge every event of a batch, from JSON or NDJSON."""
        require_acceptable(header(request.scope, b"accept"), JSON)
        judge = validate_batch_lines if read_media_type(request, JSON, NDJSON) == NDJSON else validate_batch_body
        check_query(request, "report")
        report: Report = read_choice(request, "report", REPORTS)
        body = await read_body(request, self.settings, self.capacity)
        return await self.pool.do(judge, body, self.settings, report)

    async def list_schemas(self, request: Request) -> Response:
        """List the JSON Schemas."""
        require_acceptable(header(request.scope, b"accept"), JSON)
        return Response(schema_index().model_dump_json(), media_type=JSON)

    async def get_schema(self, request: Request) -> Response:
        """Answer with one JSON Schema."""
        require_acceptable(header(request.scope, b"accept"), SCHEMA_TYPE, JSON)
        return schema_response(request.path_params["type"], header(request.scope, b"if-none-match"))

    async def start(self, request: Request) -> Response:
        """Say what this is and where to go."""
        return start_response(request, self.settings)

    async def limits(self, request: Request) -> Response:
        """Tell what may be sent."""
        require_acceptable(request.headers.get("accept"), JSON)
        return Response(limits_in_force(self.settings).model_dump_json(), media_type=JSON)

    async def health(self, request: Request) -> Response:
        """Answer that the service is there."""
        return Response(Health(status="ok").model_dump_json(), headers={"Cache-Control": "no-store"}, media_type=JSON)

    async def metrics(self, request: Request) -> Response:
        """Answer with what all workers have counted."""
        return Response(
            self.app_state.access_log.page(), headers={"Cache-Control": "no-store"}, media_type=METRICS_TYPE
        )

    async def ready(self, request: Request) -> Response:
        """Answer whether the service takes requests."""
        await self.app_state.check_ready()
        return await self.health(request)


def check_query(request: Request, *known: str) -> None:
    """Refuse query parameters that nothing would read, as `invalid-request`."""
    if not request.scope["query_string"]:
        return
    for name in request.query_params:
        if name not in known:
            hint = f"known ones: {', '.join(known)}" if known else "there are none here"
            raise bad_parameter(name, "extra_forbidden", f"Unknown query parameter; {hint}")


def read_choice(request: Request, name: str, choices: tuple[str, ...]) -> Any:
    """Read a query parameter that is one of a few words, the first by default; raises `invalid-request`."""
    given = request.query_params.get(name, choices[0])
    if given in choices:
        return given
    expected = " or ".join(f"'{choice}'" for choice in choices)
    raise bad_parameter(name, "literal_error", f"Input should be {expected}")


def bad_parameter(name: str, code: str, message: str) -> Problem:
    """Make the problem of a query parameter that cannot be read."""
    finding = Finding(parameter=name[:100], code=code, message=message)
    return Problem("invalid-request", f"The query parameter '{name[:100]}' is wrong: {message}.", (finding,))
