"""The wheel: the library whole, neither the service nor the tests."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support import naive

ROOT = Path(__file__).parents[1]
FOLD = """
import json, mission_collaboration as library
from mission_collaboration.contract.schemas import schema_text
schema = schema_text("drive_intent_set_payload").decode()
count = library.reduce_collaboration_events([]).event_count
print(json.dumps({"file": library.__file__, "count": count, "schema": schema}))
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
    return {str(path.relative_to(ROOT)) for path in (ROOT / "mission_collaboration").rglob(pattern)}


def test_it_has_every_module_and_every_schema(names: set[str]) -> None:
    schemas = committed("*.schema.json")
    assert len(schemas) == 3 + len(naive.PAYLOADS) + 2
    assert committed("*.py") | schemas <= names


def test_it_has_neither_the_service_nor_tests_nor_leftovers(names: set[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mission_collaboration"}
    assert not [name for name in names if name.endswith((".pyc", ".log"))]


def test_unpacked_elsewhere_it_folds(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    answer = subprocess.run(
        [sys.executable, "-c", FOLD],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        check=True,
        capture_output=True,
        timeout=60,
    )
    printed = json.loads(answer.stdout)
    schema = ROOT / "mission_collaboration/contract/schemas/drive_intent_set_payload.schema.json"
    assert Path(printed["file"]).is_relative_to(tmp_path)
    assert printed["schema"].encode() == schema.read_bytes()
    assert printed["count"] == 0
