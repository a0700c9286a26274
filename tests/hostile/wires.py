"""What goes wrong on the wire itself: lengths that contradict, upgrades, pipelines, slowness, halves and resets."""

from collections.abc import Iterator
from typing import Final

from tests.hostile.cases import JSON, NDJSON, Case, Manner, one_of, post, write

EMPTY: Final = b'{"events": []}'
GET: Final = write("GET", "/livez")
POST: Final = post("/reduce", EMPTY)
IN_CHUNKS: Final = b"e\r\n" + EMPTY + b"\r\n0\r\n\r\n"
H2C: Final = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk")

LENGTHS: Final = (
    *("Content-Length: -14", "Content-Length: +14", "Content-Length: 0x0e", "Content-Length: 14, 14"),
    *("Content-Length: 1_4", "Content-Length: 14.0", "Content-Length: fourteen", "Content-Length: \xb2"),
    *("Content-Length: 99999999999999999999999", "Content-Length: 14\r\nContent-Length: 15"),
    *("Content-Length: 14\r\nContent-Length: 14", "Content-Length: 14\r\nTransfer-Encoding: chunked"),
    *("Transfer-Encoding: chunked\r\nContent-Length: 14", "Transfer-Encoding: chunked, gzip", "Transfer-Encoding: x"),
    *("Transfer-Encoding: identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
    *("Transfer-Encoding : chunked", "Transfer-Encoding: chunked\x0b", "Content-Length : 14", "Content-Length: 1 4"),
)
CHUNKS: Final = (
    *(
        b"zz\r\n",
        b"-1\r\n",
        b"0x5\r\n",
        b"\r\n",
        b"ffffffffffffffffff\r\n",
        b"5\nhello\n",
        b"e \x00\r\n",
        b"e\r" + EMPTY,
    ),
    *(b"3\r\nabcd\r\n0\r\n\r\n", b"e;" + b"x" * 100 + b"\x01\r\n", b"e\r\n" + EMPTY + b"0\r\n\r\n"),
)
HEADS: Final = (
    *(
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"\x00" * 99,
    ),
    *(
        b"GET /livez HTTP/3.0\r\n\r\n",
        b"GET /livez HTTP/1.2\r\n\r\n",
        b"GET /livez HTP/1.1\r\n\r\n",
        b"GET  /livez\r\n",
    ),
    *(
        b"GET /livez HTTP/1.1 x\r\n\r\n",
        b"GET\t/livez\tHTTP/1.1\r\n\r\n",
        b"GET /li vez HTTP/1.1\r\n\r\n",
        b"{}\r\n\r\n",
    ),
    *(
        b"GET /livez HTTP/1.1\r\nX\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n: x\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nX : 1\r\n\r\n",
    ),
    *(b"GET /livez HTTP/1.1\r\nX: 1\r\n folded\r\n\r\n", b"GET /livez HTTP/1.1\r\nX: \x00\r\n\r\n", b"/livez\r\n\r\n"),
    *(
        b"GET /livez HTTP/1.1\r\nX: 1\n\r\n",
        b"GET /livez HTTP/1.1\r\n\x00: 1\r\n\r\n",
        b"GET /livez HTTP/1.1\rX: 1\r\r",
    ),
    *(
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\xef\xbb\xbfGET /livez HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n\xe9: 1\r\n\r\n",
    ),
)


def cases() -> Iterator[Case]:
    """Misbehave on the wire."""
    for lines in LENGTHS:
        yield Case(f"lengths {lines!r}", write("POST", "/reduce", lines) + EMPTY, one_of(400, 501))
    for chunk in CHUNKS:
        data = write("POST", "/reduce", "Transfer-Encoding: chunked") + chunk
        yield Case(f"chunk {chunk!r}", data, one_of(400))
    for head in HEADS:
        yield Case(f"head {head!r}", head, one_of(400, 505), "shuts its side")
    yield from _sound_but_odd()
    yield from _pipelines()
    yield from _sizes_of_heads()
    yield from _early_ends()
    yield from _slow()


def _sound_but_odd() -> Iterator[Case]:
    yield Case("HTTP/1.0", POST.replace(b"HTTP/1.1", b"HTTP/1.0"), one_of(200))
    yield Case(
        "HTTP/1.0 in chunks",
        b"POST /reduce HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + IN_CHUNKS,
        one_of(200, 400),
    )
    yield Case("HTTP/0.9", b"GET /livez\r\n\r\n", one_of(400, 505))
    yield Case("without Host", b"GET /livez HTTP/1.1\r\n\r\n", one_of(400))
    yield Case("blank lines ahead", b"\r\n\r\n" + POST, one_of(200))
    yield Case("no length", write("POST", "/reduce", JSON), one_of(400))
    yield Case("in chunks", write("POST", "/reduce", "Transfer-Encoding: Chunked") + IN_CHUNKS, one_of(200))
    extended = IN_CHUNKS.replace(b"e\r\n", b"e;name=value\r\n", 1).replace(b"0\r\n\r\n", b"0\r\nX-Trailer: 1\r\n\r\n")
    yield Case(
        "chunk extensions and trailers", write("POST", "/reduce", "Transfer-Encoding: chunked") + extended, one_of(200)
    )
    coded = write("POST", "/reduce", "Transfer-Encoding: gzip, chunked") + IN_CHUNKS
    yield Case("a transfer coding that is none", coded, one_of(501))
    for expect in ("100-continue", "100-Continue", "200-ok", "", "\xff"):
        yield Case(f"Expect: {expect!r}", post("/reduce", EMPTY, f"Expect: {expect}"), one_of(200))
    yield Case(
        "Expect a refusal", write("POST", "/reduce", "Expect: 100-continue", "Content-Length: 99999999"), one_of(413)
    )
    for wish in (H2C, ("Connection: upgrade", "Upgrade: websocket"), ("Connection: UPGRADE", "Upgrade: \xff, h2c")):
        yield Case(f"{wish[1]} with a body", post("/reduce", EMPTY, *wish), one_of(200))
        yield Case(
            f"{wish[1]} in chunks",
            write("POST", "/reduce", *wish, "Transfer-Encoding: chunked") + IN_CHUNKS,
            one_of(200),
        )
        yield Case(f"{wish[1]} with a bad body", post("/reduce", b"{", *wish), one_of(400))
        yield Case(f"{wish[1]} twice", post("/reduce", EMPTY, *wish) * 2, one_of(200) * 2)
        yield Case(f"{wish[1]} with two lengths", post("/reduce", EMPTY, *wish, "Content-Length: 3"), one_of(400))
    yield Case("Upgrade without Connection", post("/reduce", EMPTY, "Upgrade: h2c"), one_of(200))


def _pipelines() -> Iterator[Case]:
    yield Case("fifty requests at once", (GET + POST) * 25, one_of(200) * 50)
    yield Case("fifty requests and half of one", (GET + POST) * 25 + POST[:20], one_of(200) * 50, "resets")
    yield Case("refusals in between", (post("/reduce", b"{") + GET) * 10, (*one_of(400), *one_of(200)) * 10)
    yield Case("nonsense behind", GET + POST + b"nonsense\r\n\r\n", one_of(200) * 2 + one_of(400))
    yield Case("a smuggled request", post("/reduce", EMPTY + GET), one_of(400))
    yield Case("more bytes than declared", POST + b"}", one_of(200) + one_of(400), "shuts its side")
    last = write("GET", "/livez", "Connection: close")
    yield Case("requests behind the last", last + GET * 5, one_of(200))


def _sizes_of_heads() -> Iterator[Case]:
    yield Case("a header of a megabyte", write("GET", "/livez", "X: " + "x" * 1_000_000), one_of(431))
    yield Case("a name of a megabyte", write("GET", "/livez", "x" * 1_000_000 + ": 1"), one_of(431))
    yield Case("a target of a megabyte", write("GET", "/" + "x" * 1_000_000), one_of(431))
    yield Case("a method of a megabyte", write("x" * 1_000_000, "/"), one_of(400, 431))
    yield Case("ten thousand headers", write("GET", "/livez", *["X: 1"] * 10_000), one_of(431))
    yield Case("a head without end", b"GET /livez HTTP/1.1\r\n" + b"X: 1\r\n" * 200_000, one_of(431))
    yield Case("a line without end", b"GET /" + b"x" * 2_000_000, one_of(431))
    chunks = write("POST", "/reduce", "Transfer-Encoding: chunked")
    yield Case("a chunk extension without end", chunks + b"e;" + b"x" * 2_000_000, one_of(431))
    yield Case("trailers without end", chunks + IN_CHUNKS[:-2] + b"X: 1\r\n" * 200_000, one_of(431))
    yield Case("a trailer without end", chunks + IN_CHUNKS[:-2] + b"X: " + b"x" * 2_000_000, one_of(431))
    for trailer in ("Content-Type: text/plain", "Content-Encoding: gzip", "Content-Encoding: x", "X-Request-Id: x"):
        yield Case(f"trailer {trailer}", chunks + IN_CHUNKS[:-2] + f"{trailer}\r\n\r\n".encode(), one_of(200))


def _early_ends() -> Iterator[Case]:
    """Let the client go at every moment: its side alone, or all at once."""
    parts: dict[str, tuple[bytes, tuple[frozenset[int], ...]]] = {
        "nothing": (b"", ()),
        "a byte": (b"P", one_of(400)),
        "half a line": (POST[:9], one_of(400)),
        "half a head": (POST[:30], one_of(400)),
        "no body": (POST[: -len(EMPTY)], one_of(400)),
        "half a body": (POST[:-5], one_of(400)),
        "half a chunk": (write("POST", "/reduce", "Transfer-Encoding: chunked") + IN_CHUNKS[:9], one_of(400)),
        "no last chunk": (write("POST", "/reduce", "Transfer-Encoding: chunked") + IN_CHUNKS[:-5], one_of(400)),
        "half a line of NDJSON": (
            write("POST", "/reduce?ordered=true", NDJSON, "Content-Length: 99") + b"{",
            one_of(400),
        ),
        "a large body": (post("/reduce", EMPTY + b" " * 1_000_000)[:-9], one_of(400)),
        "all": (POST, one_of(200)),
        "all of a large body": (post("/reduce", EMPTY + b" " * 1_000_000), one_of(200)),
        "two": (POST + GET, one_of(200) * 2),
        "one and a half": (POST + POST[:-5], one_of(200) + one_of(400)),
    }
    manners: tuple[Manner, ...] = ("shuts its side", "resets")
    for name, (data, expected) in parts.items():
        for manner in manners:
            yield Case(f"{manner} after {name}", data, expected, manner)


def _slow() -> Iterator[Case]:
    body = write("POST", "/reduce", "Content-Length: 1000")
    for name, data, drip, expected in (
        ("nothing", b"", b"", ()),
        ("blank lines", b"", b"\r\n" * 500, ()),
        ("half a head", POST[:30], b"", one_of(408)),
        ("a head", b"G", b"ET /livez HTTP/1.1\r\n" + b"X: 1\r\n" * 100, one_of(408)),
        ("a target", b"GET /", b"x" * 1_000, one_of(408)),
        ("the head of a second request", POST + b"G", b"", one_of(200) + one_of(408)),
        ("half a body", body + b"{", b"", one_of(408)),
        ("a body", body, b" " * 1_000, one_of(408)),
        (
            "a body that was fast",
            write("POST", "/reduce", "Content-Length: 9000000") + b" " * 8_000_000,
            b" " * 1_000,
            one_of(408),
        ),
        ("chunks", write("POST", "/reduce", "Transfer-Encoding: chunked"), b"1\r\n \r\n" * 200, one_of(408)),
        ("lines", write("POST", "/reduce?ordered=true", NDJSON, "Content-Length: 999"), b"\n" * 900, one_of(408)),
        ("a body with an upgrade", write("POST", "/reduce", *H2C, "Content-Length: 1000"), b" " * 900, one_of(408)),
        (
            "a body that was waited for",
            write("POST", "/reduce", "Expect: 100-continue", "Content-Length: 9"),
            b"",
            one_of(408),
        ),
        ("trailers", write("POST", "/reduce", "Transfer-Encoding: chunked") + b"0\r\n", b"X: 1\r\n" * 200, one_of(408)),
        ("a body that is not read", write("GET", "/livez", "Content-Length: 1000"), b" " * 900, one_of(200)),
    ):
        yield Case(f"slow: {name}", data, expected, "trickles", drip)
