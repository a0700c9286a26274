"""`POST /advise`: what overlaps in a state, and who has gone quiet."""

from starlette.responses import Response

from app.admission.advice import advise
from app.api.reading import read_request
from app.api.wire import AdviseRequest
from app.settings import Settings


def advise_body(body: bytes, limits: Settings) -> Response:
    """Answer an `/advise` request; raises `Problem`."""
    request = read_request(AdviseRequest, body, limits)
    advice = advise(request.state, as_of=request.as_of, stale_after_seconds=request.stale_after_seconds)
    return Response(advice.model_dump_json(), media_type="application/json")
