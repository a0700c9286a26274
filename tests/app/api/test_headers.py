"""Headers of any content: an answer or a problem, never a failure, and in good time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.client import Client

HEADERS = ("Accept", "Content-Type", "Content-Encoding", "Content-Length", "If-None-Match", "X-Request-Id", "Host")
WORDS = (
    *("application/json", "*/*", "text/html", "gzip", "identity", "charset", "utf-8", "q", "0", "1", "W/", "é"),
    *(";", ",", "=", '"', " ", "*", "'", "%", "\\", "\t", "/", "-"),
)
VALUES = st.lists(st.sampled_from(WORDS), max_size=12).map("".join) | st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=30
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(HEADERS), VALUES)
def test_no_header_makes_the_service_fail(client: Client, name: str, value: str) -> None:
    headers = {name: value.encode("latin-1")}
    for method, path, body in (("POST", "/reduce", b'{"events": []}'), ("GET", "/schemas/Event", None)):
        answer = client.request(method, path, content=body, headers=headers)
        assert answer.status_code < 500


@pytest.mark.parametrize("name", ["Accept", "Content-Type", "Content-Encoding", "If-None-Match", "X-Request-Id"])
@pytest.mark.parametrize("padding", [" ", ",", ";", "\t", "a", '"', ", ", "; ", ";q", "q=0;", "*"])
def test_a_long_header_takes_no_long_time(client: Client, name: str, padding: str) -> None:
    """Tens of milliseconds, or with quadratic work tens of seconds: the limit lies far from both."""
    start = time.perf_counter()
    client.request("POST", "/reduce", content=b'{"events": []}', headers={name: f"a,{padding * 20_000},b"})
    client.request("GET", "/schemas/Event", headers={name: f"a,{padding * 20_000},b"})
    assert time.perf_counter() - start < 2
