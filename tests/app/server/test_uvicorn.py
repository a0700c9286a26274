"""What of uvicorn is replaced without being called is looked at again with every release that changes it."""

import hashlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REPLACED: dict[Callable[..., Any], str] = {
    HttpToolsProtocol.data_received: "010a7ae59a5d3b1a",
    HttpToolsProtocol.on_headers_complete: "1ea8589acfad92d8",
    HttpToolsProtocol.on_response_complete: "64e254f28e389e76",
    HttpToolsProtocol.on_message_complete: "1fbad42dc31fc01f",
    HttpToolsProtocol.on_body: "dba9c32aeba35b6a",
    HttpToolsProtocol._should_upgrade: "8fcad1ab8e096739",
    uvicorn.Server.capture_signals: "e1bbcd4770d1c887",
    uvicorn.Server.handle_exit: "553276efa26e09ea",
}
"""Methods → a digest of their source, of the release that our own were written beside."""


def test_it_is_the_minor_release_that_the_server_was_written_for() -> None:
    assert uvicorn.__version__.startswith("0.54.")


@pytest.mark.parametrize(("method", "digest"), REPLACED.items(), ids=lambda value: getattr(value, "__qualname__", ""))
def test_a_replaced_method_is_as_it_was(method: Callable[..., Any], digest: str) -> None:
    """When this fails: read what has changed, change ours where it matters, and write the new digest here."""
    assert hashlib.sha256(inspect.getsource(method).encode()).hexdigest()[:16] == digest
