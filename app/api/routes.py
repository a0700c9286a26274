"""The endpoints. Each reads its bytes, asks the room that knows, and answers."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from app.api.bodies import read_body
from app.api.negotiation import require_acceptable
from app.api.problems import Finding, Problem
from app.api.reducing import reduce_body
from app.api.schema_routes import MEDIA_TYPE as SCHEMA_TYPE
from app.api.schema_routes import schema_index, schema_response
from app.api.validating import Report, validate_batch_body, validate_body
from app.api.wire import Health
from app.settings import Settings

JSON = "application/json"


class RawRoute(APIRoute):
    """A route whose endpoint takes the request as it came: nothing is parsed twice, nothing is coerced."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """Hand the request straight to the endpoint."""
        return self.endpoint


def api_routes(settings: Settings) -> APIRouter:
    """Make every endpoint of the API; what OpenAPI says of them stands in `openapi.py`."""
    router = APIRouter(route_class=RawRoute)

    @router.post("/reduce")
    async def reduce(request: Request) -> Response:
        require_acceptable(request.headers.get("accept"), JSON)
        check_query(request)
        return reduce_body(await read_body(request, settings.max_body_bytes), settings)

    @router.post("/validate")
    async def validate(request: Request) -> Response:
        require_acceptable(request.headers.get("accept"), JSON)
        check_query(request)
        return validate_body(await read_body(request, settings.max_body_bytes), settings)

    @router.post("/validate/batch")
    async def validate_batch(request: Request) -> Response:
        require_acceptable(request.headers.get("accept"), JSON)
        check_query(request, "report")
        report = read_report(request)
        return validate_batch_body(await read_body(request, settings.max_body_bytes), report, settings)

    @router.get("/schemas")
    async def list_schemas(request: Request) -> Response:
        require_acceptable(request.headers.get("accept"), JSON)
        return Response(schema_index().model_dump_json(), media_type=JSON)

    @router.get("/schemas/{type}")
    async def get_schema(request: Request) -> Response:
        require_acceptable(request.headers.get("accept"), SCHEMA_TYPE, JSON)
        return schema_response(request.path_params["type"], request.headers.get("if-none-match"))

    for path in ("/livez", "/readyz", "/healthz"):
        router.add_api_route(path, healthy, methods=["GET"])
    return router


async def healthy(request: Request) -> Response:
    """Answer that the service is there."""
    return Response(Health().model_dump_json(), headers={"Cache-Control": "no-store"}, media_type=JSON)


def check_query(request: Request, *known: str) -> None:
    """Refuse query parameters that nothing would read, as `invalid-request`."""
    for name in request.query_params:
        if name not in known:
            hint = f"known ones: {', '.join(known)}" if known else "this endpoint has none"
            raise bad_parameter(name, "extra_forbidden", f"Unknown query parameter; {hint}")


def read_report(request: Request) -> Report:
    """Read `?report=`; raises `invalid-request`."""
    report = request.query_params.get("report", "all")
    if report == "all" or report == "invalid":
        return report  # type: ignore[return-value] # narrowed above
    raise bad_parameter("report", "literal_error", "Input should be 'all' or 'invalid'")


def bad_parameter(name: str, code: str, message: str) -> Problem:
    """Make the problem of a query parameter that cannot be read."""
    finding = Finding(parameter=name[:100], code=code, message=message)
    return Problem("invalid-request", f"The query parameter '{name[:100]}' is wrong: {message}.", (finding,))
