"""What is refused at the socket, and how it is written: the same problems as everywhere (RFC 9457), as raw HTTP."""

from collections.abc import Iterable
from typing import Final
from uuid import uuid4

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from app.problems import SEE_LIMITS, Problem, render, request_id
from app.settings import Settings

Headers = Iterable[tuple[bytes, bytes]]

RETRY_AFTER: Final = "1"
LAST_HEADER: Final = (b"connection", b"close")


def ended_early(part: str) -> Problem:
    """Tell that the client closed its side in the middle."""
    return Problem("malformed-request", f"The connection ended before the request's {part} did.")


def late_head(settings: Settings) -> Problem:
    """Tell that the head took too long."""
    return Problem(
        "request-timeout", f"The request's head was not complete after {settings.head_seconds:g} seconds; {SEE_LIMITS}."
    )


def slow_body(settings: Settings) -> Problem:
    """Tell that the body comes too slowly."""
    rate = f"{settings.min_body_rate} bytes a second over {settings.body_seconds:g} seconds"
    return Problem("request-timeout", f"The request's body came more slowly than {rate}; {SEE_LIMITS}.")


def large_head(settings: Settings) -> Problem:
    """Tell that the head is too large."""
    detail = (
        f"The request line and the headers are larger than {settings.max_header_bytes} bytes together; {SEE_LIMITS}."
    )
    return Problem("headers-too-large", detail)


def too_many_connections() -> Problem:
    """Tell that every connection is taken."""
    detail = "The service has as many connections as it can serve; try again in a moment."
    return Problem("overloaded", detail, headers={"Retry-After": RETRY_AFTER})


def too_many_ahead() -> Problem:
    """Tell that too many requests were sent at once."""
    detail = "Too many requests were sent ahead of their answers; send the rest again on another connection."
    return Problem("overloaded", detail, headers={"Retry-After": RETRY_AFTER})


def no_tunnel() -> Problem:
    """Tell that CONNECT is for proxies."""
    return Problem(
        "method-not-allowed", "The service is no proxy: it has no CONNECT.", headers={"Allow": "GET, HEAD, POST"}
    )


def unreadable(error: HttpParserError) -> Problem:
    """Tell what the parser found wrong, unless a problem of our own stopped it."""
    cause = error.__context__
    if isinstance(cause, Problem):
        return cause
    reason = "the request target is not one" if cause is not None else str(error).rstrip(".") or "it breaks the grammar"
    return Problem("malformed-request", f"The request is not well-formed HTTP/1.1: {reason}.")


def new_id() -> str:
    """Make the id of a request that is refused before anybody could read its own."""
    return uuid4().hex


def written(problem: Problem, chosen: str, default_headers: Headers, *, without_body: bool = False) -> bytes:
    """Write a problem as the last answer of a connection, under this request id."""
    token = request_id.set(chosen)
    try:
        response = render(problem)
    finally:
        request_id.reset(token)
    common = (header for header in default_headers if header != LAST_HEADER)  # which a server that drains has already
    headers = [*common, *response.raw_headers, (b"x-request-id", chosen.encode()), LAST_HEADER]
    return written_head(response.status_code, headers) + (b"" if without_body else bytes(response.body))


def written_head(status: int, headers: Headers) -> bytes:
    """Write the head of an answer."""
    return b"".join([STATUS_LINE[status], *(b"%b: %b\r\n" % header for header in headers), b"\r\n"])
