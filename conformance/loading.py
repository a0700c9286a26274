"""Finds the data files of the kit and reads their cases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from .admission import admission_cases
from .exchanges import service_cases
from .explanations import explanation_cases
from .kinds import Object, envelope_cases, fixture_case, objects, payload_cases
from .model import Case
from .scenarios import scenario_cases

HOME = Path(__file__).parent
CASES = HOME / "cases"
FIXTURES = HOME / "fixtures"
MANIFEST = FIXTURES / "manifest.json"

KINDS: dict[str, Callable[[Object, str], Iterator[Case]]] = {
    "payloads": payload_cases,
    "envelopes": envelope_cases,
    "scenarios": scenario_cases,
    "admission": admission_cases,
    "explanations": explanation_cases,
    "service": service_cases,
}


def read(path: Path) -> Object:
    """Read one data file."""
    return cast(Object, json.loads(path.read_text(encoding="utf-8")))


def short(path: Path) -> str:
    """Give the name of a data file as reports show it."""
    return path.relative_to(HOME).as_posix()


def fixture_cases() -> Iterator[Case]:
    """Give a case for each fixture of the manifest."""
    for entry in objects(read(MANIFEST)["fixtures"]):
        path = FIXTURES / cast(str, entry["path"])
        yield fixture_case(entry, read(path), short(path))


def load_cases() -> list[Case]:
    """Read the whole kit, in a stable order."""
    cases = list(fixture_cases())
    for path in sorted(CASES.glob("*/*.json")):
        data = read(path)
        cases += KINDS[cast(str, data["kind"])](data, short(path))
    return cases


def load_rules() -> list[Object]:
    """Read the list of the contract's rules."""
    return objects(read(HOME / "rules.json")["rules"])


def matching(cases: list[Case], pattern: str | None) -> list[Case]:
    """Keep the cases whose title, file or rule holds the pattern, without regard to case."""
    if not pattern:
        return cases
    wanted = pattern.lower()
    return [case for case in cases if wanted in case.title.lower() or wanted in case.file or pattern in case.rules]
