"""The problems found at the socket, written as raw HTTP: the same shape as all other problems (RFC 9457)."""

from collections.abc import Iterable
from typing import Final
from uuid import uuid4

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from app.problems import AGAIN, ALL_METHODS, SEE_LIMITS, Problem, render, request_id, url_prefix
from app.settings import Settings

Headers = Iterable[tuple[bytes, bytes]]

CLOSE: Final = (b"connection", b"close")
PREFACE_ERROR: Final = "Pause on PRI/Upgrade"
"""What the parser says of the preface of HTTP/2."""
CODING_ERRORS: Final = ("Request has invalid `Transfer-Encoding`",)
"""What the parser says of codings without `chunked`."""


def ended_early(part: str) -> Problem:
    """Say that the client closed its side in the middle."""
    return Problem("malformed-request", f"The connection ended before the request's {part} did.")


def late_head(settings: Settings) -> Problem:
    """Say that the head took too long."""
    return Problem(
        "request-timeout", f"The request's head was not complete after {settings.head_seconds:g} seconds; {SEE_LIMITS}."
    )


def slow_body(settings: Settings) -> Problem:
    """Say that the body comes too slowly."""
    rate = f"{settings.min_body_rate} bytes a second over {settings.body_seconds:g} seconds"
    return Problem("request-timeout", f"The request's body came more slowly than {rate}; {SEE_LIMITS}.")


def large_head(settings: Settings) -> Problem:
    """Say that the head is too large."""
    detail = (
        f"The request line and the headers are larger than {settings.max_header_bytes} bytes together; {SEE_LIMITS}."
    )
    return Problem("headers-too-large", detail)


def too_many_connections() -> Problem:
    """Say that every connection is taken."""
    detail = "The service has as many connections as it can serve; try again in a moment."
    return Problem("overloaded", detail, headers=AGAIN)


def too_many_ahead() -> Problem:
    """Say that too many requests were pipelined."""
    detail = "Too many requests were sent ahead of their answers; send the rest again on another connection."
    return Problem("overloaded", detail, headers=AGAIN)


def no_tunnel() -> Problem:
    """Say that CONNECT is for proxies."""
    detail = "The service is no proxy: it has no CONNECT."
    return Problem("method-not-allowed", detail, headers={"Allow": ALL_METHODS})


def missing_host(count: int) -> Problem:
    """Say that a request needs exactly one `Host` (RFC 9112, 3.2)."""
    return Problem("malformed-request", f"An HTTP/1.1 request has exactly one Host header; this one has {count}.")


def unknown_transfer_coding(coding: str) -> Problem:
    """Say that bodies come in chunks or with their length, and in no other form (RFC 9112, 6.1)."""
    detail = f"The transfer coding {coding[:100]!r} is not implemented; send Content-Length or chunked."
    return Problem("unsupported-transfer-coding", detail)


def unknown_version() -> Problem:
    """Say that the service speaks HTTP/1.1."""
    return Problem("unsupported-http-version", "The request line names a version of HTTP other than HTTP/1.")


def check_head(version: str, headers: Headers) -> None:
    """Hold a head to RFC 9112; raises `Problem`. HTTP/1.2 and later are served as 1.1 (RFC 9110, 2.5)."""
    if not version.startswith("1."):
        raise unknown_version()
    hosts = 0
    for name, value in headers:
        if name == b"host":
            hosts += 1
        elif name == b"transfer-encoding" and value.strip().lower() != b"chunked":
            raise unknown_transfer_coding(value.decode("latin-1"))
    if hosts > 1 or (not hosts and version != "1.0"):
        raise missing_host(hosts)


def malformed_http(error: HttpParserError) -> Problem:
    """Say what the parser found wrong; a problem that one of its callbacks raised is returned as it is."""
    cause, message = error.__context__, str(error)
    if isinstance(cause, Problem):
        return cause
    if message == PREFACE_ERROR:
        return unknown_version()
    if message in CODING_ERRORS:
        return unknown_transfer_coding("that is not chunked")
    reason = "the request target is not one" if cause is not None else message.rstrip(".") or "it breaks the grammar"
    return Problem("malformed-request", f"The request is not well-formed HTTP/1.1: {reason}.")


def new_request_id() -> str:
    """Make the id of a request whose own id was not read."""
    return uuid4().hex


def as_bytes(
    problem: Problem, chosen_id: str, root_path: str, default_headers: Headers, *, without_body: bool = False
) -> bytes:
    """Write a problem as the last answer of a connection, with an id and a prefix of its own.

    Those of the request before it on the connection may still be set.
    """
    id_before, prefix_before = request_id.set(chosen_id), url_prefix.set(root_path)
    try:
        response = render(problem)
    finally:
        request_id.reset(id_before)
        url_prefix.reset(prefix_before)
    common = (header for header in default_headers if header != CLOSE)  # which a server that drains has already
    headers = [*common, *response.raw_headers, (b"x-request-id", chosen_id.encode()), CLOSE]
    head = b"".join([STATUS_LINE[response.status_code], *(b"%b: %b\r\n" % header for header in headers), b"\r\n"])
    return head + (b"" if without_body else bytes(response.body))
