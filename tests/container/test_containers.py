"""The images are built, run in every intended way, asked, stopped and killed; `pytest -s` prints figures."""

import time
from collections.abc import Iterator

import pytest

from tests.container.engine import Compose, await_health, composed, docker
from tests.container.example import check_example
from tests.container.image import await_answer, check_image
from tests.container.keys import check_keys
from tests.container.replicas import check_replicas

pytestmark = pytest.mark.container
LOAD_SECONDS = "14"


@pytest.fixture(scope="module")
def compose() -> Iterator[Compose]:
    """Build all images; the engine keeps what has not changed."""
    print(f"engine {docker('version', '--format', '{{.Server.Version}}').strip()}")
    with composed() as compose:
        compose("config", "--quiet")
        began = time.monotonic()
        compose("build")
        print(f"built in {time.monotonic() - began:.0f} s")
        yield compose


def test_the_image_holds_what_it_needs_and_ends_as_it_should(compose: Compose) -> None:
    check_image()


def test_the_service_comes_up_and_both_tools_are_content_with_it(compose: Compose) -> None:
    began = time.monotonic()
    compose("up", "--detach", "service")
    await_answer(f"http://127.0.0.1:{compose.port}")
    print(f"`up` to the first 200: {time.monotonic() - began:.2f} s", end=", ")
    await_health(compose.container("service"))
    print(f"to healthy: {time.monotonic() - began:.2f} s")
    print(f"conformance: {last_line(compose('run', '--rm', 'conformance'))}")
    print(f"load: {last_line(compose('run', '--rm', 'load', LOAD_SECONDS=LOAD_SECONDS))}")


def test_keys_come_as_a_file(compose: Compose) -> None:
    check_keys(compose)


def test_the_example_plays_its_day_while_containers_are_killed(compose: Compose) -> None:
    check_example(compose)


def test_replicas_share_the_load_and_one_may_die(compose: Compose) -> None:
    check_replicas(compose)


def last_line(text: str) -> str:
    """Take the verdict at the end of a report."""
    return text.strip().splitlines()[-1]
