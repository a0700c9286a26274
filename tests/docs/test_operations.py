"""The operations handbook explains every setting, metric and log field, and none that there is not."""

import json

from app.observability.logging import LogLine
from app.observability.metrics import Metrics
from app.observability.request_record import RequestRecord
from app.responses import BatchStatistics
from app.settings import Settings
from app.workers.pool import WorkerPool
from tests.docs.markdown import ROOT, blocks, coded, rows, section

HANDBOOK = ROOT / "docs/operations.md"


def first_cells(heading: str) -> list[str]:
    return [name for row in rows(section(HANDBOOK, heading)) for name in coded(row[0])]


def test_it_speaks_of_every_setting() -> None:
    assert sorted(first_cells("## Settings")) == sorted(f"COLLAB_{name.upper()}" for name in Settings.model_fields)


def test_it_explains_every_field_of_a_log_line_in_order() -> None:
    assert first_cells("## Logs") == list(LogLine.__struct_fields__)


def test_it_explains_every_metric_with_its_labels() -> None:
    told = {coded(row[0])[0]: coded(row[1]) for row in rows(section(HANDBOOK, "## Metrics"))}
    assert {name.removesuffix("_total") for name in told} == {family.name for family in Metrics().registry.collect()}
    labels = {family.name: set(family.samples[0].labels) for family in filled().registry.collect() if family.samples}
    for name, written in told.items():
        assert labels[name.removesuffix("_total")] - {"le"} == set(written)


def filled() -> Metrics:
    """Count one of everything."""
    record = RequestRecord("POST", "r-1")
    record.status, record.refusal = 422, "malformed-payload"
    record.statistics = BatchStatistics(1, {"DriveIntentSet": 1}, "strict", 1, {("accepted", ""): 1}, [1], [1])
    metrics = Metrics()
    metrics.count([record])
    metrics.set_gauges(1, WorkerPool(2))
    return metrics


def test_its_log_lines_have_the_fields_that_there_are() -> None:
    [log] = [block.text for block in blocks(HANDBOOK) if block.language == "json"]
    for line in log.splitlines():
        assert set(json.loads(line)) <= set(LogLine.__struct_fields__)
