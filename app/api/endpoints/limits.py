"""`GET /limits`: what this deployment accepts, made of the settings that are marked as limits and of nothing else."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.requests import Request
from starlette.responses import Response

from app.api.body.receive import JSON
from app.api.headers import header
from app.api.negotiation import require_acceptable
from app.api.operation import Operation, Service
from app.settings import LIMITS, Settings


def _published() -> dict[str, Any]:
    fields = Settings.model_fields
    return {name: (fields[name].annotation, Field(description=fields[name].description)) for name in LIMITS}


Limits: Final[type[BaseModel]] = create_model(
    "Limits",
    __config__=ConfigDict(frozen=True),
    __doc__="Everything that bounds what a caller may send, by the names of the settings without their prefix.",
    __module__=__name__,
    **_published(),
)


async def get_limits(request: Request, service: Service) -> Response:
    """List the limits of this service."""
    require_acceptable(header(request.scope, b"accept"), JSON)
    limits = Limits.model_validate({name: getattr(service.settings, name) for name in LIMITS})
    return Response(limits.model_dump_json(), media_type=JSON)


GET_LIMITS: Final = Operation(
    method="get",
    path="/limits",
    operation_id="getLimits",
    tag="Service",
    summary="List the limits of this deployment",
    description=(
        "Everything that bounds what you may send: each is a setting of the operator. Past one, the answer is a "
        "problem of 413, 431, 408 or 503 that says which."
    ),
    handler=get_limits,
    answer=Limits,
    problems=("not-acceptable",),
)
