"""What an operator sees of requests: they are counted by route, status, bytes, events and refusals."""

import json
from collections.abc import Callable

from tests.support import story
from tests.support.client import Client


def test_a_request_is_counted_with_what_was_in_it(make_client: Callable[..., Client]) -> None:
    """The fold of a story, the refusal of nonsense, and a path that leads nowhere."""
    client = make_client()
    body = json.dumps({"events": story.events()}).encode()
    state, refusal, nowhere = client.send("/reduce", body), client.send("/reduce", b"nonsense"), client.get("/nope")
    schema = client.get("/schemas/Event")
    assert client.app_state.access_log.in_flight == 0
    page = client.get("/metrics").text
    for line in (
        'collab_requests_total{method="POST",route="/reduce",status="200"} 1.0',
        'collab_requests_total{method="POST",route="/reduce",status="400"} 1.0',
        'collab_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        'collab_requests_total{method="GET",route="/schemas/{type}",status="200"} 1.0',
        f'collab_request_bytes_total{{route="/reduce"}} {len(body) + len("nonsense")}.0',
        f'collab_response_bytes_total{{route="/reduce"}} {len(state.content) + len(refusal.content)}.0',
        f'collab_response_bytes_total{{route="/schemas/{{type}}"}} {len(schema.content)}.0',
        f'collab_response_bytes_total{{route="unmatched"}} {len(nowhere.content)}.0',
        'collab_events_total{event_type="ParticipantJoined"} 4.0',
        'collab_refusals_total{code="malformed-json"} 1.0',
        "collab_anomalies_total 1.0",
    ):
        assert f"{line}\n" in page
