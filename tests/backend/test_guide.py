"""The guide is followed from its first line to its last, with the real service, backend and database."""

import json
import subprocess
from itertools import pairwise

import pytest

from app.api.problem_texts import CODES
from docs.examples.backend.store import NOT_FINAL, NOT_YET, SETTLED
from tests.backend.cluster import Cluster
from tests.backend.programs import started_backend, started_service
from tests.docs.elision import is_like
from tests.docs.markdown import ROOT, Block, blocks, coded, rows, section

pytestmark = pytest.mark.backend
GUIDE = ROOT / "docs/guide.md"
CALLS = [pair for pair in pairwise(blocks(GUIDE)) if pair[0].text.startswith("curl ")]
WINDOW = 1_000
"""The service's default."""


def test_every_command_answers_as_printed(postgres: Cluster) -> None:
    database = postgres.database()
    with started_service(WINDOW) as (service, _), started_backend(database, service) as backend:
        for command, answer in CALLS:
            came = run(command, service, backend.address)
            assert is_like(json.loads(answer.text), came), f"{command.text}\n{json.dumps(came)}"
    assert len(CALLS) >= 10


def run(command: Block, service: str, backend: str) -> object:
    text = command.text.replace("localhost:8000", service.removeprefix("http://"))
    text = text.replace("localhost:8100", backend.removeprefix("http://"))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(done.stdout)


def test_it_says_what_the_backend_does_for_each_code() -> None:
    told = [set(coded(row[0])) for row in rows(section(GUIDE, "## What is rejected"))]
    assert told[1:] == [NOT_FINAL, SETTLED, NOT_YET]
    assert set().union(*told) <= set(CODES)
