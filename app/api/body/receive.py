"""Reads a request's body as raw bytes, with its limits held while reading and after decompression."""

import math
import sys
import zlib
from collections.abc import AsyncIterator
from email.message import Message
from typing import Final, NamedTuple

from anyio.lowlevel import checkpoint
from starlette.requests import ClientDisconnect, Request

from app.api.headers import header
from app.problems import SEE_LIMITS, Finding, Problem
from app.settings import Settings
from app.workers.capacity import Capacity
from app.workers.spooled_body import SpooledBody

GZIP_WINDOW: Final = 31
"""zlib's largest window with a gzip header around it."""
LARGEST_STEP: Final = 256 * 1024
"""How many bytes are decompressed before others get their turn."""
LONGEST_LENGTH: Final = 18
"""The digits of a `Content-Length` that is worth reading as a number."""
JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"


async def read_body(request: Request, limits: Settings, capacity: Capacity) -> SpooledBody:
    """Read the whole body, decompressed.

    Raises `body-too-large`, `malformed-json`, `unsupported-media-type`, `overloaded`.
    """
    limit = limits.max_body_bytes
    inline = limits.inline_body_bytes if limits.pool_size else limit
    declared = _declared_size(request)
    if declared > limit:
        raise _too_large(limit)
    if declared > inline:
        capacity.check()
    body = SpooledBody(inline, capacity)
    try:
        if _content_encoding(request) == "gzip":
            async for chunk in _gunzipped(request.stream(), limit):
                _take(body, chunk, limit)
        else:  # a generator costs 10 us, and most requests come in one or two pieces
            more = True
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                _take(body, message.get("body", b""), limit)
                more = message.get("more_body", False)
    except BaseException:
        body.close()
        raise
    return body


def _take(body: SpooledBody, chunk: bytes, limit: int) -> None:
    if body.size + len(chunk) > limit:
        raise _too_large(limit)
    body.write(chunk)


def plain_chunks(request: Request, limits: Settings) -> AsyncIterator[bytes]:
    """Yield a body of any length as it arrives, decompressed step by step where it is gzip; raises `body-too-large`.

    Whoever sends much may have much done; whoever sends a little that swells without end may not.
    """
    chunks = request.stream()
    if _content_encoding(request) != "gzip":
        return chunks
    return _gunzipped(chunks, sys.maxsize, Swelling(limits.max_body_bytes, limits.max_gzip_ratio))


def read_media_type(request: Request, *understood: str) -> str:
    """Tell which of the understood media types the body is; raises `unsupported-media-type`.

    A body that does not say what it is is taken for the first of them.
    """
    given = header(request.scope, b"content-type")
    if given is None:
        return understood[0]
    if given in understood:
        return given
    parsed = Message()
    parsed["Content-Type"] = given if given.isascii() else ""  # which it would read past
    if parsed.get_content_type() not in understood:
        raise _unsupported("Content-Type", f"The body is {given[:100]}; send {' or '.join(understood)}.", understood)
    if parsed.get_content_charset("utf-8") not in ("utf-8", "utf8", "us-ascii"):
        raise _unsupported("Content-Type", "The body's charset is not UTF-8; JSON is always UTF-8.", understood)
    return parsed.get_content_type()


class Swelling(NamedTuple):
    """How much a gzip body may become: this many bytes, or this many times what was sent, whichever is more."""

    size: int
    ratio: float

    def check(self, compressed: int, plain: int) -> None:
        """Raise `body-too-large`."""
        if plain > self.size and plain > compressed * self.ratio:
            detail = f"The gzip body is more than {self.size} bytes and more than {self.ratio} times what was sent"
            raise Problem("body-too-large", f"{detail}; {SEE_LIMITS}.")


UNBOUNDED: Final = Swelling(sys.maxsize, math.inf)


async def _gunzipped(chunks: AsyncIterator[bytes], limit: int, swelling: Swelling = UNBOUNDED) -> AsyncIterator[bytes]:
    stream = zlib.decompressobj(GZIP_WINDOW)
    compressed = decompressed = 0
    async for rest in chunks:
        compressed += len(rest)
        if compressed > limit:  # compressed nothing is nothing still
            raise _too_large(limit)
        while rest:
            if stream.eof:  # a gzip file may have several members
                stream = zlib.decompressobj(GZIP_WINDOW)
            try:
                plain = stream.decompress(rest, LARGEST_STEP)
            except zlib.error:
                raise _bad_gzip("The body is not gzip, though Content-Encoding says so.") from None
            rest = stream.unconsumed_tail or stream.unused_data  # noqa: PLW2901 - until all of it is read
            decompressed += len(plain)
            swelling.check(compressed, decompressed)
            yield plain
            await checkpoint()
    if not stream.eof:
        raise _bad_gzip("The gzip body ends in the middle.")


def _declared_size(request: Request) -> float:
    declared = header(request.scope, b"content-length") or ""
    if not declared.isdecimal():
        return 0
    return int(declared) if len(declared) <= LONGEST_LENGTH else math.inf


def _content_encoding(request: Request) -> str:
    given = header(request.scope, b"content-encoding")
    encoding = given.strip().lower() if given else "identity"
    if encoding not in ("identity", "gzip", "x-gzip"):
        detail = f"The encoding {encoding[:100]} is not understood; send gzip."
        raise _unsupported("Content-Encoding", detail, ())
    return encoding.removeprefix("x-")


def _unsupported(header: str, detail: str, understood: tuple[str, ...]) -> Problem:
    finding = Finding(parameter=header, code="unsupported-media-type", message=detail)
    headers = {"Accept": ", ".join(understood)} if understood else {"Accept-Encoding": "gzip"}
    return Problem("unsupported-media-type", detail, (finding,), headers=headers)


def _bad_gzip(detail: str) -> Problem:
    finding = Finding(parameter="Content-Encoding", code="malformed_gzip", message=detail)
    return Problem("malformed-json", detail, (finding,))


def _too_large(limit: int) -> Problem:
    return Problem(
        "body-too-large", f"The body is larger than {limit} bytes, counted after decompression; {SEE_LIMITS}."
    )
