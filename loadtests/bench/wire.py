"""A light HTTP client: requests written once, answers read by their Content-Length, connections kept."""

import socket
from collections.abc import Iterable
from typing import Final, NamedTuple

LOCALHOST: Final = "127.0.0.1"
LONGEST_WAIT: Final = 120.0
"""Seconds after which an answer is given up."""
LARGEST_READ: Final = 1 << 20
JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"


class WrongAnswerError(Exception):
    """An answer is not what it has to be: the only thing that fails a benchmark."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes


def head(method: str, target: str, *headers: str) -> bytes:
    """Write a request's head."""
    lines = (f"{method} {target} HTTP/1.1", f"Host: {LOCALHOST}", *headers)
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def get(target: str) -> bytes:
    """Write a GET request."""
    return head("GET", target)


def post(target: str, body: bytes, media_type: str = JSON) -> bytes:
    """Write a POST request."""
    return head("POST", target, f"Content-Type: {media_type}", f"Content-Length: {len(body)}") + body


def answer_end(text: bytes | bytearray) -> int | None:
    """Return where the answer ends in what came so far; None while even its head is incomplete."""
    end_of_head = text.find(b"\r\n\r\n")
    if end_of_head < 0:
        return None
    fields = bytes(text[:end_of_head]).lower()
    at = fields.find(b"\r\ncontent-length:")
    if at < 0:
        raise WrongAnswerError(f"an answer without Content-Length: {fields[:200]!r}")
    return end_of_head + 4 + int(fields[at + 17 :].split(b"\r\n", 1)[0])


def status_of(text: bytes | bytearray) -> int:
    """Read the status of an answer."""
    return int(text[9:12])


class Connection:
    """One connection, kept: a request, then its answer."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((LOCALHOST, port), timeout=LONGEST_WAIT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()

    def ask(self, request: bytes) -> Answer:
        """Send a request and read its answer whole."""
        self._socket.sendall(request)
        return self._read()

    def stream(self, target: str, chunks: Iterable[bytes]) -> Answer:
        """Send NDJSON whose length nobody knows beforehand, and read the answer."""
        self._socket.sendall(head("POST", target, f"Content-Type: {NDJSON}", "Transfer-Encoding: chunked"))
        try:
            for chunk in chunks:
                self._socket.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            self._socket.sendall(b"0\r\n\r\n")
        except ConnectionError:
            pass  # refused before its end: the answer says why
        return self._read()

    def _read(self) -> Answer:
        text = bytearray()
        while (end := answer_end(text)) is None:
            text += self._some()
        while len(text) < end:
            text += self._some()
        return Answer(status_of(text), bytes(text[text.find(b"\r\n\r\n") + 4 : end]))

    def _some(self) -> bytes:
        some = self._socket.recv(LARGEST_READ)
        if not some:
            raise WrongAnswerError("the connection ended before the answer did")
        return some
