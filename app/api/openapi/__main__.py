"""Asks the service what it answers to the examples, and writes that and the document to where they are committed.

python -m app.api.openapi            write app/api/examples/answers.json and openapi.json
python -m app.api.openapi --check    fail when a committed file differs
"""

import argparse
import asyncio
import json
from pathlib import Path

from app.api import examples
from app.api.endpoints import OPERATIONS
from app.api.openapi import openapi_document
from app.api.openapi.recording import record_answers

ANSWERS = Path(examples.__file__).parent / examples.ANSWERS_FILE


def main(arguments: list[str] | None = None, document: Path = Path("openapi.json"), told: Path = ANSWERS) -> int:
    """Write the files, or with `--check` compare them; the exit status is 1 on drift."""
    parser = argparse.ArgumentParser(description="Write the OpenAPI document.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on drift")
    is_check = parser.parse_args(arguments).check
    drift = 0
    # The document shows the answers, so it is made once they are written.
    for target, make in (
        (told, lambda: asyncio.run(record_answers())),
        (document, lambda: openapi_document(OPERATIONS)),
    ):
        text = json.dumps(make(), indent=2, ensure_ascii=False) + "\n"
        if not is_check:
            target.write_text(text, "utf-8")
        elif not target.exists() or target.read_text("utf-8") != text:
            print(f"differs from what it is made of: {target}")
            drift = 1
    return drift


if __name__ == "__main__":
    raise SystemExit(main())
