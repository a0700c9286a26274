"""The wheel: everything that the service needs, and nothing of the tests."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import naive
import pytest

ROOT = Path(__file__).parents[1]
SERVE_IN_PROCESS = """
import asyncio, json, httpx, app, app.main
async def serve():
    transport = httpx.ASGITransport(app=app.main.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as http:
        schema = await http.get("/schemas/DriveIntentSet")
        state = await http.post("/reduce", json={"events": []})
        docs = await http.get("/openapi.json")
        page = await http.get("/problems/internal", headers={"Accept": "text/html"})
    statuses = [answer.status_code for answer in (state, docs, page)]
    return {"file": app.__file__, "schema": schema.text, "statuses": statuses}
print(json.dumps(asyncio.run(serve())))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with nothing but what is installed."""
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    [built] = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """List the files of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def committed(pattern: str) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in (ROOT / "app").rglob(pattern)}


def test_it_has_every_module_and_every_schema(names: set[str]) -> None:
    schemas = committed("*.schema.json")
    assert len(schemas) == 3 + len(naive.PAYLOADS) + 2
    assert committed("*.py") | schemas <= names


@pytest.mark.parametrize("kind", ["html", "css", "js", "svg", "toml"])
def test_it_has_what_the_pages_are_made_of(names: set[str], kind: str) -> None:
    assert set() < committed(f"*.{kind}") <= names


def test_it_has_neither_tests_nor_leftovers(names: set[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} <= {"app", "conformance"}
    assert not [name for name in names if name.startswith("app/") and "test" in name]
    assert not [name for name in names if name.endswith((".pyc", ".log"))]


def test_it_declares_what_it_needs_and_its_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    assert "Requires-Python: >=3.11" in texts["METADATA"]
    for needed in ("fastapi", "pydantic", "msgspec", "jsonschema-rs", "uvicorn"):
        assert f"Requires-Dist: {needed}" in texts["METADATA"]
    assert "mission-collaboration-service = app.__main__:main" in texts["entry_points.txt"]
    assert "LICENSE" in texts


def test_unpacked_elsewhere_it_serves(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COLLAB_")}
    answer = subprocess.run(
        [sys.executable, "-c", SERVE_IN_PROCESS],
        cwd=tmp_path,
        env=kept | {"PYTHONPATH": str(tmp_path)},
        check=True,
        capture_output=True,
        timeout=60,
    )
    told = json.loads(answer.stdout)
    assert Path(told["file"]).is_relative_to(tmp_path)
    assert told["schema"].encode() == (ROOT / "app/contract/schemas/drive_intent_set_payload.schema.json").read_bytes()
    assert told["statuses"] == [200, 200, 200]
