"""Writes the document to where it is committed.

python -m app.api.openapi            write openapi.json
python -m app.api.openapi --check    fail when the committed file differs
"""

import argparse
import json
from pathlib import Path

from app.api.openapi.document import openapi_document


def main(arguments: list[str] | None = None, target: Path = Path("openapi.json")) -> int:
    """Write the document to `target`, or with `--check` compare it; the exit status is 1 on drift."""
    parser = argparse.ArgumentParser(description="Write the OpenAPI document.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on drift")
    text = json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"
    if not parser.parse_args(arguments).check:
        target.write_text(text, "utf-8")
    elif not target.exists() or target.read_text("utf-8") != text:
        print(f"differs from the operations and models: {target}")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
