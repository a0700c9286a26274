"""Compressed answers: zstd or gzip, for callers whose `Accept-Encoding` asks for it (RFC 9110, 12.5.3)."""

import base64
import hashlib
import sys
from functools import lru_cache
from typing import Final

from anyio import to_thread
from isal import igzip
from starlette.responses import Response

from app.api.negotiation import qualities

if sys.version_info >= (3, 14):
    from compression import zstd as zstd
else:
    from backports import zstd as zstd

SMALLEST: Final = 4 * 1024
"""Answers under this many bytes are sent as they are."""
LARGEST_IN_PLACE: Final = 256 * 1024
"""Larger answers are compressed in a thread, which takes a millisecond or more."""
CODINGS: Final = ("zstd", "gzip")
"""The better one first."""
LEVEL: Final = 1
"""The fastest level of both, which compresses JSON nearly as well as the slow ones."""


def preferred_coding(accept_encoding: str | None) -> str | None:
    """Choose the coding of an answer: the one that the caller likes best, None for no coding."""
    if not accept_encoding:
        return None
    liked = qualities(accept_encoding)
    best = max(CODINGS, key=lambda coding: liked.get(coding, liked.get("*", 0.0)))
    quality = liked.get(best, liked.get("*", 0.0))
    return best if quality > 0 and quality >= liked.get("identity", 0.0) else None


def compress(response: Response, coding: str | None) -> None:
    """Compress a response that is worth it, and say so in its headers; one that is compressed already is left alone."""
    if len(response.body) < SMALLEST or "content-encoding" in response.headers:
        return
    if "accept-encoding" not in response.headers.get("vary", "").lower():  # a pool process has said so already
        response.headers.add_vary_header("Accept-Encoding")
    if coding is None:
        return
    body = bytes(response.body)
    etag = response.headers.get("etag")
    response.body = _compressed_document(body, coding) if etag else _compressed(body, coding)
    if etag:
        response.headers["ETag"] = f'{etag[:-1]}-{coding}"'
    response.headers["Content-Encoding"] = coding
    response.headers["Content-Length"] = str(len(response.body))
    if "repr-digest" in response.headers:
        response.headers["Repr-Digest"] = digest(response.body)


async def compress_off_loop(response: Response, coding: str | None) -> None:
    """Compress a response, in a thread where it is large."""
    if coding is not None and len(response.body) > LARGEST_IN_PLACE:
        await to_thread.run_sync(compress, response, coding)
    else:
        compress(response, coding)


def digest(body: bytes | memoryview) -> str:
    """Write the value of a digest field (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def uncoded_etag(etag: str) -> str:
    """Take the coding off an `ETag` that `compress` has put there."""
    for coding in CODINGS:
        etag = etag.removesuffix(f'-{coding}"') + ('"' if etag.endswith(f'-{coding}"') else "")
    return etag


def _compressed(body: bytes, coding: str) -> bytes:
    if coding == "zstd":
        return zstd.compress(body, LEVEL)
    compressed: bytes = igzip.compress(body, compresslevel=LEVEL, mtime=0)
    return compressed


_compressed_document = lru_cache(maxsize=128)(_compressed)
"""Documents are the same for all callers, so each is compressed once."""
