"""HTTP as bytes on a socket: what no client library would send, and what comes back."""

import json
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from app.problems import KINDS

LOCALHOST = "127.0.0.1"
LONGEST = 30.0
"""Seconds after which something hangs; all that is tried takes far less."""
BETWEEN_BYTES = 0.05
END_OF_HEAD = b"\r\n\r\n"


class Answer(NamedTuple):
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """Check that this is a problem as every one has to be; give its code."""
        assert self.headers["content-type"] == "application/problem+json", self
        found: dict[str, Any] = json.loads(self.body)
        assert found["status"] == self.status == KINDS[found["code"]].status, found
        assert found["type"] == f"/problems/{found['code']}"
        assert found["request_id"] == self.headers["x-request-id"] != "", (found, self.headers)
        assert found["detail"]
        code: str = found["code"]
        return code


class Wire:
    """One connection to a server."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((LOCALHOST, port), timeout=LONGEST)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._came = b""

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.socket.sendall(data)

    def send_if_heard(self, data: bytes) -> bool:
        """Send bytes to a server that may have closed already; tell whether it has not."""
        try:
            self.socket.sendall(data)
        except ConnectionError:
            return False
        return True

    def trickle(self, data: bytes) -> None:
        """Send byte after byte until the server answers or hangs up."""
        self.socket.settimeout(BETWEEN_BYTES)
        for number in range(len(data)):
            try:
                self.socket.recv(1, socket.MSG_PEEK)
                break
            except TimeoutError:
                if not self.send_if_heard(data[number : number + 1]):
                    break
            except ConnectionError:
                break
        self.socket.settimeout(LONGEST)

    def shut(self) -> None:
        """Say that nothing more will be sent."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Close with a reset, as a process does that is killed with unread bytes."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.socket.close()

    def close(self) -> None:
        """Close."""
        self.socket.close()

    def answer(self, *, to_head: bool = False) -> Answer | None:
        """Read the next answer; None when the connection ends without one."""
        while END_OF_HEAD not in self._came:
            if not self._more():
                assert not self._came, f"the connection ended in the middle of an answer: {self._came[:200]!r}"
                return None
        head, _, self._came = self._came.partition(END_OF_HEAD)
        status_line, *fields = head.decode("latin-1").split("\r\n")
        status = int(status_line.split(" ")[1])
        headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        if status == 100:
            return self.answer(to_head=to_head)
        length = 0 if to_head or status in (204, 304) else int(headers["content-length"])
        return Answer(status, headers, self._take(length))

    def answers(self) -> list[Answer]:
        """Read answers until the connection ends."""
        return list(iter(self.answer, None))

    def ends(self) -> bool:
        """Wait for the connection's end; False when something else comes."""
        return not self._came and not self._more()

    def _take(self, length: int) -> bytes:
        while len(self._came) < length:
            assert self._more(), "the connection ended in the middle of an answer"
        body, self._came = self._came[:length], self._came[length:]
        return body

    def _more(self) -> bool:
        try:
            some = self.socket.recv(1 << 16)
        except ConnectionError:
            return False
        self._came += some
        return bool(some)


@contextmanager
def wire(port: int) -> Iterator[Wire]:
    """Open a connection and close it at the end."""
    opened = Wire(port)
    try:
        yield opened
    finally:
        opened.close()


def request(method: str, target: str, *headers: str, body: bytes | None = None) -> bytes:
    """Write a request; its length is given when it has a body and no header about it."""
    lines = [f"{method} {target} HTTP/1.1", "Host: service.test", *headers]
    if body is not None and not any(line.lower().startswith(("content-length", "transfer-enc")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


def chunked(parts: Iterable[bytes]) -> bytes:
    """Write a body in chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (*parts, b""))
