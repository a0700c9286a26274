"""Documents that are made once and may be cached: a strong `ETag`, and 304 for a caller who has the copy."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from starlette.responses import Response

from app.api.compression import SMALLEST, uncoded_etag

ONE_HOUR: Final = "public, max-age=3600"
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


class Document(NamedTuple):
    """Bytes as they go out."""

    body: bytes
    media_type: str
    etag: str


def document(body: bytes, media_type: str) -> Document:
    """Make a document; its tag changes with its bytes alone, so it is the same on every replica."""
    return Document(body, media_type, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def answer(made: Document, if_none_match: str | None, headers: Mapping[str, str] = NO_HEADERS) -> Response:
    """Answer with a document, or with 304 when the caller has it; tags are compared weakly (RFC 9110, 13.1.2)."""
    sent = {"ETag": made.etag, "Cache-Control": ONE_HOUR, **headers}
    names = (tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(","))
    known = next((name for name in names if name == "*" or uncoded_etag(name) == made.etag), None)
    if known is None:
        return Response(made.body, headers={**sent, "Content-Type": made.media_type})
    response = Response(status_code=304, headers={**sent, "ETag": made.etag if known == "*" else known})
    if len(made.body) >= SMALLEST:
        response.headers.add_vary_header("Accept-Encoding")
    return response


def forbid_sharing(response: Response) -> None:
    """Let no shared cache keep a response that needed a key."""
    if response.headers.get("cache-control", "").startswith("public"):
        response.headers["Cache-Control"] = response.headers["cache-control"].replace("public", "private", 1)
