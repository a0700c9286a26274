"""Writes the published JSON Schemas from the models (contract §7).

python -m mission_collaboration.contract.schemas.generate            write every *.schema.json
python -m mission_collaboration.contract.schemas.generate --check    fail when a committed file differs from its model
"""

import argparse
import json
from pathlib import Path

from pydantic import BaseModel

from mission_collaboration.contract.constants import CONTRACT_VERSION
from mission_collaboration.contract.model import ContractJsonSchema
from mission_collaboration.contract.schemas import PUBLISHED_MODELS

FOLDER = Path(__file__).parent


def published(name: str, model: type[BaseModel]) -> str:
    """Render one schema file, ready to be committed."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:mission-collaboration:{CONTRACT_VERSION}:{name}",
        **model.model_json_schema(schema_generator=ContractJsonSchema),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def drift() -> dict[Path, str]:
    """Find the files that are not what their model says, with what they ought to be."""
    wanted = {FOLDER / f"{name}.schema.json": published(name, model) for name, model in PUBLISHED_MODELS.items()}
    return {path: text for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text}


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or with `--check` compare them; the exit status is 1 on drift."""
    parser = argparse.ArgumentParser(description="Write the JSON Schemas of the contract.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on drift")
    check = parser.parse_args(arguments).check
    stale = drift()
    for path, text in stale.items():
        print(f"{'differs from its model' if check else 'written'}: {path.name}")
        if not check:
            path.write_text(text, "utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    raise SystemExit(main())
