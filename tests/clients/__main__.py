"""Generates the TypeScript and the Python client, has both checked strictly, and uses them against the service.

    python -m tests.clients VENV

`VENV` is the environment that has openapi-python-client; `npm ci` has been run in this folder. The exit status is 1
when a generator warns, a client does not type-check, or a story does not end as told.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from conformance.serving import service

HERE: Final = Path(__file__).parent
DOCUMENT: Final = HERE.parents[1] / "openapi.json"
GENERATED: Final = HERE / "generated"
PYTHON_CLIENT: Final = GENERATED / "python"
TOOLS: Final = HERE / "node_modules" / ".bin"


def main() -> int:
    """Generate, check, use; in that order."""
    venv = Path(sys.argv[1]).resolve()
    shutil.rmtree(GENERATED, ignore_errors=True)
    GENERATED.mkdir()
    try:
        prepare_typescript()
        prepare_python(venv)
        with service() as address:
            run("TypeScript client", "node", GENERATED / "javascript" / "typescript" / "try.js", address)
            run("Python client", venv / "bin" / "python", HERE / "python" / "try_client.py", address)
    except subprocess.CalledProcessError as failure:
        print(f"failed: {failure.cmd[0]}, exit status {failure.returncode}", file=sys.stderr)
        return 1
    return 0


def prepare_typescript() -> None:
    """Generate the types, and compile what uses them."""
    run("openapi-typescript", TOOLS / "openapi-typescript", DOCUMENT, "--output", GENERATED / "service.ts")
    run("tsc --strict", TOOLS / "tsc", "--project", HERE / "tsconfig.json")


def prepare_python(venv: Path) -> None:
    """Generate the package, and type-check what uses it."""
    config = HERE / "python" / "config.yaml"
    options = ("--config", config, "--path", DOCUMENT, "--output-path", PYTHON_CLIENT, "--fail-on-warning")
    run("openapi-python-client", venv / "bin" / "openapi-python-client", "generate", *options, PATH=str(venv / "bin"))
    settings = HERE / "python" / "mypy.ini"
    run(
        "mypy --strict",
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        settings,
        "--python-executable",
        venv / "bin" / "python",
    )


def run(title: str, *command: str | Path, **environment: str) -> None:
    """Run a command of a client's toolchain; raises `CalledProcessError` when it fails."""
    print(f"{title} …", flush=True)
    start = time.monotonic()
    known = {"PYTHONPATH": str(PYTHON_CLIENT), "MYPYPATH": str(PYTHON_CLIENT), **environment}
    subprocess.run([str(word) for word in command], cwd=HERE, check=True, env=os.environ | known)
    print(f"{title}: {time.monotonic() - start:.1f} s", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
