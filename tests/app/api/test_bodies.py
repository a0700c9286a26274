"""Media types, encodings and sizes of bodies, held while reading."""

import gzip
import tracemalloc
from collections.abc import AsyncIterator, Callable

import pytest

from app.api.compression import zstd
from tests.support import builders as build
from tests.support.client import Client, places, problem

GOOD = b'{"events": []}'
LIMIT = 64 * 1024
ENDPOINTS = ("/reduce", "/validate", "/validate/batch")


def padded(size: int) -> bytes:
    """Make a good request of exactly this size."""
    return GOOD + b" " * (size - len(GOOD))


@pytest.fixture
def limited(make_client: Callable[..., Client]) -> Client:
    """Talk to a service that takes bodies up to LIMIT."""
    return make_client(max_body_bytes=LIMIT)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        'application/json; charset="utf-8"',
        "application/json; Charset=utf8",
        "application/json ; profile=x",
        "application/json; charset=utf-8; profile=x",
    ],
)
def test_json_in_utf_8_is_read(client: Client, content_type: str) -> None:
    assert client.send("/reduce", GOOD, Content_Type=content_type).status_code == 200


def test_a_body_without_a_type_is_read_as_json(client: Client) -> None:
    assert client.request("POST", "/reduce", content=GOOD).status_code == 200


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize(
    "content_type",
    [
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application",
        "*/*",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        "application/json; profile=x; charset=latin-1",
        "x" * 5_000,
    ],
)
def test_another_media_type_is_refused(client: Client, path: str, content_type: str) -> None:
    answer = client.send(path, GOOD, Content_Type=content_type)
    found = problem(answer, 415, "unsupported-media-type")
    assert places(found) == [("Content-Type", "unsupported-media-type")]
    assert "application/json" in answer.headers["accept"]
    assert len(answer.content) < 2_000


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("encoding", ["br", "deflate", "compress", "gzip, br", "x" * 5_000])
def test_an_unknown_encoding_is_refused(client: Client, path: str, encoding: str) -> None:
    answer = client.send(path, GOOD, Content_Encoding=encoding)
    found = problem(answer, 415, "unsupported-media-type")
    assert places(found) == [("Content-Encoding", "unsupported-media-type")]
    assert answer.headers["accept-encoding"] == "gzip, zstd"
    assert len(answer.content) < 2_000


@pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
def test_identity_is_no_encoding(client: Client, encoding: str) -> None:
    assert client.send("/reduce", GOOD, Content_Encoding=encoding).status_code == 200


async def pieces(content: bytes, size: int = 1) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


MEMBERS = b"".join(gzip.compress(part) for part in (GOOD[:5], b"", GOOD[5:9], GOOD[9:]))


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
@pytest.mark.parametrize("packed", [gzip.compress(GOOD), gzip.compress(GOOD, 0), MEMBERS], ids=["9", "0", "members"])
def test_gzip_is_understood_however_it_is_cut(client: Client, packed: bytes, encoding: str) -> None:
    for content in (packed, pieces(packed), pieces(packed, 7)):
        assert client.send("/reduce", content, Content_Encoding=encoding).status_code == 200


FRAMES = b"".join(zstd.compress(part) for part in (GOOD[:5], b"", GOOD[5:]))


@pytest.mark.parametrize("packed", [zstd.compress(GOOD), zstd.compress(GOOD, 19), FRAMES], ids=["3", "19", "frames"])
def test_zstd_is_understood_however_it_is_cut(client: Client, packed: bytes) -> None:
    for content in (packed, pieces(packed), pieces(packed, 7)):
        assert client.send("/reduce", content, Content_Encoding="zstd").status_code == 200


def test_zeros_behind_a_gzip_body_are_padding(client: Client) -> None:
    """Tapes and block devices pad; there may be another member behind the padding."""
    for content in (PACKED + b"\0" * 700, gzip.compress(GOOD[:9]) + b"\0\0" + gzip.compress(GOOD[9:]) + b"\0"):
        for body in (content, pieces(content)):
            assert client.send("/reduce", body, Content_Encoding="gzip").status_code == 200


PACKED = gzip.compress(GOOD)
CHECKED = zstd.compress(GOOD, options={zstd.CompressionParameter.checksum_flag: 1})
WIDE = zstd.compress(GOOD * 700_000, options={zstd.CompressionParameter.window_log: 24})
BAD_BODIES = {
    "plain": ("gzip", GOOD, "not_compressed"),
    "empty": ("gzip", b"", "cut_short"),
    "header only": ("gzip", PACKED[:10], "cut_short"),
    "truncated": ("gzip", PACKED[:-12], "cut_short"),
    "truncated trailer": ("gzip", PACKED[:-1], "cut_short"),
    "wrong checksum": ("gzip", PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:], "checksum"),
    "wrong length": ("gzip", PACKED[:-4] + b"\xff\0\0\0", "checksum"),
    "damaged": ("gzip", PACKED[:10] + b"\xff" * 20, "damaged"),
    "garbage behind": ("gzip", PACKED + b"garbage", "bytes_after"),
    "garbage behind padding": ("gzip", PACKED + b"\0\0garbage", "bytes_after"),
    "second member truncated": ("gzip", PACKED + PACKED[:-3], "cut_short"),
    "zlib": ("gzip", b"\x78\x9c" + PACKED[10:], "not_compressed"),
    "zstd as gzip": ("gzip", CHECKED, "not_compressed"),
    "plain zstd": ("zstd", GOOD, "not_compressed"),
    "empty zstd": ("zstd", b"", "cut_short"),
    "truncated zstd": ("zstd", CHECKED[:-1], "cut_short"),
    "wrong checksum of zstd": ("zstd", CHECKED[:-1] + bytes([CHECKED[-1] ^ 1]), "checksum"),
    "garbage behind zstd": ("zstd", CHECKED + b"garbage", "bytes_after"),
    "zeros behind zstd": ("zstd", CHECKED + b"\0" * 8, "bytes_after"),
    "a window of 16 MB": ("zstd", WIDE, "window_too_large"),
}


@pytest.mark.parametrize(("coding", "packed", "fault"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_what_is_wrong_with_a_compressed_body_is_said_however_it_is_cut(
    client: Client, coding: str, packed: bytes, fault: str
) -> None:
    for content in (packed, pieces(packed)):
        found = problem(client.send("/reduce", content, Content_Encoding=coding), 400, "malformed-json")
        assert places(found) == [("Content-Encoding", fault)]
        assert coding in found["detail"]


@pytest.mark.parametrize("path", [*ENDPOINTS, "/reduce?ordered=true"])
@pytest.mark.parametrize(("coding", "packed"), [("gzip", PACKED), ("zstd", CHECKED)], ids=["gzip", "zstd"])
def test_a_compressed_body_that_does_not_say_so_is_told_so(
    client: Client, path: str, coding: str, packed: bytes
) -> None:
    types = ["application/json"] if "?" not in path else ["application/x-ndjson"]
    for content_type in types:
        for content in (packed, pieces(packed)):
            answer = client.send(path, content, Content_Type=content_type)
            found = problem(answer, 400, "malformed-json")
            assert places(found) == [("Content-Encoding", "undeclared_coding")]
            assert f"Content-Encoding: {coding}" in found["detail"]


def test_a_body_that_was_compressed_twice_is_told_so(client: Client) -> None:
    found = problem(client.send("/reduce", gzip.compress(CHECKED), Content_Encoding="gzip"), 400, "malformed-json")
    assert places(found) == [("Content-Encoding", "undeclared_coding")]
    assert "begins like zstd" in found["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "text/plain;charset=UTF-8", "text/plain; charset=us-ascii"])
@pytest.mark.parametrize("path", ENDPOINTS)
def test_json_may_come_as_text_which_browsers_say_unless_told_otherwise(
    client: Client, path: str, content_type: str
) -> None:
    headers = {"X_Request_Id": "r-1"}
    as_text, as_json = (
        client.send(path, GOOD, Content_Type=given, **headers) for given in (content_type, "application/json")
    )
    assert (as_text.status_code, as_text.content) == (as_json.status_code, as_json.content)


def test_no_json_in_good_gzip_is_no_json(client: Client) -> None:
    answer = client.send("/reduce", gzip.compress(b"nonsense"), Content_Encoding="gzip")
    problem(answer, 400, "malformed-json")


def test_a_body_of_exactly_the_limit_is_read(limited: Client) -> None:
    body = padded(LIMIT)
    assert limited.send("/reduce", body).status_code == 200
    assert limited.send("/reduce", pieces(body, 1000)).status_code == 200
    assert limited.send("/reduce", gzip.compress(body), Content_Encoding="gzip").status_code == 200


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_body_over_the_limit_is_refused(limited: Client, path: str) -> None:
    body = padded(LIMIT + 1)
    packed = gzip.compress(body)
    half = gzip.compress(body[: LIMIT // 2]) + gzip.compress(body[LIMIT // 2 :])
    for answer in (
        limited.send(path, body),
        limited.send(path, pieces(body, 1000)),
        limited.send(path, packed, Content_Encoding="gzip"),
        limited.send(path, pieces(packed, 10), Content_Encoding="gzip"),
        limited.send(path, half, Content_Encoding="gzip"),
    ):
        assert str(LIMIT) in problem(answer, 413, "body-too-large")["detail"]


class Counted:
    """An endless body that counts how much of it was taken."""

    def __init__(self, piece: bytes = b" " * 1024) -> None:
        self.piece = piece
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(10_000):
            self.taken += len(self.piece)
            yield self.piece


def test_a_body_that_declares_too_much_is_not_read(limited: Client) -> None:
    body = Counted()
    problem(limited.send("/reduce", body, Content_Length=str(LIMIT + 1)), 413, "body-too-large")
    assert body.taken <= 1024


@pytest.mark.parametrize("length", ["9" * 30, "9" * 5_000])
def test_a_declared_length_of_any_size_is_refused(limited: Client, length: str) -> None:
    problem(limited.send("/reduce", Counted(), Content_Length=length), 413, "body-too-large")


def test_a_streamed_body_is_read_no_further_than_the_limit(limited: Client) -> None:
    body = Counted()
    problem(limited.send("/reduce", body), 413, "body-too-large")
    assert body.taken <= LIMIT + 2 * 1024


def test_gzip_that_unpacks_to_nothing_is_not_read_for_ever(limited: Client) -> None:
    body = Counted(gzip.compress(b"") * 50)
    answer = limited.send("/reduce", body, Content_Encoding="gzip")
    assert answer.status_code in (400, 413)
    assert body.taken <= 2 * LIMIT


def test_a_gzip_bomb_is_not_unpacked_beyond_the_limit(limited: Client) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < LIMIT
    tracemalloc.start()
    try:
        problem(limited.send("/reduce", bomb, Content_Encoding="gzip"), 413, "body-too-large")
        assert tracemalloc.get_traced_memory()[1] < 20 * LIMIT
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("path", ["/reduce", "/validate/batch"])
def test_a_batch_may_have_just_so_many_events(make_client: Callable[..., Client], path: str) -> None:
    few = make_client(max_events=3)
    assert few.post(path, {"events": [build.event("Other", {})] * 3}).status_code == 200
    good = build.history(*(build.joined(f"p{n}") for n in range(4)))
    broken: list[build.Json] = [{}] * 4
    for events in (broken, good):
        found = problem(few.post(path, {"events": events}), 413, "too-many-events")
        assert places(found) == [("/events", "too_long")]
        assert "4" in found["detail"]
        assert "3" in found["detail"]
