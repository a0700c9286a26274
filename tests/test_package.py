"""The wheel: the library whole, neither the service nor the tests."""

import email
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mission_collaboration import __version__
from tests.support import naive_events

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
    assert len(schemas) == 3 + len(naive_events.PAYLOADS) + 3  # identities, payloads, and envelope, state, references
    assert committed("*.py") | schemas <= names


def test_it_has_neither_the_service_nor_tests_nor_leftovers(names: set[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "mission_collaboration",
        "mission_collaboration_conformance",
    }
    assert not [name for name in names if name.endswith((".pyc", ".log"))]


def test_it_is_typed_and_has_the_kit_whole(names: set[str]) -> None:
    assert "mission_collaboration/py.typed" in names
    kit = {str(path.relative_to(ROOT)) for path in (ROOT / "conformance").rglob("*") if path.suffix in (".py", ".json")}
    assert {f"mission_collaboration_{name}" for name in kit} <= names


def test_its_metadata_say_what_it_needs_and_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    metadata = email.message_from_string(texts["METADATA"])
    needed = {str(line) for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in str(line)}
    assert {re.split(r"[^\w-]", line)[0] for line in needed} == {
        *("click", "isal", "jsonschema-rs", "msgspec", "pybase64", "pydantic"),
    }
    assert (metadata["Name"], metadata["Version"]) == ("mission-collaboration", __version__)
    assert (metadata["Requires-Python"], metadata["License-Expression"]) == (">=3.11", "MIT")
    tried = {f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13)}
    assert tried <= set(metadata.get_all("Classifier", []))
    assert "mission-collaboration = mission_collaboration.__main__:main" in texts["entry_points.txt"]
    assert "LICENSE" in texts


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
