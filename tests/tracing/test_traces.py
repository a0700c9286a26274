"""Traces are made for real, where the extra `otel` is installed."""

import asyncio
import http.server
import os
import signal
import threading
from collections.abc import Iterator

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.api.application import create_app
from app.settings import Settings
from tests.support import story
from tests.support.running import DEADLINE, free_port, server

pytestmark = pytest.mark.tracing

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SECRET = "hunter2"


@pytest.fixture(scope="module")
def spans() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


def ask(method: str, path: str, **options: object) -> httpx.Response:
    async def talk() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(Settings(tracing=True)))
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
            return await client.request(method, path, **options)  # type: ignore[arg-type]

    return asyncio.run(talk())


def test_a_request_is_a_span_in_its_callers_trace(spans: InMemorySpanExporter) -> None:
    spans.clear()
    headers = {"traceparent": CALLER, "X-Request-Id": "r-7"}
    answer = ask("POST", "/reduce", json={"events": story.events()}, headers=headers)
    [span] = spans.get_finished_spans()
    assert span.name == "POST /reduce"
    assert f"{span.context.trace_id:032x}" == CALLER.split("-")[1]
    assert f"{span.parent.span_id:016x}" == CALLER.split("-")[2]
    told = dict(span.attributes)
    assert told.pop("http.request.body.size") == len(answer.request.content)
    assert told.pop("http.response.body.size") == len(answer.content)
    assert told == {
        "http.request.method": "POST",
        "http.route": "/reduce",
        "http.response.status_code": 200,
        "collab.request_id": "r-7",
        "collab.events": len(story.events()),
        "collab.mode": "strict",
    }


def test_a_refusal_is_told_by_its_code_and_nothing_that_was_sent_is(spans: InMemorySpanExporter) -> None:
    spans.clear()
    ask("POST", f"/schemas/{SECRET}?{SECRET}", content=SECRET)
    [span] = spans.get_finished_spans()
    assert span.attributes["collab.refusal"] == "method-not-allowed"
    assert SECRET not in span.to_json()


@pytest.fixture
def collector() -> Iterator[tuple[int, list[bytes]]]:
    """Listen as a collector of traces does."""
    came: list[bytes] = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Collector) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield listening.server_port, came
        listening.shutdown()
        thread.join(DEADLINE)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_real_server_sends_its_spans_before_it_ends(collector: tuple[int, list[bytes]], workers: int) -> None:
    port, (collector_port, came) = free_port(), collector
    variables = {"COLLAB_TRACING": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector_port}"}
    with server(port, COLLAB_PORT=port, COLLAB_WORKERS=workers, **variables) as process:
        httpx.get(f"http://127.0.0.1:{port}/schemas/Event")
        os.kill(process.pid, signal.SIGTERM)
        _, log = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0, log
    assert any(b"GET /schemas/{type}" in batch for batch in came), log
