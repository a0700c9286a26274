"""Requests that ask for another protocol, which nobody has to grant (RFC 9110, 7.8)."""

from collections.abc import Iterable, Iterator

Header = tuple[bytes, bytes]


def head_without_upgrade(request_line: bytes, headers: Iterable[Header]) -> bytes:
    """Write a request's head again as if it had not asked."""
    lines = (b"%b: %b" % header for header in _without_upgrade(headers))
    return b"\r\n".join((request_line, *lines, b"", b""))


def _without_upgrade(headers: Iterable[Header]) -> Iterator[Header]:
    for name, value in headers:
        if name == b"connection":
            yield name, b", ".join(word for word in _words(value) if word.lower() != b"upgrade")
        elif name != b"upgrade":
            yield name, value


def _words(value: bytes) -> Iterator[bytes]:
    return (word.strip() for word in value.split(b","))
