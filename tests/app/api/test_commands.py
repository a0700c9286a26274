"""The command line refuses what the service refuses, with the same problem."""

import json

import pytest
from click.testing import CliRunner

from mission_collaboration.__main__ import main
from tests.support.client import Client

ENDPOINTS = {"reduce": "/reduce", "validate": "/validate/batch", "explain": "/explain"}
SERVICE_ONLY = "; GET /limits lists every limit"
"""What the service says more; a file has no such page."""


@pytest.mark.parametrize(("command", "path"), ENDPOINTS.items())
@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b'{"events": [], "rooster": 1}',
        b'{"events": 7}',
        b'{"events": [], "mode": 7, "roster": {"p1": {}}}',
        b'{"events": [{"a": NaN}]}',
        b'{"events": ' + b"[" * 70 + b"]" * 70 + b"}",
        b'{"event_type": "X"}\n{\n',
    ],
    ids=["cut short", "unknown member", "no list", "several errors", "no JSON", "too deep", "a line that is none"],
)
def test_what_the_service_refuses_is_refused_with_the_same_problem(
    client: Client, command: str, path: str, text: bytes
) -> None:
    media_type = "application/x-ndjson" if text.endswith(b"\n") else "application/json"
    answer = client.send(path, text, Content_Type=media_type)
    told = CliRunner().invoke(main, [command, "-"], input=text)
    if answer.status_code == 200:  # a batch is judged line by line, broken ones too
        assert told.stdout == answer.text + "\n"
        return
    problem = json.loads(told.stdout)
    assert told.exit_code == 1
    detail = answer.json()["detail"].replace(SERVICE_ONLY, "")
    assert {name: answer.json().get(name) for name in problem} | {"detail": detail} == problem
