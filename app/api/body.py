"""The body of a request: received as raw bytes within its limits, handed to the work, and read there by the library."""

import mmap
import sys
from email.message import Message
from typing import Any, Final, NamedTuple

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from app.api.compression import compress, preferred_coding
from app.api.decompression import check_undeclared, decompress, too_large
from app.api.negotiation import JSON, require_acceptable
from app.api.operation import RequestHandler, Service
from app.api.request_parts import check_query, header
from app.problems import SEE_LIMITS, Finding, Problem, library_refusals, request_id, url_prefix
from app.settings import Settings
from app.workers.capacity import Capacity, hold_unpacked
from app.workers.pool import TooMuchInPlaceError, is_in_place
from app.workers.pool_process import Work
from app.workers.spooled_body import SpooledBody

LONGEST_LENGTH: Final = 18
"""The digits of a `Content-Length` that is worth reading as a number."""
NO_MARKS: Final = bytes(set(range(256)) - set(b",[{\n"))
"""All bytes but those of which one stands before or after each value of a body."""
PIECE: Final = 64 * 1024
"""Bytes that are looked at together: more would not stay in the processor's cache."""
VALUES_IN_PLACE: Final = 8_192
"""A body of 128 KB with ordinary events has some 6,000 values."""
OBJECTS_IN_PLACE: Final = 1_000
"""Ordinary events of 128 KB have some 800 objects; one that is no event takes 50 microseconds to read."""
SHORTEST_VALUE: Final = 2.5
"""Values of ordinary JSON have more bytes. So a body with at most so many bytes for each of `max_values` is not counted
against that limit: only lists of digits could have too many values in it."""
VALUE_BYTES: Final = 16
"""A body may have more than `max_values` values when they have so many bytes on average, as those of events have."""
CODING_NAMES: Final = {"identity": "identity", "gzip": "gzip", "x-gzip": "gzip", "zstd": "zstd"}


async def work_on_body(request: Request, service: Service, work: Work, *arguments: Any) -> Response:
    """Read the body and call `work(body, settings, *arguments)` on it, in place or in a pool process.

    Raises `body-too-large`, `malformed-json`, `unsupported-media-type`, `overloaded`, and what the work raises; what
    the library refuses becomes the problem of the same code.
    """
    context = RequestContext(
        content_coding(request), header(request.scope, b"accept-encoding"), request_id.get(), url_prefix.get()
    )
    settings, app_state = service.settings, service.app_state
    body = await read_body(request, settings, app_state.capacity)
    return await app_state.pool.do(decode_and_work, body, context, work, settings, *arguments)


def json_handler(work: Work) -> RequestHandler:
    """Make a handler that calls `work(body, settings)`, in a pool process where the body is large."""

    async def handle(request: Request, service: Service) -> Response:
        require_acceptable(header(request.scope, b"accept"), JSON)
        read_media_type(request, JSON)
        check_query(request)
        return await work_on_body(request, service, work)

    return handle


class RequestContext(NamedTuple):
    """What the work on a body has to know of its request, wherever it is done."""

    coding: str
    accept_encoding: str | None
    request_id: str
    url_prefix: str


def decode_and_work(body: Any, context: RequestContext, work: Work, settings: Settings, *arguments: Any) -> Response:
    """Decompress a body, work on it, and compress the answer where that is the task of a pool process.

    Raises `TooMuchInPlaceError` where all of it is.
    """
    coding = context.coding
    request_id.set(context.request_id)
    url_prefix.set(context.url_prefix)
    in_place = is_in_place(body) and settings.pool_size > 0
    if coding != "identity":
        limit = min(settings.inline_body_bytes, settings.max_body_bytes) if in_place else settings.max_body_bytes
        plain = decompress(body, coding, limit)
        if plain is None:
            raise TooMuchInPlaceError if in_place else too_large(limit)
        hold_unpacked.get()(len(plain))
        body = plain
        if plain and not in_place:  # the work knows a pool process by a body that is mapped
            body = mmap.mmap(-1, len(plain))
            body.write(plain)
        del plain
    check_values(body, settings, in_place=in_place)
    check_undeclared(body, coding)
    with library_refusals():
        response = work(body, settings, *arguments)
    if not in_place:
        compress(response, preferred_coding(context.accept_encoding))
    return response


def check_values(body: bytes, settings: Settings, *, in_place: bool) -> None:
    """Bound the values, objects and lines of a body: each costs time and memory, be it one byte or a thousand.

    Raises `TooMuchInPlaceError` where a pool process should work on them, and `body-too-large`.
    """
    if len(body) <= (VALUES_IN_PLACE if in_place else SHORTEST_VALUE * settings.max_values):
        return
    pieces = (body[start : start + PIECE].translate(None, NO_MARKS) for start in range(0, len(body), PIECE))
    marks = b"".join(pieces)  # all kinds in one pass; to count each takes twice as long
    values = len(marks)
    if in_place and (values > VALUES_IN_PLACE or marks.count(b"{") > OBJECTS_IN_PLACE):
        raise TooMuchInPlaceError
    if values > settings.max_values and values * VALUE_BYTES > len(body):
        detail = f"The body has {values} values, of less than {VALUE_BYTES} bytes on average; {SEE_LIMITS}"
        raise Problem("body-too-large", f"{detail}.")


def declared_length(request: Request) -> int:
    """Read the `Content-Length`; 0 where there is none."""
    given = header(request.scope, b"content-length") or ""
    if not given.isdecimal():
        return 0
    return int(given) if len(given) <= LONGEST_LENGTH else sys.maxsize


async def read_body(request: Request, settings: Settings, capacity: Capacity) -> SpooledBody:
    """Read the whole body as it was sent; raises `body-too-large` and `overloaded`."""
    limit = settings.max_body_bytes
    inline = settings.inline_body_bytes if settings.pool_size else limit
    declared = declared_length(request)
    if declared > limit:
        raise too_large(limit)
    if declared > inline:
        capacity.check()
    body = SpooledBody(inline, capacity)
    try:
        more = True
        while more:  # request.stream() would cost 10 us, and most bodies come in one or two pieces
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk = message.get("body", b"")
            if body.size + len(chunk) > limit:
                raise too_large(limit)
            body.write(chunk)
            more = message.get("more_body", False)
    except BaseException:
        body.close()
        raise
    return body


def read_media_type(request: Request, *understood: str) -> str:
    """Name which of the understood media types the body has; raises `unsupported-media-type`.

    A body without a type is taken for the first of them. So is `text/plain`, which browsers send unless told otherwise.
    """
    given = header(request.scope, b"content-type")
    if given is None:
        return understood[0]
    if given in understood:
        return given
    accepted = {"Accept": ", ".join(understood)}
    parsed = Message()
    parsed["Content-Type"] = given if given.isascii() else ""  # which it would read past
    media_type = given.partition(";")[0].strip().lower()
    if media_type == "text/plain":
        media_type = understood[0]
    if media_type not in understood or not given.isascii():
        raise _unsupported("Content-Type", f"The body is {given[:100]}; send {' or '.join(understood)}.", accepted)
    if parsed.get_content_charset("utf-8") not in ("utf-8", "utf8", "us-ascii"):
        raise _unsupported("Content-Type", "The body's charset is not UTF-8; JSON is always UTF-8.", accepted)
    return media_type


def content_coding(request: Request) -> str:
    """Name the coding of the body: `identity`, `gzip` or `zstd`; raises `unsupported-media-type`."""
    given = header(request.scope, b"content-encoding")
    if not given:
        return "identity"
    coding = CODING_NAMES.get(given.strip().lower())
    if coding is None:
        detail = f"The encoding {given[:100]} is not understood; send gzip or zstd, one of them."
        raise _unsupported("Content-Encoding", detail, {"Accept-Encoding": "gzip, zstd"})
    return coding


def _unsupported(name: str, detail: str, headers: dict[str, str]) -> Problem:
    finding = Finding(parameter=name, code="unsupported-media-type", message=detail)
    return Problem("unsupported-media-type", detail, (finding,), headers=headers)
