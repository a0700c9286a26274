"""What an operator sees of requests: they are counted by route, status, bytes, events and refusals."""

import json
from collections.abc import Callable

from tests.support import builders as build
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


def test_verdicts_are_counted_with_their_codes_and_windows_and_checkpoints_by_size(
    make_client: Callable[..., Client],
) -> None:
    client = make_client()
    joined = build.event(*build.joined("p1"))
    answer = client.post("/admit", {"events": [joined, joined, build.event(*build.drive("p9"), lamport_clock=2), 7]})
    client.post("/missions/admit", {"missions": {"m1": None}, "events": [joined]})
    page = client.get("/metrics").text
    for verdict, code, times in (
        ("accepted", "", 2),
        ("duplicate", "", 1),
        ("pending", "unknown-participant", 1),
        ("rejected", "invalid-request", 1),
    ):
        assert f'collab_verdicts_total{{code="{code}",verdict="{verdict}"}} {times}.0' in page
    assert "collab_window_events_sum 3.0" in page
    assert "collab_checkpoint_bytes_count 2.0" in page
    assert f'collab_checkpoint_bytes_bucket{{le="1000.0"}} {1 + (len(answer.json()["checkpoint"]) <= 1_000)}.0' in page
