"""Writes the generated documents, or with `--check` compares them.

python -m docs.generate            write them
python -m docs.generate --check    change nothing; fail when one is not what the code says
"""

import argparse
from pathlib import Path

from docs.generate.compatibility import compatibility_page
from docs.generate.contract import contract_page
from docs.generate.errors import errors_page
from docs.generate.kit import kit_page
from docs.generate.settings import settings_page

ROOT = Path(__file__).parents[2]


def wanted() -> dict[Path, str]:
    """Make every document as it ought to be."""
    compatibility, kit = ROOT / "COMPATIBILITY.md", ROOT / "conformance/README.md"
    return {
        ROOT / "docs/contract.md": contract_page(),
        ROOT / "docs/errors.md": errors_page(),
        ROOT / "docs/settings.md": settings_page(),
        compatibility: compatibility_page(compatibility.read_text("utf-8")),
        kit: kit_page(kit.read_text("utf-8")),
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the documents that differ, or with `--check` name them; the exit status is 1 on drift."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description="Write the generated documents.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on drift")
    check = parser.parse_args(arguments).check
    stale = {path: text for path, text in wanted().items() if not path.exists() or path.read_text("utf-8") != text}
    for path, text in stale.items():
        print(f"{'differs from the code' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.write_text(text, "utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    raise SystemExit(main())
