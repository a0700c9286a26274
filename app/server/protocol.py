"""What uvloop and httptools call: bytes come in, requests come out; what is no request is answered with a problem."""

import asyncio
from time import monotonic
from typing import Any, Final, cast
from urllib.parse import unquote

import httptools
from httptools.parser.errors import HttpParserInvalidURLError

from app.server import protocol_problems as problems
from app.server.connection import DeadlineProtocol
from app.server.request_cycle import RequestCycle
from app.server.timeouts import NoteRefusal, TimeoutSweeper
from app.settings import Settings

MOST_PIPELINED: Final = 1000
"""How many requests may wait on a connection for the answers to those before them."""
LENIENT: Final = {"lenient_data_after_close": True, "lenient_version": True}
"""What the parser lets through: pipelined requests behind a last one, and versions, which are checked here."""


def protocol_factory(settings: Settings, note_refusal: NoteRefusal) -> type[asyncio.Protocol]:
    """Make what uvicorn's `http` takes: a callable that makes the protocol of a connection."""
    sweeper = TimeoutSweeper(settings, note_refusal)

    def make(**given: Any) -> HttpProtocol:
        return HttpProtocol(settings, sweeper, **given)

    return cast("type[asyncio.Protocol]", make)


class HttpProtocol(DeadlineProtocol):
    """uvicorn's protocol over httptools, held to RFC 9112 and to the limit of a head."""

    def __init__(self, settings: Settings, sweeper: TimeoutSweeper, **given: Any) -> None:
        super().__init__(settings, sweeper, **given)
        self.parser.set_dangerous_leniencies(**LENIENT)
        self._limit = settings.max_header_bytes
        self._arriving = 0
        self._head_bytes = 0
        """Bytes since the head began, or since the last byte of the body: lines, chunk sizes, trailers."""

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived.

        uvicorn's own method is not called: it answers errors as plain text, and leaves connections that ask for another
        protocol. Here such a wish is ignored (RFC 9110, 7.8), in a loop, for every pipelined request may have one.
        """
        if self.refusal is not None or self.transport.is_lingering:
            self.transport.note_bytes(monotonic())
            return
        while data and self.refusal is None:
            self._arriving = len(data)
            self._head_bytes += self._arriving
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = self._head_without_upgrade() + data[upgrade.args[0] :]
                continue
            except httptools.HttpParserError as error:
                self.refuse(problems.malformed_http(error))
            else:
                if self._head_bytes > self._limit and self.is_reading:
                    self.refuse(problems.large_head(self.settings))
            return

    def eof_received(self) -> bool:  # type: ignore[override]
        """Go on answering a client that has sent everything, and refuse a request that is cut short."""
        if self.resting_since is not None or self.transport.is_closing():
            return False
        self.is_client_done = True
        if self.head_since is not None:
            self.refuse(problems.ended_early("head"))
        elif self.cycle.more_body:
            self.refuse(problems.ended_early("body"))
        else:
            self.cycle.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        """Start the deadline of a head."""
        super().on_message_begin()
        # Where it follows another request in the same bytes, how many of them are its own is seen at its end.
        self._head_bytes = 0 if self.resting_since is None else self._arriving
        self.head_since = monotonic()
        self.resting_since = None
        self.body_bytes = 0

    def on_headers_complete(self) -> None:
        """Start the request, or let it wait for the answers to those before it.

        Raises `Problem` for a head that is too large or breaks RFC 9112.
        uvicorn's own method is not called: it knows no limits, no other forms of target, and makes cycles of its own.
        """
        self.head_since = None
        if max(self._arriving, self._head_bytes) > self._limit:
            fields = sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers)
            if len(self.url) + fields > self._limit:
                raise problems.large_head(self.settings)
        problems.check_head(self.parser.get_http_version(), self.headers)
        if self.parser.should_upgrade():
            return  # the parser stops here, see `data_received`
        if len(self.pipeline) >= MOST_PIPELINED:
            raise problems.too_many_ahead()
        target = httptools.parse_url(origin_form(self.url))
        path = target.path.decode("ascii")
        self.scope["method"] = self.parser.get_method().decode("ascii")
        self.scope["http_version"] = "1.0" if self.parser.get_http_version() == "1.0" else "1.1"
        self.scope["path"] = unquote(path) if "%" in path else path
        self.scope["raw_path"] = target.path
        self.scope["query_string"] = target.query or b""
        must_wait = self.owes_answer
        self.cycle = RequestCycle(self)
        if must_wait:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))
        else:
            self._start_asgi_task(self.cycle, self.app)
        self.headers = []  # trailers are no headers (RFC 9110, 6.5.1)

    def on_body(self, body: bytes) -> None:
        """Count the bytes of a body."""
        self.body_bytes += len(body)
        self._head_bytes = 0
        super().on_body(body)

    def _should_upgrade(self) -> bool:
        return True  # lets uvicorn's callbacks pass over what the parser calls after a head with such a wish

    def _head_without_upgrade(self) -> bytes:
        """Write the head again without its wish for another protocol, for a new parser; the body is still to come.

        The parser would take what follows such a head for the other protocol.
        """
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        if method == b"CONNECT":
            self.refuse(problems.no_tunnel())
            return b""
        lines = [b"%b %b HTTP/%b" % (method, self.url, version)]
        for name, value in self.headers:
            if name == b"connection":
                words = [word.strip() for word in value.split(b",")]
                lines.append(b"connection: " + b", ".join(word for word in words if word.lower() != b"upgrade"))
            elif name != b"upgrade":
                lines.append(b"%b: %b" % (name, value))
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(**LENIENT)
        return b"\r\n".join([*lines, b"", b""])


def origin_form(target: bytes) -> bytes:
    """Turn any form of a request target (RFC 9112, 3.2) into a path; raises `HttpParserInvalidURLError`.

    The absolute form, which clients send to proxies, may lack its path; `*` means the server as a whole.
    """
    if target[:1] == b"/":
        return target
    if target == b"*":
        return b"/*"
    parsed = httptools.parse_url(target)
    if parsed.schema is None:
        raise HttpParserInvalidURLError("neither a path nor an absolute address")
    query = b"" if parsed.query is None else b"?" + parsed.query
    return (parsed.path or b"/") + query
