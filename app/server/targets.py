"""The forms that a request target may have (RFC 9112, 3.2)."""

from httptools import parse_url
from httptools.parser.errors import HttpParserInvalidURLError


def origin_form(target: bytes) -> bytes:
    """Turn a target that does not start with a path into one that does; raises `HttpParserInvalidURLError`.

    The absolute form, which clients send to proxies, may lack its path; `*` means the server as a whole.
    """
    if target == b"*":
        return b"/*"
    parsed = parse_url(target)
    if parsed.schema is None:
        raise HttpParserInvalidURLError("neither a path nor an absolute address")
    query = b"" if parsed.query is None else b"?" + parsed.query
    return (parsed.path or b"/") + query
