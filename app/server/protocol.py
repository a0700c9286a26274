"""What uvloop and httptools call: bytes come in, requests come out, and what is no request is refused."""

import asyncio
from time import monotonic
from typing import Any, Final, cast
from urllib.parse import unquote

import httptools

from app.server import refusals
from app.server.connection import Connection
from app.server.request_cycle import RequestCycle
from app.server.targets import origin_form
from app.server.timeouts import NoteRefusal, Watch
from app.server.upgrades import head_without_upgrade
from app.settings import Settings

MOST_AHEAD: Final = 1000
"""How many requests may wait on a connection for the answers of those before them."""


def protocol_factory(settings: Settings, note_refusal: NoteRefusal) -> type[asyncio.Protocol]:
    """Make what uvicorn's `http` takes: something that makes a protocol for each connection."""
    return cast("type[asyncio.Protocol]", ProtocolFactory(settings, note_refusal))


class ProtocolFactory:
    """Makes the protocols of one server; it travels to the server's process before it makes any."""

    def __init__(self, settings: Settings, note_refusal: NoteRefusal) -> None:
        self._settings = settings
        self._watch = Watch(settings, note_refusal)

    def __call__(self, **given: Any) -> "GuardedProtocol":
        """Make the protocol of a connection."""
        return GuardedProtocol(self._settings, self._watch, **given)


class GuardedProtocol(Connection):
    """uvicorn's protocol over httptools, with limits, deadlines, and an answer for everything that is no request."""

    def __init__(self, settings: Settings, watch: Watch, **given: Any) -> None:
        super().__init__(settings, watch, **given)
        self._limit = settings.max_header_bytes
        self._arriving = 0
        self._plain_bytes = 0  # since the head began, or since the last byte of the body: lines, chunk sizes, trailers

    def data_received(self, data: bytes) -> None:
        """Parse what has come, unless nothing more is wanted."""
        if self.refusal is not None or self.transport.is_lingering:
            self.transport.hear(monotonic())
            return
        self._arriving = len(data)
        self._plain_bytes += self._arriving
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._read_without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self.refuse(refusals.unreadable(error))
        else:
            if self._plain_bytes > self._limit and self._is_reading():
                self.refuse(refusals.large_head(self.settings))

    def eof_received(self) -> bool:  # type: ignore[override]
        """Go on answering a client that has said everything, and tell one that has not."""
        if self.resting_since is not None or self.transport.is_closing():
            return False
        self.is_heard_out = True
        if self.head_since is not None:
            self.refuse(refusals.ended_early("head"))
        elif self.cycle.more_body:
            self.refuse(refusals.ended_early("body"))
        else:
            self.cycle.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        """Start the clock of a head."""
        super().on_message_begin()
        # Where it follows another request in the same bytes, how many of them are its own is seen at its end.
        self._plain_bytes = 0 if self.resting_since is None else self._arriving
        self.head_since = monotonic()
        self.resting_since = self.body_pace = None
        self.body_bytes = 0

    def on_headers_complete(self) -> None:
        """Start the exchange that the head asks for; raises `headers-too-large`."""
        self.head_since = None
        if (self._arriving > self._limit or self._plain_bytes > self._limit) and self._size_of_head() > self._limit:
            raise refusals.large_head(self.settings)
        if self.parser.should_upgrade():
            return  # the parser leaves the rest to us: see `_read_without_upgrade`
        if len(self.pipeline) >= MOST_AHEAD:
            raise refusals.too_many_ahead()
        if self.url[:1] != b"/":
            self.url = origin_form(self.url)
        self._complete_scope()
        self._begin(self._exchange())
        self.headers = []  # trailers are no headers (RFC 9110, 6.5.1)

    def _complete_scope(self) -> None:
        target = httptools.parse_url(self.url)
        path = target.path.decode("ascii")
        self.scope["method"] = self.parser.get_method().decode("ascii")
        self.scope["http_version"] = self.parser.get_http_version()
        self.scope["path"] = unquote(path) if "%" in path else path
        self.scope["raw_path"] = target.path
        self.scope["query_string"] = target.query or b""

    def _exchange(self) -> RequestCycle:
        return RequestCycle(
            scope=self.scope,
            transport=cast(asyncio.Transport, self.transport),
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=self.scope["http_version"] != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )

    def _begin(self, exchange: RequestCycle) -> None:
        """Begin an exchange, or let it wait for the answers to the requests before it."""
        is_ahead, self.cycle = self.owes_answer, exchange
        if is_ahead:
            self.flow.pause_reading()
            self.pipeline.appendleft((exchange, self.app))
        else:
            self._start_asgi_task(exchange, self.app)

    def on_body(self, body: bytes) -> None:
        """Count what comes."""
        self.body_bytes += len(body)
        self._plain_bytes = 0
        super().on_body(body)

    def _should_upgrade(self) -> bool:
        return True  # lets uvicorn overlook what the parser calls after a head that asks for another protocol

    def _read_without_upgrade(self, rest: bytes) -> None:
        """Read a request as if it had not asked for another protocol (RFC 9110, 7.8); its body is still to come.

        The parser drops what follows such a head, as of the other protocol; so a new one reads the head again.
        """
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        if method == b"CONNECT":
            self.refuse(refusals.no_tunnel())
            return
        head = head_without_upgrade(b"%b %b HTTP/%b" % (method, self.url, version), self.headers)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.data_received(head + rest)

    def _is_reading(self) -> bool:
        return self.head_since is not None or (self.owes_answer and self.cycle.more_body)

    def _size_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers)
