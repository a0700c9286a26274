"""kubectl builds the Kubernetes manifests, and they keep the schemas of an old and of the newest Kubernetes."""

import subprocess
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.docs.markdown import ROOT

pytestmark = pytest.mark.deployment
FOLDERS = ("base", "overlays/production")
VERSIONS = ("1.25", "1.37")
KINDS = {
    *("ConfigMap", "Deployment", "HorizontalPodAutoscaler", "NetworkPolicy", "PodDisruptionBudget", "Service"),
}


def built(folder: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["kubectl", "kustomize", f"deploy/kubernetes/{folder}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_manifest_keeps_the_schema(folder: str, version: str) -> None:
    manifests = built(folder)
    assert {manifest["kind"] for manifest in manifests} == KINDS
    for manifest in manifests:
        kubernetes_validate.validate(manifest, version, strict=True)


def test_a_misspelt_field_is_found() -> None:
    [deployment] = [manifest for manifest in built("base") if manifest["kind"] == "Deployment"]
    deployment["spec"]["template"]["spec"]["terminationGraceSeconds"] = 35
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, VERSIONS[-1], strict=True)


def test_the_overlay_changes_what_it_says_and_keeps_the_rest() -> None:
    base, production = ({manifest["kind"]: manifest for manifest in built(folder)} for folder in FOLDERS)
    assert {manifest["metadata"]["namespace"] for manifest in production.values()} == {"mission-collaboration"}
    assert production["ConfigMap"]["data"].items() > base["ConfigMap"]["data"].items()
    pods = [manifests["Deployment"]["spec"]["template"]["spec"] for manifests in (base, production)]
    assert pods[0]["containers"][0]["resources"] != pods[1]["containers"][0]["resources"]
    for pod in pods:
        del pod["containers"][0]["resources"], pod["containers"][0]["image"], pod["containers"][0]["envFrom"]
    assert pods[0] == pods[1]
