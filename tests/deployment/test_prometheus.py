"""A real Prometheus scrapes the real service, and answers everything that the dashboard and the rules ask."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from conformance.serving import free_port, service
from tests.deploy.metric_provocations import provoke
from tests.deploy.watching import ALERTS, PROMETHEUS, RECORDS, dashboard_queries

pytestmark = pytest.mark.deployment
LONGEST_WAIT = 60.0


class Answers:
    """A Prometheus, and the service that it scrapes."""

    def __init__(self, prometheus: httpx.Client, service: httpx.Client) -> None:
        self._prometheus, self._service = prometheus, service

    def ask(self, path: str, **parameters: str) -> Any:
        answer = self._prometheus.get(f"/api/v1/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def await_result(self, query: str) -> list[Any]:
        """Send requests to the service until Prometheus has seen enough of them to answer."""
        deadline = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < deadline:
            provoke(self._service)
            result: list[Any] = self.ask("query", query=query)["result"]
            if result:
                return result
        pytest.fail(f"Prometheus has no answer to {query}")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    folder = tmp_path_factory.mktemp("prometheus")
    with service() as address:
        configuration = folder / "prometheus.yml"
        configuration.write_text(yaml.safe_dump(configured_for(address)))
        port = free_port()
        prometheus = client(f"http://127.0.0.1:{port}")
        with running(configuration, folder / "data", port), prometheus, client(address) as http:
            yield Answers(prometheus, http)


def client(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, trust_env=False)


def configured_for(address: str) -> dict[str, Any]:
    """Take the configuration that is shipped, for one replica and in a hurry."""
    configuration: dict[str, Any] = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text("utf-8"))
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [str(PROMETHEUS / name) for name in configuration["rule_files"]]
    [job] = configuration["scrape_configs"]
    del job["dns_sd_configs"]
    job["static_configs"] = [{"targets": [address.removeprefix("http://")]}]
    return configuration


@contextmanager
def running(configuration: Path, data: Path, port: int) -> Iterator[None]:
    """Run a Prometheus while the block lasts."""
    options = (
        f"--config.file={configuration}",
        f"--storage.tsdb.path={data}",
        f"--web.listen-address=127.0.0.1:{port}",
    )
    with (data.parent / "log").open("w") as log, subprocess.Popen(["prometheus", *options], stderr=log) as process:
        try:
            deadline = time.monotonic() + LONGEST_WAIT
            while not is_ready(f"http://127.0.0.1:{port}"):
                assert process.poll() is None, Path(log.name).read_text()
                assert time.monotonic() < deadline, "Prometheus did not start"
            yield
        finally:
            process.terminate()


def is_ready(prometheus: str) -> bool:
    try:
        return httpx.get(f"{prometheus}/-/ready", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_the_configuration_and_the_rules_are_sound() -> None:
    promtool("check", "rules", "rules.yml")
    promtool("check", "config", "prometheus.yml")


def test_the_alerts_pass_their_unit_tests() -> None:
    promtool("test", "rules", "rules.test.yml")


def promtool(*arguments: str) -> None:
    done = subprocess.run(
        ["promtool", *arguments], cwd=PROMETHEUS, capture_output=True, text=True, timeout=LONGEST_WAIT, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("query", [*dashboard_queries(), *RECORDS])
def test_every_query_of_the_dashboard_and_every_recorded_series_is_answered(query: str, answers: Answers) -> None:
    assert answers.await_result(query)


def test_every_rule_is_evaluated_without_an_error_and_none_goes_off(answers: Answers) -> None:
    answers.await_result(RECORDS[0])
    rules = [rule for group in answers.ask("rules")["groups"] for rule in group["rules"]]
    assert {rule["name"] for rule in rules} == {*RECORDS, *ALERTS}
    assert {rule["health"] for rule in rules} == {"ok"}
    assert not [rule["name"] for rule in rules if rule.get("state") == "firing"]
