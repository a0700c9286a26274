"""Answers are compressed for callers who ask for it, and say what their digests are of."""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable

import httpx
import pytest

from app.api.compression import zstd
from tests.support import builders as build
from tests.support.client import Client

PEOPLE = [build.event(*build.joined(f"p{number}"), lamport_clock=number) for number in range(80)]
LARGE = json.dumps({"events": PEOPLE}).encode()
SMALL = json.dumps({"events": PEOPLE[:2]}).encode()


def asked(client: Client, accept_encoding: str, body: bytes = LARGE) -> tuple[httpx.Response, bytes]:
    """Ask for a state in some codings; return the answer and its bytes as they were sent."""
    headers = {"Accept-Encoding": accept_encoding, "Content-Type": "application/json"}
    return client.raw("POST", "/reduce", content=body, headers=headers)


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("zstd;q=0, *", "gzip"),
        ("*", "zstd"),
        ("GZIP", "gzip"),
        ("identity", None),
        ("identity, gzip;q=0.5", None),
        ("br", None),
        ("gzip;q=0", None),
        ("", None),
    ],
)
def test_an_answer_has_the_coding_that_the_caller_likes_best(
    client: Client, accept_encoding: str, coding: str | None
) -> None:
    plain, sent = asked(client, accept_encoding)
    assert plain.headers.get("content-encoding") == coding
    assert plain.headers["vary"] == "Accept-Encoding"
    undone = gzip.decompress(sent) if coding == "gzip" else zstd.decompress(sent) if coding else sent
    assert undone == client.send("/reduce", LARGE, Accept_Encoding="identity").content
    assert len(sent) == int(plain.headers["content-length"]) <= len(undone)
    assert plain.headers["repr-digest"] == digest(sent)
    assert plain.headers["unencoded-digest"] == digest(undone)


def test_a_small_answer_is_sent_as_it_is(client: Client) -> None:
    answer, sent = asked(client, "gzip, zstd", SMALL)
    assert "content-encoding" not in answer.headers
    assert answer.headers["repr-digest"] == answer.headers["unencoded-digest"] == digest(sent)


@pytest.mark.parametrize("coding", ["gzip", "zstd", "identity"])
def test_a_process_compresses_as_the_server_does(make_client: Callable[..., Client], coding: str) -> None:
    here, there = (asked(make_client(**settings), coding) for settings in ({"pool_size": 0}, {"inline_body_bytes": 0}))
    assert here[1] == there[1]
    assert here[0].headers["vary"] == there[0].headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_compressed_document_has_a_tag_of_its_own_and_is_known_again(client: Client, coding: str) -> None:
    plain = client.get("/schemas/ReducedCollaborationState", {"Accept-Encoding": "identity"})
    compressed = client.get("/schemas/ReducedCollaborationState", {"Accept-Encoding": coding})
    assert compressed.headers["content-encoding"] == coding
    assert compressed.headers["etag"] != plain.headers["etag"]
    for tag in (plain.headers["etag"], compressed.headers["etag"]):
        again = client.get("/schemas/ReducedCollaborationState", {"Accept-Encoding": coding, "If-None-Match": tag})
        assert (again.status_code, again.headers["vary"]) == (304, "Accept, Accept-Encoding")


def test_head_says_what_get_would(client: Client) -> None:
    by_get, by_head = (
        client.request(method, "/docs/assets/swagger-ui.css", headers={"Accept-Encoding": "zstd"})
        for method in ("GET", "HEAD")
    )
    assert by_head.headers["content-encoding"] == "zstd"
    assert by_head.headers["content-length"] == by_get.headers["content-length"]
