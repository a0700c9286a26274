"""The example backend of the guide, as the tests use it."""

import runpy
from typing import Any

import httpx

from tests.docs.markdown import ROOT

GUIDE = ROOT / "docs/guide.md"
BACKEND = ROOT / "docs/examples/backend.py"


def backend_class() -> Any:
    """Run the example and give its class; nothing is written beside it."""
    return runpy.run_path(str(BACKEND))["Backend"]


def client(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, trust_env=False, verify=False, timeout=30)


def kept(backend: Any, mission: str) -> list[str]:
    """List the events that the backend holds for accepted, as it wrote them, in no order."""
    rows = backend.db.execute("SELECT event FROM events WHERE mission = ? AND code IS NULL", (mission,))
    return [event for (event,) in rows]


def state_of(backend: Any, mission: str) -> bytes:
    """Give the bytes of the state that the newest checkpoint leads to."""
    _, checkpoint = backend.checkpoint_before(mission, 2**53)
    answer: bytes = backend.service.post("/admit", json={"checkpoint": checkpoint, "events": []}).content
    return answer.removeprefix(b'{"state":').partition(b',"checkpoint":"')[0]


def reduced(backend: Any, mission: str) -> bytes:
    """Give the bytes that strict reduction of all that was accepted answers."""
    events = ",".join(kept(backend, mission))
    answer: httpx.Response = backend.service.post(
        "/reduce", content=f'{{"events": [{events}]}}', headers={"Content-Type": "application/json"}
    )
    return answer.raise_for_status().content
