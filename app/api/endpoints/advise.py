"""`POST /advise`: what overlaps in a state, and who has gone quiet."""

from typing import Final

from starlette.responses import Response

from app.api import examples
from app.api.body import json_handler
from app.api.negotiation import JSON
from app.api.operation import BODY_PROBLEMS, LOST, Operation
from app.api.schemas import AdviseRequest
from app.settings import Settings
from mission_collaboration.admission.advice import STALE_AFTER_SECONDS, Advice, advise
from mission_collaboration.decoding.requests import read_object


def advise_body(body: bytes, settings: Settings) -> Response:
    """Answer an `/advise` request; raises `Problem` and `RequestRefusedError`."""
    request = read_object(AdviseRequest, body, settings)
    stale_after = STALE_AFTER_SECONDS if request.stale_after_seconds is None else request.stale_after_seconds
    advice = advise(request.state, as_of=request.as_of, stale_after_seconds=stale_after)
    return Response(advice.model_dump_json(), media_type=JSON)


ADVISE: Final = Operation(
    method="post",
    path="/advise",
    operation_id="adviseOnState",
    tag="Live loop",
    summary="Find overlaps without a warning, and who went quiet",
    description=(
        "An advisory is the payload of a warning, ready to be sent as an event. There is one for every focus target "
        "with two or more active drivers, and one for every step that two or more participants run. Its `warning_id` "
        "is derived from its content, so the same overlap is never reported twice. Presence is measured at `as_of`. "
        "Without `as_of` it is empty."
    ),
    handler=json_handler(advise_body),
    answer=Advice,
    request=AdviseRequest,
    problems=(*BODY_PROBLEMS, *LOST),
    examples=examples.ADVISE,
)
