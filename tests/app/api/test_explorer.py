"""The page that shows a history: what it is served with, and what it may load."""

import gzip
import re

from tests.support.client import Client

LARGEST = 120_000
"""Bytes of the page and all that it loads, gzipped."""


def test_the_explorer_runs_its_own_script_and_nothing_inline(client: Client) -> None:
    page = client.get("/explore")
    policy = dict(rule.strip().split(" ", 1) for rule in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {policy[kind] for kind in ("script-src", "style-src", "img-src", "connect-src")} == {"'self'"}
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page.text) == [""]
    assert "style=" not in page.text


def test_the_explorer_is_small_and_needs_no_other_host(client: Client) -> None:
    page = client.get("/explore")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(addresses) == 3
    loaded = [page.content]
    for address in addresses:
        assert not re.match(r"\w+:|/", address), address
        answer = client.get(f"/{address}")
        assert answer.status_code == 200
        loaded.append(answer.content)
    assert sum(len(gzip.compress(content)) for content in loaded) < LARGEST
