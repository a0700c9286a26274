"""Clients are generated without a warning and type-check strictly; two of them work with the service.

`npm ci` has been run in this folder, and CLIENTS_VENV names the environment that has openapi-python-client.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from conformance.serving import service

pytestmark = pytest.mark.clients
HERE: Final = Path(__file__).parent
DOCUMENT: Final = HERE.parents[1] / "openapi.json"
GENERATED: Final = HERE / "generated"
PYTHON_CLIENT: Final = GENERATED / "python"
NODE_TOOLS: Final = HERE / "node_modules" / ".bin"


@pytest.fixture(scope="module", autouse=True)
def generated() -> None:
    """Make the folder for what is generated, empty."""
    shutil.rmtree(GENERATED, ignore_errors=True)
    GENERATED.mkdir()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with service() as address:
        yield address


@pytest.fixture(scope="module")
def tools() -> Path:
    return Path(os.environ["CLIENTS_VENV"]) / "bin"


def test_a_typescript_client_is_generated_type_checks_and_works(address: str) -> None:
    run(NODE_TOOLS / "openapi-typescript", DOCUMENT, "--output", GENERATED / "service.ts")
    run(NODE_TOOLS / "tsc", "--project", HERE / "tsconfig.json")
    run("node", GENERATED / "javascript" / "typescript" / "try.js", address)


def test_the_client_of_hey_api_refuses_a_wrong_literal_when_compiled() -> None:
    run(NODE_TOOLS / "openapi-ts", "--input", DOCUMENT, "--output", GENERATED / "hey-api", "--silent")
    run(NODE_TOOLS / "tsc", "--project", HERE / "hey-api" / "tsconfig.json")


@pytest.mark.skipif(shutil.which("java") is None, reason="openapi-generator needs Java")
def test_the_client_of_openapi_generator_compiles(tools: Path) -> None:
    output = GENERATED / "openapi-generator"
    run(tools / "openapi-generator-cli", "generate", "-g", "typescript-fetch", "-i", DOCUMENT, "-o", output)
    run(NODE_TOOLS / "tsc", "--project", HERE / "openapi-generator" / "tsconfig.json")


def test_a_python_client_is_generated_type_checks_and_works(address: str, tools: Path) -> None:
    config = HERE / "python" / "config.yaml"
    options = ("--config", config, "--path", DOCUMENT, "--output-path", PYTHON_CLIENT, "--fail-on-warning")
    run(tools / "openapi-python-client", "generate", *options, PATH=str(tools))
    checked_by = ("--config-file", HERE / "python" / "mypy.ini", "--python-executable", tools / "python")
    run(sys.executable, "-m", "mypy", *checked_by)
    run(tools / "python", HERE / "python" / "try_client.py", address)


def run(*command: str | Path, **environment: str) -> None:
    """Run a command of a client's toolchain; raises `CalledProcessError` when it fails."""
    start = time.monotonic()
    known = {"PYTHONPATH": str(PYTHON_CLIENT), "MYPYPATH": str(PYTHON_CLIENT), **environment}
    subprocess.run([str(word) for word in command], cwd=HERE, check=True, env=os.environ | known)
    print(f"{Path(command[0]).name}: {time.monotonic() - start:.1f} s", flush=True)
