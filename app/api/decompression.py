"""Compressed bodies: gzip and zstd, decompressed step by step; what is wrong with one is said clearly.

A body may consist of several gzip members, or zstd frames, one after the other.
"""

import zlib
from collections.abc import Iterator
from typing import Final

from app.api.compression import zstd
from app.problems import SEE_LIMITS, Finding, Problem
from app.settings import Settings

STEP: Final = 256 * 1024
"""The most bytes that one step gives."""
GZIP_WINDOW_BITS: Final = 31
"""zlib's largest window, with a gzip header around it."""
ZSTD_OPTIONS: Final[dict[int, int]] = {zstd.DecompressionParameter.window_log_max: 23}
"""A frame may ask for a window of 8 MB at most, as RFC 8878 advises for HTTP."""
MAGIC: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
"""How a compressed body begins. JSON begins otherwise, and so does text in UTF-8."""
LONGEST_MAGIC: Final = 4
FIRST_BYTES: Final = tuple(magic[:1] for magic in MAGIC)
CUT_SHORT: Final = "cut short"
FAULTS: Final = {
    CUT_SHORT: "cut_short",
    "incorrect header check": "not_compressed",
    "Unknown frame descriptor": "not_compressed",
    "data check": "checksum",
    "length check": "checksum",
    "match checksum": "checksum",
    "too much memory": "window_too_large",
}
"""What the libraries say, or we → the kind of fault; anything else is damage."""
SENTENCES: Final = {
    "not_compressed": "The body is not {coding}, though Content-Encoding says so",
    "cut_short": "The {coding} body is cut short",
    "checksum": "The {coding} body does not match its checksum: it was damaged on its way",
    "bytes_after": "Bytes that are not {coding} follow the {coding} body",
    "window_too_large": "The zstd body asks for a window above 8 MB: compress it with a window log of at most 23",
    "damaged": "The {coding} body is damaged",
}


class GzipMember:
    """One gzip member."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(GZIP_WINDOW_BITS)

    @property
    def eof(self) -> bool:
        """Whether it is complete."""
        return self._stream.eof

    def step(self, data: bytes) -> tuple[bytes, bytes, bool]:
        """Decompress a step; return it, what is still to be fed, and whether there is more without further bytes."""
        plain = self._stream.decompress(data, STEP)
        return plain, self._stream.unconsumed_tail or self._stream.unused_data, False


class ZstdFrame:
    """One zstd frame."""

    def __init__(self) -> None:
        self._stream = zstd.ZstdDecompressor(options=ZSTD_OPTIONS)

    @property
    def eof(self) -> bool:
        """Whether it is complete."""
        return self._stream.eof

    def step(self, data: bytes) -> tuple[bytes, bytes, bool]:
        """Decompress a step; return it, what is still to be fed, and whether there is more without further bytes."""
        plain = self._stream.decompress(data, STEP)
        return plain, self._stream.unused_data, not (self._stream.eof or self._stream.needs_input)


class Decompressor:
    """Decompresses one body."""

    def __init__(self, coding: str) -> None:
        self.coding = coding
        self._member: GzipMember | ZstdFrame | None = None
        self._members = 0

    def steps(self, data: bytes) -> Iterator[bytes]:
        """Decompress the next bytes in steps; raises `malformed-json`."""
        has_more = False
        while data or has_more:
            if self._member is None or self._member.eof:
                if self._members and self.coding == "gzip":
                    data = data.lstrip(b"\0")  # the padding of a block device
                if not data:
                    return
                self._member = GzipMember() if self.coding == "gzip" else ZstdFrame()
                self._members += 1
            try:
                plain, data, has_more = self._member.step(data)
            except (zlib.error, zstd.ZstdError) as error:
                raise self._problem(str(error)) from None
            yield plain

    def finish(self) -> None:
        """Raise `malformed-json` where the body ends too early."""
        if self._member is None or not self._member.eof:
            raise self._problem(CUT_SHORT)

    def _problem(self, said: str) -> Problem:
        """Make the problem of what is said to be wrong."""
        fault = next((fault for text, fault in FAULTS.items() if text in said), "damaged")
        if fault == "not_compressed" and self._members > 1:
            fault = "bytes_after"
        sentence = SENTENCES[fault].format(coding=self.coding)
        finding = Finding(parameter="Content-Encoding", code=fault, message=sentence)
        return Problem("malformed-json", f"{sentence}.", (finding,))


class StreamDecompressor:
    """Decompresses a stream of any length; `identity` is a stream that is not compressed.

    Beyond the compression ratio a compressed one raises `body-too-large`.
    """

    def __init__(self, coding: str, settings: Settings) -> None:
        self.size = 0
        """How many bytes there are, decompressed, so far."""
        self._coding = coding
        self._decompressor = None if coding == "identity" else Decompressor(coding)
        self._settings = settings
        self._sent = 0
        self._head = b""

    def steps(self, chunk: bytes) -> Iterator[bytes]:
        """Decompress the next bytes in steps; raises `malformed-json` and `body-too-large`.

        A compressed stream may grow to `max_body_bytes`, or to `max_gzip_ratio` times what was sent if that is more.
        """
        self._sent += len(chunk)
        for plain in [chunk] if self._decompressor is None else self._decompressor.steps(chunk):
            self.size += len(plain)
            ratio = self._settings.max_gzip_ratio
            if self._decompressor and self.size > max(self._settings.max_body_bytes, self._sent * ratio):
                swollen = f"more than {ratio} times what was sent"
                detail = f"Decompressed, the body has more than {self._settings.max_body_bytes} bytes and {swollen}"
                raise Problem("body-too-large", f"{detail}; {SEE_LIMITS}.")
            if len(self._head) < LONGEST_MAGIC:
                self._head += plain[:LONGEST_MAGIC]
                check_undeclared(self._head, self._coding)
            yield plain

    def finish(self) -> None:
        """Raise `malformed-json` where the stream ends too early."""
        if self._decompressor is not None:
            self._decompressor.finish()


def decompress(body: bytes, coding: str, limit: int) -> bytes | None:
    """Decompress a whole body; None where it has more than `limit` bytes. Raises `malformed-json`."""
    decompressor = Decompressor(coding)
    chunks: list[bytes] = []
    size = 0
    for plain in decompressor.steps(body):
        size += len(plain)
        if size > limit:
            return None
        chunks.append(plain)
    decompressor.finish()
    return b"".join(chunks)


def check_undeclared(body: bytes, coding: str) -> None:
    """Raise `malformed-json` for a body that begins like a compressed one and was not declared as one."""
    if body[:1] not in FIRST_BYTES:
        return
    found = next((name for magic, name in MAGIC.items() if body[: len(magic)] == magic), None)
    if found is None:
        return
    if coding == "identity":
        message = f"The body begins like {found}; say so with Content-Encoding: {found}"
    else:
        message = f"Without its {coding} the body begins like {found}; compress it once"
    finding = Finding(parameter="Content-Encoding", code="undeclared_coding", message=message)
    raise Problem("malformed-json", f"{message}.", (finding,))


def too_large(limit: int) -> Problem:
    """Make the problem of a body over the limit."""
    return Problem(
        "body-too-large", f"The body is larger than {limit} bytes, counted after decompression; {SEE_LIMITS}."
    )
