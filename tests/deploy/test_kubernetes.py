"""The Kubernetes manifests say what the settings, the image and the compose file say."""

import re
from typing import Any

import httpx
import pytest
import yaml

from app.settings import Settings
from conformance.serving import service
from mission_collaboration import __version__
from tests.docs.markdown import ROOT

Json = dict[str, Any]
KUBERNETES = ROOT / "deploy/kubernetes"
BASE: dict[str, Json] = {
    path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted((KUBERNETES / "base").iterdir())
}
PRODUCTION: Json = yaml.safe_load((KUBERNETES / "overlays/production/kustomization.yaml").read_text("utf-8"))
COMPOSE: Json = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]["service"]
POD: Json = BASE["deployment"]["spec"]["template"]["spec"]
[CONTAINER] = POD["containers"]
SPARE_SECONDS = 2
"""What docs/operations.md asks of a platform beyond the drain time."""


def settings_in(kustomization: Json) -> dict[str, str]:
    [settings] = kustomization["configMapGenerator"]
    return dict(literal.split("=", 1) for literal in settings["literals"])


@pytest.mark.parametrize("kustomization", [BASE["kustomization"], PRODUCTION], ids=["base", "production"])
def test_every_variable_is_a_setting_that_the_service_starts_with(kustomization: Json) -> None:
    given: Json = {name.removeprefix("COLLAB_").lower(): value for name, value in settings_in(kustomization).items()}
    given.pop("api_keys_file", None)  # read at the start, where the secret is mounted
    assert all(f"COLLAB_{name.upper()}" in settings_in(kustomization) for name in given)
    Settings(**given)


def test_the_keys_are_read_from_the_secret_that_is_mounted() -> None:
    file = settings_in(BASE["kustomization"])["COLLAB_API_KEYS_FILE"]
    [mount] = [mount for mount in CONTAINER["volumeMounts"] if mount["name"] == "api-keys"]
    assert file == f"{mount['mountPath']}/api-keys"
    assert mount["readOnly"]
    secret = next(volume["secret"]["secretName"] for volume in POD["volumes"] if volume["name"] == "api-keys")
    how_to_make_it = (KUBERNETES / "base/kustomization.yaml").read_text("utf-8")
    assert f"create secret generic {secret} --from-file=api-keys" in how_to_make_it


def test_a_pod_is_given_the_time_that_it_takes_to_drain() -> None:
    pause = int(CONTAINER["lifecycle"]["preStop"]["exec"]["command"][-1])
    drain = float(settings_in(BASE["kustomization"])["COLLAB_DRAIN_SECONDS"])
    assert POD["terminationGracePeriodSeconds"] >= pause + drain + SPARE_SECONDS
    probe = CONTAINER["readinessProbe"]
    assert pause >= probe["periodSeconds"] + probe["timeoutSeconds"]


def test_the_probes_ask_for_pages_that_need_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLAB_API_KEYS", "a-key")
    probes = [CONTAINER[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")]
    with service() as address:
        assert [httpx.get(address + probe["path"], trust_env=False).status_code for probe in probes] == [200] * 3
    assert {probe["port"] for probe in probes} == {"http"}


def test_a_container_is_confined_and_runs_as_the_images_user() -> None:
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    [user] = set(re.findall(r"^USER (\d+):\1$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE))
    context = POD["securityContext"]
    assert {context[name] for name in ("runAsUser", "runAsGroup", "fsGroup")} == {int(user)}
    assert context["runAsNonRoot"]
    assert not POD["automountServiceAccountToken"]


def test_what_has_to_be_written_to_is_a_volume() -> None:
    empty = {volume["name"] for volume in POD["volumes"] if "emptyDir" in volume}
    writable = {mount["mountPath"] for mount in CONTAINER["volumeMounts"] if mount["name"] in empty}
    assert writable == {"/tmp", "/dev/shm"}


def test_memory_and_image_are_those_of_the_compose_file() -> None:
    assert CONTAINER["resources"]["limits"]["memory"] == COMPOSE["mem_limit"].upper() + "i"
    assert COMPOSE["image"].partition(":")[0] == CONTAINER["image"]


def test_every_manifest_means_the_same_pods_and_the_same_port() -> None:
    labels = BASE["deployment"]["spec"]["template"]["metadata"]["labels"]
    selectors = [
        BASE["deployment"]["spec"]["selector"]["matchLabels"],
        BASE["service"]["spec"]["selector"],
        BASE["disruption-budget"]["spec"]["selector"]["matchLabels"],
        BASE["network-policy"]["spec"]["podSelector"]["matchLabels"],
    ]
    assert selectors == [labels] * 4
    target = BASE["autoscaler"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", BASE["deployment"]["metadata"]["name"])
    [port] = CONTAINER["ports"]
    assert port == {"name": "http", "containerPort": Settings.model_fields["port"].default}
    [rule] = BASE["network-policy"]["spec"]["ingress"]
    assert [entry["port"] for entry in rule["ports"]] == ["http"]
    assert BASE["service"]["spec"]["ports"][0]["targetPort"] == "http"


def test_one_pod_may_go_while_the_others_serve() -> None:
    assert BASE["autoscaler"]["spec"]["minReplicas"] > BASE["disruption-budget"]["spec"]["maxUnavailable"]


def test_the_overlay_runs_the_image_of_this_version() -> None:
    [image] = PRODUCTION["images"]
    assert (image["name"], image["newTag"]) == (CONTAINER["image"], __version__)
