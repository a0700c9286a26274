"""What users get: `pip install` into a fresh environment, in a folder that has an `app` of its own."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT

pytestmark = pytest.mark.install
PROGRAM = """\
from app import EVENTS
from mission_collaboration import Event, ReducedCollaborationState, reduce_collaboration_events

state: ReducedCollaborationState = reduce_collaboration_events([Event.model_validate(event) for event in EVENTS])
print(state.event_count)
"""
APP = '''\
"""The user's own package `app`."""

EVENTS: list[dict[str, object]] = []
'''


class Place:
    """A user's folder, and the environment that the distribution is installed in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin = folder / "work", folder / "venv/bin"
        (self.folder / "app").mkdir(parents=True)
        (self.folder / "app/__init__.py").write_text(APP, "utf-8")
        (self.folder / "program.py").write_text(PROGRAM, "utf-8")
        venv.create(folder / "venv", with_pip=True)

    def run(self, *command: str | Path, status: int = 0) -> str:
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def python(self, *arguments: str | Path, status: int = 0) -> str:
        return self.run(self.bin / "python", *arguments, status=status)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = Place(tmp_path_factory.mktemp("user"))
    made.python("-m", "pip", "install", "--quiet", ROOT)
    return made


def test_a_short_program_beside_an_app_of_its_own_runs(place: Place) -> None:
    assert place.python("program.py") == "0\n"


def test_the_program_is_type_checked_strictly(place: Place) -> None:
    told = place.run(
        sys.executable, "-m", "mypy", "--strict", "--python-executable", place.bin / "python", "program.py"
    )
    assert "no issues found" in told


def test_nothing_of_a_server_is_installed(place: Place) -> None:
    packages = {each["name"].lower() for each in json.loads(place.python("-m", "pip", "list", "--format=json"))}
    assert "mission-collaboration" in packages
    assert packages.isdisjoint({"fastapi", "starlette", "uvicorn", "httptools", "jinja2", "prometheus-client", "httpx"})


def test_no_name_at_the_top_could_shadow_a_users_own(place: Place) -> None:
    [site] = (place.bin.parent / "lib").glob("python*/site-packages")
    assert not [name for name in ("app", "conformance", "tests", "docs", "loadtests") if (site / name).exists()]


def test_the_kit_is_there_under_a_name_of_its_own(place: Place) -> None:
    place.python("-m", "pip", "install", "--quiet", f"{ROOT}[conformance]")
    assert len(place.python("-m", "mission_collaboration_conformance", "--list").splitlines()) > 1_000
    place.python("-m", "mission_collaboration_conformance", "--url", "http://127.0.0.1:1", status=2)
