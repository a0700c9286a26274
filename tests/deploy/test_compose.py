"""docker-compose.yml says what the settings, the image and nginx say."""

import re
from itertools import chain
from typing import Any

import pytest
import yaml

from app.settings import Settings
from mission_collaboration import __version__
from tests.docs.markdown import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
REPLICAS = ("service", "service-2", "service-3")
KEYED = yaml.safe_load((ROOT / "deploy/compose.keys.yml").read_text("utf-8"))
NOT_PASSED_ON = {"COLLAB_HOST", "COLLAB_PORT", "COLLAB_API_KEYS_FILE"}
"""They say where the machine publishes the service, and what file there is on the machine, but not in the container."""


@pytest.mark.parametrize("name", REPLICAS)
def test_every_setting_that_means_something_there_reaches_a_replica_from_the_shell(name: str) -> None:
    settings = {f"COLLAB_{setting.upper()}" for setting in Settings.model_fields}
    expected = dict.fromkeys(settings - NOT_PASSED_ON)
    assert expected == SERVICES[name]["environment"], "a new setting wants its line in docker-compose.yml"


def test_the_replicas_differ_only_in_who_is_built_and_published() -> None:
    own = ("build", "ports", "profiles", "pull_policy", "depends_on")
    first, *others = ({key: value for key, value in SERVICES[name].items() if key not in own} for name in REPLICAS)
    assert others == [first, first]


@pytest.mark.parametrize("name", REPLICAS)
def test_a_replica_is_given_the_time_that_it_takes_to_drain(name: str) -> None:
    assert (
        int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > 2 * Settings.model_fields["drain_seconds"].default
    )


def test_the_service_alone_comes_up_without_a_profile_at_the_port_of_the_settings() -> None:
    assert [name for name, service in SERVICES.items() if "profiles" not in service] == ["service"]
    host, port = Settings.model_fields["host"].default, Settings.model_fields["port"].default
    assert SERVICES["service"]["ports"] == [f"${{COLLAB_HOST:-{host}}}:${{COLLAB_PORT:-{port}}}:{port}"]


def test_every_replica_has_a_port_of_its_own_where_its_metrics_are() -> None:
    ports = [SERVICES[name]["ports"] for name in REPLICAS]
    assert [re.findall(r":-(\d+)\}:8000", port) for [port] in ports] == [["8000"], ["8001"], ["8002"]]


def test_the_images_are_named_by_version() -> None:
    own = [service["image"] for service in SERVICES.values() if service["image"].startswith("mission-collaboration")]
    assert len(own) >= 5
    assert {image.partition(":")[2] for image in own} == {__version__}


@pytest.mark.parametrize("name", REPLICAS)
def test_keys_reach_a_replica_as_a_file(name: str) -> None:
    [secret] = KEYED["services"][name]["secrets"]
    assert KEYED["services"][name]["environment"] == {"COLLAB_API_KEYS_FILE": f"/run/secrets/{secret}"}
    assert KEYED["secrets"] == {secret: {"file": "${API_KEYS:-./api-keys}"}}


def test_the_profiles_are_those_that_the_page_names() -> None:
    profiles = set(chain.from_iterable(service.get("profiles", []) for service in SERVICES.values()))
    page = (ROOT / "docs/containers.md").read_text("utf-8")
    assert profiles == {"scale", "example", "conformance", "load"}
    assert not [profile for profile in profiles if f"--profile {profile}" not in page]


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True
    assert service["tmpfs"] == "/tmp"  # the one place to write to, and it is gone afterwards


FROM_THE_MACHINE = {
    "nginx": ["./deploy/nginx.conf:/etc/nginx/nginx.conf:ro"],
    "database": ["database:/var/lib/postgresql", "./deploy/example/postgres.sh:/start.sh:ro"],
    "day": ["./deploy/example/day.py:/srv/day.py:ro"],
}


@pytest.mark.parametrize("name", SERVICES)
def test_little_comes_from_the_machine_and_nothing_can_be_written_there(name: str) -> None:
    assert SERVICES[name].get("volumes", []) == FROM_THE_MACHINE.get(name, [])
    mounted = [volume for volume in FROM_THE_MACHINE.get(name, []) if volume.startswith("./")]
    assert all(volume.endswith(":ro") and (ROOT / volume.split(":")[0]).is_file() for volume in mounted)


WAITS_FOR = {
    "nginx": REPLICAS,
    "conformance": ("service",),
    "load": ("service",),
    "backend": ("database", "service"),
    "day": ("backend",),
}


@pytest.mark.parametrize("name", WAITS_FOR)
def test_a_service_that_asks_another_waits_until_it_is_healthy(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {other: {"condition": "service_healthy"} for other in WAITS_FOR[name]}


def test_the_database_is_reached_by_the_backend_alone() -> None:
    assert COMPOSE["networks"]["database"] == {"internal": True}
    assert SERVICES["database"]["networks"] == ["database"]
    assert [name for name, service in SERVICES.items() if "database" in service.get("networks", [])] == [
        "database",
        "backend",
    ]
    assert "ports" not in SERVICES["database"]
