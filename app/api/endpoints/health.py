"""`GET /livez`, `GET /readyz`, `GET /healthz` and `GET /metrics`: for load balancers and operators."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.api import examples
from app.api.negotiation import JSON
from app.api.operation import Operation, Service
from app.api.schemas.guide import Health
from app.observability.metrics import METRICS_TYPE

NO_STORE: Final = {"Cache-Control": "no-store"}


async def get_health(request: Request, service: Service) -> Response:
    """Answer that the process lives."""
    return Response(Health(status="ok").model_dump_json(), headers=NO_STORE, media_type=JSON)


async def get_readiness(request: Request, service: Service) -> Response:
    """Answer whether the service takes requests; raises `shutting-down` or `worker-lost`."""
    await service.app_state.check_ready()
    return await get_health(request, service)


async def get_metrics(request: Request, service: Service) -> Response:
    """Answer with what all workers have counted."""
    return Response(service.app_state.access_log.page(), headers=NO_STORE, media_type=METRICS_TYPE)


LIVENESS: Final = Operation(
    method="get",
    path="/livez",
    operation_id="getLiveness",
    tag="Health",
    summary="Check whether the process lives",
    description="200 while the process lives.",
    handler=get_health,
    answer=Health,
    answered="The process lives.",
)
READINESS: Final = Operation(
    method="get",
    path="/readyz",
    operation_id="getReadiness",
    tag="Health",
    summary="Check whether the service takes requests",
    description="200 while it does. 503 during shutdown, and while no process for large bodies can be started.",
    handler=get_readiness,
    answer=Health,
    answered="The service takes requests.",
    problems=("shutting-down", "worker-lost"),
)
HEALTH: Final = Operation(
    method="get",
    path="/healthz",
    operation_id="getHealth",
    tag="Health",
    summary="Check whether the process lives",
    description="The same as `/livez`.",
    handler=get_health,
    answer=Health,
    answered="The process lives.",
)
METRICS: Final = Operation(
    method="get",
    path="/metrics",
    operation_id="getMetrics",
    tag="Health",
    summary="Count requests, events and refusals",
    description=(
        "Prometheus text, for all workers together: requests, durations, bytes, events by type, refusals by code, "
        "anomalies, requests in work, and the processes for large bodies."
    ),
    handler=get_metrics,
    answer="text/plain",
    answered="What was counted since the start.",
    shown=examples.METRICS,
)
