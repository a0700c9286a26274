"""Requests after which every metric of the service has something to tell."""

import httpx
from prometheus_client.parser import text_string_to_metric_families as families

from tests.support import builders as build

STRANGER = build.history(build.drive("p9"))


def provoke(http: httpx.Client) -> None:
    """Have a batch reduced and admitted, an anomaly noted, a state refused, and a page not found."""
    http.post("/reduce", json={"events": build.history(build.joined("p1"), build.drive("p1"))}).raise_for_status()
    http.post("/reduce", json={"events": STRANGER, "mode": "permissive"}).raise_for_status()
    assert http.post("/reduce", json={"events": STRANGER}).status_code == 422
    http.post("/admit", json={"events": STRANGER, "mission_id": build.MISSION}).raise_for_status()
    assert http.get("/nowhere").status_code == 404


def exposed(http: httpx.Client) -> dict[str, set[str]]:
    """Read `/metrics`: each metric's name, as it is asked for, with the labels that it has."""
    found: dict[str, set[str]] = {}
    for family in families(http.get("/metrics").raise_for_status().text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found
