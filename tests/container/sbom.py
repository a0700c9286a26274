"""The bill of materials of an image (CycloneDX 1.6): every Python package and every Debian package that is in it."""

import json
from pathlib import Path
from typing import Any, Final

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from tests.container.engine import ROOT, CheckError, docker, inspect

FOLDER: Final = ROOT / "build/sbom"
LISTED: Final = """
import json, re
from importlib.metadata import distributions
from pathlib import Path
python = [["pypi", None, each.name, each.version] for each in distributions()]
stanzas = Path("/var/lib/dpkg/status").read_text().split("\\n\\n")
fields = [dict(re.findall(r"^(Package|Version|Status): (.*)$", stanza, re.M)) for stanza in stanzas]
there = [each for each in fields if "installed" in each.get("Status", "")]
debian = [["deb", "debian", each["Package"], each["Version"]] for each in there]
print(json.dumps(python + debian))
"""


def write_sbom(image: str) -> str:
    """Write the bill of an image, make sure that it keeps the standard's schema, and tell what is in it."""
    labels: dict[str, str] = inspect(image, ".Config.Labels")
    packages: list[list[Any]] = json.loads(docker("run", "--rm", image, "python", "-c", LISTED))
    text = JsonV1Dot6(bill(image, labels, packages)).output_as_string(indent=2)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise CheckError(f"the bill of materials breaks its schema: {error}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{image.replace(':', '-')}.cdx.json"
    path.write_text(text)
    check_lock({name: version for kind, _, name, version in packages if kind == "pypi"})
    kinds = [kind for kind, *_ in packages]
    return f"{path.relative_to(ROOT)}: {kinds.count('pypi')} Python and {kinds.count('deb')} Debian packages"


def bill(image: str, labels: dict[str, str], packages: list[list[Any]]) -> Bom:
    """Put the packages into a bill whose subject is the image."""
    name, _, version = image.partition(":")
    subject = Component(name=name, version=version, type=ComponentType.CONTAINER)
    subject.description = f"revision {labels['org.opencontainers.image.revision']}"
    bom = Bom()
    bom.metadata.component = subject
    for kind, namespace, package, release in packages:
        url = PackageURL(kind, namespace, package.lower() if kind == "pypi" else package, release)
        bom.components.add(Component(name=package, version=release, purl=url, bom_ref=str(url)))
    bom.register_dependency(subject, bom.components)
    return bom


def check_lock(installed: dict[str, str]) -> None:
    """Make sure that what is installed is what the lock says, and nothing else."""
    lines = Path(ROOT / "requirements/server.txt").read_text("utf-8").splitlines()
    pins = [line.split(" ")[0].split("==") for line in lines if "==" in line and not line.startswith((" ", "#"))]
    locked = {normalised(name.partition("[")[0]): version for name, version in pins}
    found = {normalised(name): version for name, version in installed.items()}
    if foreign := {name: version for name, version in found.items() if locked.get(name) != version}:
        raise CheckError(f"in the image and not in the lock: {foreign}")


def normalised(name: str) -> str:
    """Write a package's name as PyPI compares it."""
    return name.lower().replace("_", "-").replace(".", "-")
