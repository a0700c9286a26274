"""JSON that is none, or nearly, or too much: as whole bodies of every POST endpoint."""

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import Final

from tests.hostile.cases import NDJSON, POSTS, Case, one_of, post, shown, write
from tests.support import builders as build
from tests.support.bodies import NOT_JSON

GZIP_WINDOW: Final = 31
EMPTY: Final = b'{"events": []}'
EVENT: Final = json.dumps(build.event(*build.joined("p1"))).encode()

TRICKY: Final[dict[str, bytes]] = {
    "null": b"null",
    "true": b"true",
    "number": b"0",
    "negative zero": b"-0",
    "text": b'"events"',
    "list": b"[]",
    "list of lists": b"[[], [], [[]]]",
    "object": b"{}",
    "empty name": b'{"": {}}',
    "prototype": b'{"__proto__": {"events": []}, "constructor": {"prototype": {}}}',
    "events is null": b'{"events": null}',
    "events is an object": b'{"events": {}}',
    "events is text": b'{"events": "[]"}',
    "events is a number": b'{"events": 1e308}',
    "an event is null": b'{"events": [null]}',
    "events in events": b'{"events": [{"events": []}]}',
    "unknown member": b'{"events": [], "rooster": {}}',
    "escaped name": b'{"\\u0065vents": [], "x\\u0000": 1}',
    "null byte in a name": b'{"events\\u0000": []}',
    "mode is a list": b'{"events": [], "mode": ["strict"], "event_type": [], "payload": 0}',
    "mode unknown": b'{"events": [], "mode": "STRICT", "event_type": "drive", "payload": 0}',
    "roster is a list": b'{"events": [], "roster": [], "event_type": {}, "payload": 0}',
    "event type of a megabyte": b'{"event_type": "%b", "payload": {}, "events": 0}' % (b"x" * 1_000_000),
    "a million spaces": b"{" + b" " * 1_000_000 + b"}",
    "a member a hundred thousand times": b"{" + b", ".join([b'"a": 0'] * 100_000) + b"}",
    "a hundred thousand members": b"{" + b", ".join(b'"%d": 0' % number for number in range(100_000)) + b"}",
    "numbers with one hash": json.dumps({"events": [{"event_id": n * (2**61 - 1)} for n in range(20_000)]}).encode(),
    "a hundred thousand empty events": json.dumps({"events": [{}] * 100_000}).encode(),
    "a hundred thousand nulls": json.dumps({"events": [None] * 100_000}).encode(),
    "too many events": json.dumps({"events": [0] * 100_001}).encode(),
}
NEVER_JSON: Final[dict[str, bytes]] = {
    **{name: bad.text for name, bad in NOT_JSON.items()},
    "control character": b'{"a": "\x01"}',
    "null bytes": b"\x00" * 100,
    "null byte behind": EMPTY + b"\x00",
    "UTF-32": '{"events": []}'.encode("utf-32"),
    "UTF-16 without a mark": '{"events": []}'.encode("utf-16-le"),
    "UTF-7": b"+AHsAIgBlAHYAZQBuAHQAcwAi-",
    "marks in the middle": b'{"events": \xef\xbb\xbf[]}',
    "bad escape": b'{"a": "\\x41"}',
    "short escape": b'{"a": "\\u00"}',
    "plus": b'{"a": +1}',
    "bare point": b'{"a": .5}',
    "open point": b'{"a": 5.}',
    "open exponent": b'{"a": 1e}',
    "lone minus": b'{"a": -}',
    "capital literal": b'{"a": True}',
    "undefined": b'{"a": undefined}',
    "no colon": b'{"a" 1}',
    "no comma": b'{"a": 1 "b": 2}',
    "mismatched": b'{"a": [1}',
    "only a comma": b"[,]",
    "name that is a number": b"{1: 2}",
    "form feed between": b'{"a":\x0c1}',
    "no-break space between": b'{"a":\xc2\xa01}',
    "line separator between": b'{"a":\xe2\x80\xa81}',
    "sequence mark": b'\x1e{"events": []}',
    "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "form": b"events=%5B%5D&mode=strict",
    "pickle": b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00]\x94.",
    "gzip unannounced": gzip.compress(EMPTY),
    "1e400 deep in a list": b'{"events": [[[[[[1e400]]]]]]}',
    "ten to the five digits": b'{"events": [%b]}' % (b"9" * 100_000),
    "brackets": b"[" * 500,
    "a hundred thousand brackets": b"[" * 100_000,
    "a million braces": b'{"a":' * 1_000_000,
    "closed brackets": b"[" * 50_000 + b"]" * 50_000,
}


def cases() -> Iterator[Case]:
    """Send every document to every endpoint that takes one."""
    for path in POSTS:
        for name, text in NEVER_JSON.items():
            yield Case(f"{path} no JSON: {name}", post(path, text), one_of(400))
        for name, text in TRICKY.items():
            yield Case(f"{path} tricky: {name}", post(path, text), one_of(200, 413, 422))
    yield from _lines()
    yield from _duplicates()
    yield from _compressed()
    yield from _sizes()


def _lines() -> Iterator[Case]:
    texts = {**NEVER_JSON, **TRICKY, "blank lines": b"\n" * 100_000, "carriage returns": b"\r\n\r\n", "no end": EVENT}
    for target in ("/reduce", "/reduce?ordered=true", "/reduce?mode=permissive", "/validate/batch"):
        for name, text in texts.items():
            data = write("POST", target, NDJSON, body=text)
            yield Case(f"{target} lines: {name}", data, one_of(200, 400, 413, 422))
    for query in (
        "mode=x",
        "mode",
        "ordered=1",
        "mode=strict&mode=permissive",
        "%00=%ff",
        "a" * 5_000,
        "ordered=true&x",
    ):
        yield Case(f"query {shown(query)}", write("POST", f"/reduce?{query}", NDJSON, body=EVENT), one_of(200, 422))


def _duplicates() -> Iterator[Case]:
    """Let the last of several members of one name count."""
    twice = EVENT.replace(b'"lamport_clock": 1', b'"lamport_clock": [], "lamport_clock": 1')
    broken = EVENT.replace(b'"lamport_clock": 1', b'"lamport_clock": 1, "lamport_clock": []')
    for target in ("/reduce", "/validate/batch"):
        yield Case(f"{target} last counts, sound", post(target, b'{"events": 7, "events": [%b]}' % twice), one_of(200))
    yield Case("/reduce last counts, broken", post("/reduce", b'{"events": [%b]}' % broken), one_of(422))
    yield Case("/reduce last events counts", post("/reduce", b'{"events": [], "events": 7}'), one_of(422))


def _compressed() -> Iterator[Case]:
    packed = gzip.compress(EMPTY)
    texts: dict[str, tuple[bytes, int]] = {
        "sound": (packed, 200),
        "two members": (packed + gzip.compress(b"  "), 200),
        "empty": (b"", 400),
        "none": (EMPTY, 400),
        "cut": (packed[:-5], 400),
        "wrong checksum": (packed[:-8] + b"\x00" * 8, 400),
        "garbage behind": (packed + b"garbage", 400),
        "zlib": (zlib.compress(EMPTY), 400),
        "twice": (gzip.compress(packed), 400),
        "brackets": (gzip.compress(b"[" * 1_000_000), 400),
        "bomb": (_bomb(), 413),
        "bomb in a bomb": (gzip.compress(gzip.compress(b" " * 10_000_000)), 400),
        "members of nothing": (gzip.compress(b"") * 10_000 + packed, 200),
    }
    for name, (text, status) in texts.items():
        yield Case(f"gzip {name}", post("/reduce", text, "Content-Encoding: gzip"), one_of(status))
    yield Case("gzip that says zstd", post("/reduce", packed, "Content-Encoding: zstd"), one_of(400))
    for encoding in ("br", "deflate", "gzip, gzip", "gzip;q=1", "x", "\xff", "gzip,", "a" * 9_000):
        data = post("/reduce", packed, f"Content-Encoding: {encoding}")
        yield Case(f"Content-Encoding: {shown(encoding)}", data, one_of(415))
    for encoding in ("", "identity", "IDENTITY"):
        yield Case(
            f"Content-Encoding: {encoding!r}", post("/reduce", EMPTY, f"Content-Encoding: {encoding}"), one_of(200)
        )


def _bomb() -> bytes:
    """Write a gigabyte in a megabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, GZIP_WINDOW)
    piece = packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece + again * 999


def _sizes() -> Iterator[Case]:
    yield Case("a byte too many, declared", lambda: post("/reduce", b" " * (64 * 1024 * 1024 + 1)), one_of(413))
    for size in (10**12, 10**18, 2**63 - 1, 2**64 - 1):
        yield Case(f"declares {size} bytes", write("POST", "/reduce", f"Content-Length: {size}"), one_of(413))
    yield Case("chunks without end", _endless, one_of(413))
    event = build.event(*build.comment("p1", content="x" * 1_100_000))
    for target in POSTS:
        body = json.dumps({"events": [event]} | {name: event[name] for name in ("event_type", "payload")}).encode()
        yield Case(f"{target} an event too large", post(target, body), one_of(200, 413, 422))
    gaps = json.dumps({"events": [{"event_type": "CommentPosted", "payload": {"blob": "y" * 100_000}}] * 100}).encode()
    yield Case("ten megabytes with six fields missing", post("/reduce", gaps), one_of(422))


def _endless() -> bytes:
    chunk = b"%x\r\n%b\r\n" % (1_000_000, b" " * 1_000_000)
    return write("POST", "/reduce", "Transfer-Encoding: chunked") + chunk * 70
