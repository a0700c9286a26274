"""Reads a request's body as raw bytes, with its limits held while reading and after decompression."""

import zlib
from email.message import Message
from typing import Final

from starlette.requests import Request

from app.api.problems import Finding, Problem

GZIP_WINDOW: Final = 31
"""zlib's largest window with a gzip header around it."""
JSON_TYPES: Final = ("application/json",)
LONGEST_LENGTH: Final = 18
"""The digits of a `Content-Length` that is worth reading as a number."""


async def read_body(request: Request, limit: int) -> bytes:
    """Read the whole body, decompressed, of a request that says it is JSON.

    Raises `unsupported-media-type`, `body-too-large` or `malformed-gzip`.
    """
    check_media_type(request)
    plain = _content_encoding(request) == "identity"
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and (len(declared) > LONGEST_LENGTH or int(declared) > limit):
        raise _too_large(limit)
    sink = PlainBody(limit) if plain else GzipBody(limit)
    async for chunk in request.stream():
        sink.feed(chunk)
    return sink.finish()


class PlainBody:
    """Gathers a body as it comes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._chunks: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes; raises `body-too-large`."""
        self._size += len(chunk)
        if self._size > self._limit:
            raise _too_large(self._limit)
        self._chunks.append(chunk)

    def finish(self) -> bytes:
        """Hand out the body."""
        return self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)


class GzipBody(PlainBody):
    """Decompresses a body as it comes, and never holds more of it than the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._stream = zlib.decompressobj(GZIP_WINDOW)

    def feed(self, chunk: bytes) -> None:
        """Take the next compressed bytes; raises `body-too-large` or `malformed-gzip`."""
        while chunk:
            if self._stream.eof:  # a gzip file may have several members
                self._stream = zlib.decompressobj(GZIP_WINDOW)
            try:
                super().feed(self._stream.decompress(chunk, self._limit - self._size + 1))
            except zlib.error:
                raise _bad_gzip("The body is not gzip, though Content-Encoding says so.") from None
            chunk = self._stream.unconsumed_tail or self._stream.unused_data

    def finish(self) -> bytes:
        """Hand out the body; raises `malformed-gzip` when it ends in the middle."""
        if not self._stream.eof:
            raise _bad_gzip("The gzip body ends in the middle.")
        return super().finish()


def check_media_type(request: Request) -> None:
    """Raise `unsupported-media-type` for a body that says it is something else than JSON in UTF-8."""
    given = Message()
    given["Content-Type"] = request.headers.get("content-type", JSON_TYPES[0])
    if given.get_content_type() not in JSON_TYPES:
        sent = str(given["Content-Type"])[:100]
        raise _unsupported("Content-Type", f"The body is {sent}; send {JSON_TYPES[0]}.")
    if given.get_content_charset("utf-8") not in ("utf-8", "utf8", "us-ascii"):
        raise _unsupported("Content-Type", "The body's charset is not UTF-8; JSON is always UTF-8.")


def _content_encoding(request: Request) -> str:
    encoding = request.headers.get("content-encoding", "identity").strip().lower() or "identity"
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise _unsupported("Content-Encoding", f"The encoding {encoding[:100]} is not understood; send gzip.")
    return encoding


def _unsupported(header: str, detail: str) -> Problem:
    finding = Finding(parameter=header, code="unsupported-media-type", message=detail)
    headers = {"Accept-Encoding": "gzip"} if header == "Content-Encoding" else {"Accept": ", ".join(JSON_TYPES)}
    return Problem("unsupported-media-type", detail, (finding,), headers=headers)


def _bad_gzip(detail: str) -> Problem:
    finding = Finding(parameter="Content-Encoding", code="malformed-gzip", message=detail)
    return Problem("malformed-gzip", detail, (finding,))


def _too_large(limit: int) -> Problem:
    return Problem("body-too-large", f"The body is larger than {limit} bytes, counted after decompression.")
