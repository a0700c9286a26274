"""`POST /advise`: what overlaps in a state, and who has gone quiet."""

from typing import Final

from starlette.responses import Response

from app.api import examples
from app.api.body.parse import read_request
from app.api.operation import BODY_PROBLEMS, Operation, json_handler
from app.api.schemas import AdviseRequest
from app.settings import Settings
from mission_collaboration.admission.advice import STALE_AFTER_SECONDS, Advice, advise


def advise_body(body: bytes, limits: Settings) -> Response:
    """Answer an `/advise` request; raises `Problem`."""
    request = read_request(AdviseRequest, body, limits)
    stale_after = STALE_AFTER_SECONDS if request.stale_after_seconds is None else request.stale_after_seconds
    advice = advise(request.state, as_of=request.as_of, stale_after_seconds=stale_after)
    return Response(advice.model_dump_json(), media_type="application/json")


ADVISE: Final = Operation(
    method="post",
    path="/advise",
    operation_id="adviseOnState",
    tag="Live loop",
    summary="Find overlaps without a warning, and who has gone quiet",
    description=(
        "An advisory is the payload of a warning, ready to be put into an event: for every focus target with two "
        "or more active drivers, and for every step in flight at two or more participants. Its `warning_id` "
        "follows from what it says, so the same overlap is never reported twice. Presence is measured at `as_of`,"
        " and not at all without it."
    ),
    handler=json_handler(advise_body),
    answer=Advice,
    request=AdviseRequest,
    problems=(*BODY_PROBLEMS, "worker-lost"),
    examples=examples.ADVISE,
)
