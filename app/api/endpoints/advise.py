"""`POST /advise`: what overlaps in a state, and who has gone quiet."""

from starlette.responses import Response

from app.api.body.parse import read_request
from app.api.schemas import AdviseRequest
from app.settings import Settings
from mission_collaboration.admission.advice import advise


def advise_body(body: bytes, limits: Settings) -> Response:
    """Answer an `/advise` request; raises `Problem`."""
    request = read_request(AdviseRequest, body, limits)
    advice = advise(request.state, as_of=request.as_of, stale_after_seconds=request.stale_after_seconds)
    return Response(advice.model_dump_json(), media_type="application/json")
