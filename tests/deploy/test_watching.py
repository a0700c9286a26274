"""The alerts and the dashboard ask for what `/metrics` really has."""

from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest
import yaml

from app.problems import KINDS
from conformance.serving import service
from tests.deploy.metric_provocations import exposed, provoke
from tests.deploy.watching import (
    ALERTS,
    OF_PROMETHEUS,
    PANELS,
    PROMETHEUS,
    RECORDS,
    RULES,
    dashboard_queries,
    grouped_by,
    selectors,
)
from tests.docs.markdown import ROOT, coded, rows, section

HANDBOOK = ROOT / "docs/operations.md"
EXPRESSIONS = [rule["expr"] for rule in RULES] + dashboard_queries()
TESTS = yaml.safe_load((PROMETHEUS / "rules.test.yml").read_text("utf-8"))["tests"]


@pytest.fixture(scope="module")
def metrics() -> Iterator[dict[str, set[str]]]:
    with service() as address, httpx.Client(base_url=address, trust_env=False) as http:
        provoke(http)
        answered = 0
        while answered < 3:  # counts are a tenth of a second old
            found = exposed(http)
            answered = sum(
                name in found for name in ("collab_refusals_total", "collab_anomalies_total", "collab_verdicts_total")
            )
        yield found


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_asks_for_metrics_and_labels_that_there_are(
    expression: str, metrics: dict[str, set[str]]
) -> None:
    asked = list(selectors(expression))
    assert asked or any(record in expression for record in (*RECORDS, "up{"))
    known = set(OF_PROMETHEUS)
    for selector in asked:
        assert selector.metric in metrics
        known |= metrics[selector.metric]
        assert set(selector.labels) <= metrics[selector.metric] | OF_PROMETHEUS
    assert grouped_by(expression) <= known


def test_every_metric_is_shown_on_the_dashboard(metrics: dict[str, set[str]]) -> None:
    shown = {selector.metric for query in dashboard_queries() for selector in selectors(query)}
    collab = {name for name in metrics if name.startswith("collab_")}
    histograms = {name.removesuffix("_bucket") for name in collab if name.endswith("_bucket")}
    assert collab - shown <= {f"{name}_{part}" for name in histograms for part in ("sum", "count")}


def test_the_error_codes_that_alerts_ask_for_exist() -> None:
    text = (PROMETHEUS / "rules.yml").read_text("utf-8")
    asked = {code for words in text.split("code=")[1:] for code in words.split('"')[1].split("|")}
    assert len(asked) >= 4
    assert asked <= set(KINDS)


def test_every_alert_is_seen_to_go_off_and_to_keep_quiet() -> None:
    checks = [check for test in TESTS for check in test["alert_rule_test"]]
    goes_off = {check["alertname"] for check in checks if check.get("exp_alerts")}
    keeps_quiet = {check["alertname"] for check in checks if not check.get("exp_alerts")}
    assert goes_off == keeps_quiet == set(ALERTS)


def test_the_handbook_tells_what_every_alert_means() -> None:
    told = [name for row in rows(section(HANDBOOK, "## What to watch")) for name in coded(row[0])]
    assert told == ALERTS


def test_every_panel_has_a_title_and_a_place_of_its_own() -> None:
    titles = [panel["title"] for panel in PANELS]
    assert len(set(titles)) == len(titles)
    places = sorted((panel["gridPos"]["y"], panel["gridPos"]["x"], panel["gridPos"]["w"]) for panel in PANELS)
    for (row, left, width), (next_row, next_left, _) in pairwise(places):
        assert next_row > row or next_left >= left + width
