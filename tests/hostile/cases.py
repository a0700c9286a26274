"""What a hostile case is: the bytes that are sent, how the client behaves after them, and what may come back."""

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, NamedTuple

from app.api.endpoints import OPERATIONS

POSTS: Final = tuple(operation.path for operation in OPERATIONS if operation.method == "post")
JSON: Final = "Content-Type: application/json"
NDJSON: Final = "Content-Type: application/x-ndjson"

Manner = Literal["waits", "shuts its side", "resets", "trickles"]


class Case(NamedTuple):
    """One thing that a hostile client does, on a connection of its own."""

    name: str
    data: bytes | Callable[[], bytes]
    """What is sent; made only then, where it is large."""
    expected: tuple[frozenset[int], ...]
    """The accepted statuses of each answer, in turn; none at all where no answer is possible."""
    manner: Manner = "waits"
    drip: bytes = b""
    """What a client that trickles sends then, byte after byte."""
    is_head: bool = False


def one_of(*statuses: int) -> tuple[frozenset[int], ...]:
    """Expect one answer, of one of these statuses."""
    return (frozenset(statuses),)


def write(method: str, target: str | bytes, *headers: str | bytes, body: bytes | None = None) -> bytes:
    """Write a request; its length is given where there is a body."""
    lines = [b" ".join((_raw(method), _raw(target), b"HTTP/1.1")), b"Host: service.test", *map(_raw, headers)]
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", b""]) + (body or b"")


def post(path: str, body: bytes, *headers: str | bytes) -> bytes:
    """Write a POST of JSON."""
    return write("POST", path, JSON, *headers, body=body)


def unique(cases: Iterable[Case]) -> list[Case]:
    """List cases; two of one name would hide each other."""
    listed = list(cases)
    found = {case.name: case for case in listed}
    assert len(found) == len(listed), [case.name for case in listed if found[case.name] is not case]
    return listed


def shown(value: Any) -> str:
    """Name a case by what it sends, short."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:40]}…{len(text)}"


def _raw(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")
