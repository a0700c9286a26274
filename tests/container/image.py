"""The image on its own: what is in it, and how it runs where it may do nothing but serve."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from loadtests.bench.streams import batch, mixed
from mission_collaboration import __version__
from tests.container.engine import LONGEST_START, POLL, CheckError, await_health, docker, free_port, inspect
from tests.container.sbom import write_sbom

IMAGE: Final = f"mission-collaboration-service:{__version__}"
CONFINED: Final = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
NOT_THERE: Final = ("cc", "gcc", "make", "curl")
"""Programs that a service has no use for, and an intruder has."""
BATCHES: Final = {100: "in place", 5_000: "in a process of its own"}
LONGEST_STOP: Final = 30
FOUND: Final = """
import importlib.util, os, shutil, sys
print(*[name for name in sys.argv[1:] if shutil.which(name)], *["pip"] * bool(importlib.util.find_spec("pip")))
print(*[root for root in ("/srv", "/opt/venv", "/etc", "/usr") if os.access(root, os.W_OK)])
"""


def check_image() -> None:
    """Look at the image, then run it with a root file system that is read-only and no privilege at all."""
    print(f"size {size(IMAGE) / 1e6:.0f} MB, of which {own_size(IMAGE) / 1e6:.1f} MB stand on its base image")
    print(f"revision {inspect(IMAGE, '.Config.Labels')['org.opencontainers.image.revision']}")
    print(f"bill of materials {write_sbom(IMAGE)}")
    print(f"user {check_user()}, programs and folders: {check_contents()}")
    with confined() as (container, address):
        print(f"read-only: first 200 after {await_answer(address):.2f} s", end=", ")
        print(f"healthy {await_health(container):.2f} s later")
        print(f"read-only: {reduce_batches(address)}")
        print(f"SIGTERM: {check_stop(container)}")


def size(image: str) -> int:
    """Give an image's size in bytes."""
    return int(inspect(image, ".Size"))


def own_size(image: str) -> int:
    """Give what this project's layers add to the base image; those come after its first environment variables."""
    layers = docker(
        "history", "--human=false", "--format", "{{.Size}} {{.CreatedBy}}", "--no-trunc", image
    ).splitlines()
    first = next(place for place, layer in enumerate(layers) if "ENV PATH=/opt/venv/bin" in layer)
    return sum(int(layer.split()[0]) for layer in layers[: first + 1])


def check_user() -> str:
    """Make sure that the user is a number, which Kubernetes can tell from root, and is not root's."""
    user = str(inspect(IMAGE, ".Config.User"))
    if not all(part.isdigit() and int(part) for part in user.split(":")):
        raise CheckError(f"the user is {user!r}")
    return user


def check_contents() -> str:
    """Make sure that nothing is there to build with, and nothing can be written over."""
    found = docker("run", "--rm", IMAGE, "python", "-c", FOUND, *NOT_THERE)
    if found.split():
        raise CheckError(f"found in the image, or writable there: {found.split()}")
    return "none to build with, none writable"


@contextmanager
def confined() -> Iterator[tuple[str, str]]:
    """Run the image as strictly as an engine can; give the container and its address."""
    port = free_port()
    container = docker("run", "--detach", *CONFINED, "--publish", f"127.0.0.1:{port}:8000", IMAGE).strip()
    try:
        yield container, f"http://127.0.0.1:{port}"
    finally:
        docker("rm", "--force", container)


def await_answer(address: str) -> float:
    """Wait until the service says that it is ready; give the seconds."""
    began = time.monotonic()
    while time.monotonic() - began < LONGEST_START:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return time.monotonic() - began
        except httpx.HTTPError:
            time.sleep(POLL)
    raise CheckError(f"no answer at {address}")


def reduce_batches(address: str) -> str:
    """Send a small and a large batch: they take different ways, and the large one's needs shared memory."""
    for count in BATCHES:
        body = batch(mixed(count))
        answer = httpx.post(f"{address}/reduce", content=body, headers={"Content-Type": "application/json"})
        if answer.status_code != 200 or answer.json()["event_count"] != count:
            raise CheckError(f"{count} events: {answer.status_code} {answer.text[:500]}")
    return ", ".join(f"{count} events {where}" for count, where in BATCHES.items())


def check_stop(container: str) -> str:
    """Stop the container as an engine does, and make sure that it went by itself and content."""
    began = time.monotonic()
    docker("stop", "--time", str(LONGEST_STOP), container)
    seconds, status = time.monotonic() - began, inspect(container, ".State.ExitCode")
    if status or seconds >= LONGEST_STOP:
        raise CheckError(f"stopped with status {status} after {seconds:.1f} s")
    return f"status 0 after {seconds:.2f} s"
