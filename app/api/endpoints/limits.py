"""`GET /limits`: what this deployment accepts, made of the settings that are marked as limits and of nothing else."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.requests import Request
from starlette.responses import Response

from app.api.negotiation import JSON
from app.api.operation import Operation, Service
from app.api.pages import HTML, page, prefers_page, security_headers
from app.settings import LIMITS, Settings

LIMIT_FIELDS: Final[dict[str, Any]] = {name: Settings.model_fields[name] for name in LIMITS}
_members: Final[dict[str, Any]] = {
    name: (field.annotation, Field(description=field.description)) for name, field in LIMIT_FIELDS.items()
}
Limits: Final[type[BaseModel]] = create_model(
    "Limits",
    __config__=ConfigDict(frozen=True),
    __doc__="Everything that bounds what a caller may send, by the names of the settings without their prefix.",
    __module__=__name__,
    **_members,
)


async def get_limits(request: Request, service: Service) -> Response:
    """List the limits of this service, as JSON or as a page; never from a cache, for a restart may change them."""
    values = {name: getattr(service.settings, name) for name in LIMITS}
    headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
    if not prefers_page(request):
        return Response(Limits.model_validate(values).model_dump_json(), headers=headers, media_type=JSON)
    rows = [
        {
            "name": name,
            "value": f"{value:,g}" if isinstance(value, float) else f"{value:,}",
            "meaning": LIMIT_FIELDS[name].description,
        }
        for name, value in values.items()
    ]
    content = page("limits.html", docs=service.settings.docs, rows=rows)
    return Response(content, headers={**headers, **security_headers()}, media_type=HTML)


GET_LIMITS: Final = Operation(
    method="get",
    path="/limits",
    operation_id="getLimits",
    tag="Service",
    summary="List the limits of this deployment",
    description=(
        "The limits on what you may send. Each is a setting of the operator. A request over a limit is refused with "
        "413, 422, 431, 408 or 503, and the answer names the limit."
    ),
    handler=get_limits,
    answer=Limits,
    page=True,
    problems=("not-acceptable",),
)
