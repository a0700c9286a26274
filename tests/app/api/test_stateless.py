"""The service keeps nothing: no request changes a later one, and any two services answer alike."""

import gzip
import json
from collections.abc import Callable

import httpx
import pytest

from tests.support import builders as build
from tests.support import story
from tests.support.client import Client, headers_of


def body(value: object) -> bytes:
    return json.dumps(value).encode()


STORY = body({"events": story.events()})
REQUESTS: list[tuple[str, str, bytes]] = [
    ("POST", "/reduce", STORY),
    ("POST", "/reduce", body({"events": [], "roster": {"p1": build.identity("p1")}})),
    ("POST", "/reduce", body({"events": build.history(build.drive("p1"))})),
    ("POST", "/reduce", body({"events": build.history(build.drive("p1")), "mode": "permissive"})),
    ("POST", "/reduce", body({"events": [{}] * 200})),
    ("POST", "/reduce", body({"events": build.history(build.joined("p1"), build.drive("p1", "fast"))})),
    ("POST", "/reduce", b"[" * 100_000),
    ("POST", "/reduce", body({"events": [build.event(*build.joined("p1", zz="x" * 1_000))] * 150})),
    ("POST", "/reduce", b'{"events": [NaN]}'),
    ("POST", "/validate", body({"event_type": "DriveIntentSet", "payload": {"intent": 7}})),
    ("POST", "/validate", body({"event_type": "DriveIntent", "payload": {}})),
    ("POST", "/validate/batch", STORY),
    ("POST", "/validate/batch", body({"events": [{}, 7, *story.noise()]})),
    ("POST", "/validate/batch?report=invalid", body({"events": [{}] * 1_200})),
    ("POST", "/admit", STORY),
    ("POST", "/admit", body({"events": [{}, *story.events(), 7], "max_clock_step": 3})),
    ("POST", "/admit", body({"events": [], "checkpoint": "mission-checkpoint.1.AAAA.BBBB"})),
    ("POST", "/advise", body({"state": {}})),
    ("GET", "/schemas", b""),
    ("GET", "/schemas/Event", b""),
    ("GET", "/schemas/Evnt", b""),
    ("GET", "/openapi.json", b""),
    ("GET", "/livez", b""),
    ("PUT", "/livez", b""),
]


def told(answer: httpx.Response) -> tuple[int, dict[str, str], str]:
    """Sum up an answer without the id of its request, and without the compressed length of a body that holds it."""
    headers = headers_of(answer)
    request_id = answer.headers["x-request-id"]
    if request_id in answer.text and "content-encoding" in headers:
        assert int(headers.pop("content-length")) == answer.num_bytes_downloaded
    return answer.status_code, headers, answer.text.replace(request_id, "")


def answers(client: Client, order: list[int]) -> dict[int, tuple[int, dict[str, str], str]]:
    return {n: told(client.request(m, path, content=data)) for n in order for m, path, data in [REQUESTS[n]]}


@pytest.fixture(scope="module")
def in_order(client: Client) -> dict[int, tuple[int, dict[str, str], str]]:
    """Send all of them one after the other."""
    return answers(client, list(range(len(REQUESTS))))


def test_another_service_gives_the_same_bytes_in_any_order(
    make_client: Callable[..., Client], in_order: dict[int, object]
) -> None:
    assert answers(make_client(), list(reversed(range(len(REQUESTS))))) == in_order


@pytest.mark.parametrize("settings", [{"pool_size": 0}, {"inline_body_bytes": 0}, {"docs": True, "workers": 3}])
def test_where_the_work_is_done_does_not_show(
    make_client: Callable[..., Client], in_order: dict[int, object], settings: dict[str, int]
) -> None:
    assert answers(make_client(**settings), list(range(len(REQUESTS)))) == in_order


def test_requests_sent_again_are_answered_as_before(client: Client, in_order: dict[int, object]) -> None:
    odd_first = [*range(1, len(REQUESTS), 2), *range(0, len(REQUESTS), 2)]
    assert answers(client, odd_first) == in_order


def test_requests_sent_at_the_same_time_are_answered_as_alone(client: Client, in_order: dict[int, object]) -> None:
    together = client.send_all(REQUESTS * 2)
    ids = {answer.headers["x-request-id"] for answer in together}
    assert len(ids) == len(together)
    for n, answer in enumerate(together):
        assert told(answer) == in_order[n % len(REQUESTS)]


def test_a_body_in_gzip_is_answered_as_the_plain_one(client: Client, in_order: dict[int, object]) -> None:
    assert told(client.send("/reduce", gzip.compress(STORY), Content_Encoding="gzip")) == in_order[0]
