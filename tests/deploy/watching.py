"""What the Prometheus rules and the Grafana dashboard ask for."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from tests.docs.markdown import ROOT

Json = dict[str, Any]
PROMETHEUS = ROOT / "deploy/prometheus"
GROUPS: list[Json] = yaml.safe_load((PROMETHEUS / "rules.yml").read_text("utf-8"))["groups"]
RULES: list[Json] = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = [rule["alert"] for rule in RULES if "alert" in rule]
RECORDS = [rule["record"] for rule in RULES if "record" in rule]
DASHBOARD: Json = json.loads((ROOT / "deploy/grafana/dashboard.json").read_text("utf-8"))
PANELS: list[Json] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
VARIABLES = {"$__rate_interval": "1m", "$instance": ".*"}
"""What Grafana puts in place of its variables."""
OF_PROMETHEUS = {"instance", "job"}
"""The labels that a scrape adds."""


class Selector(NamedTuple):
    """A metric in an expression, with the labels that it is asked by."""

    metric: str
    labels: tuple[str, ...]


def selectors(expression: str) -> Iterator[Selector]:
    for found in re.finditer(r"\b(collab_\w+)(?:\{([^}]*)\})?", expression):
        yield Selector(found[1], tuple(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", found[2] or "")))


def grouped_by(expression: str) -> set[str]:
    """List the labels that an expression groups by or ignores."""
    return {label for words in re.findall(r"(?:by|ignoring|on) \(([^)]*)\)", expression) for label in words.split(", ")}


def dashboard_queries() -> list[str]:
    queries = [target["expr"] for panel in PANELS for target in panel["targets"]]
    for name, value in VARIABLES.items():
        queries = [query.replace(name, value) for query in queries]
    return queries
