"""Writes the files that come from tables: systematic cases, large streams, and the table of rules.

    python -m conformance.generate            write them
    python -m conformance.generate --check    change nothing; fail if a file differs or a rule has no case

Whoever changes a table runs it and commits what it wrote; other languages need the written files alone.
"""

from __future__ import annotations

import argparse
import sys

from .coverage import rules_page, uncovered
from .envelopes import envelope_files
from .kinds import Object
from .large import large_files
from .layout import layout
from .loading import HOME, load_cases, load_rules
from .systematic import payload_files

RULES_PAGE = "RULES.md"


def data_files() -> dict[str, Object]:
    """Give every generated data file."""
    return {**payload_files(), **envelope_files(), **large_files()}


def drifted(files: dict[str, str]) -> list[str]:
    """Name the files that are not on disk as they are wanted."""
    return [name for name, text in files.items() if not same(name, text)]


def same(name: str, text: str) -> bool:
    """Whether a file holds this text."""
    path = HOME / name
    return path.exists() and path.read_text(encoding="utf-8") == text


def write(files: dict[str, str]) -> None:
    """Write the files that differ, and say which."""
    for name in drifted(files):
        path = HOME / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text := files[name], encoding="utf-8")
        print(f"{name}: written, {len(text)} characters")


def generate(*, check: bool) -> list[str]:
    """Write or compare everything; give the complaints."""
    data = {name: layout(content) for name, content in data_files().items()}
    complaints = [f"{name} is not what the table gives" for name in drifted(data)] if check else []
    if not check:
        write(data)
    # The page is made from the data on disk, so it comes second.
    rules, cases = load_rules(), load_cases()
    page = {RULES_PAGE: rules_page(rules, cases)}
    complaints += [f"{name} is not what the cases give" for name in drifted(page)] if check else []
    if not check:
        write(page)
    return complaints + [f"rule {rule} has no case" for rule in uncovered(rules, cases)]


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m conformance.generate", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, fail on any difference")
    complaints = generate(check=parser.parse_args().check)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
