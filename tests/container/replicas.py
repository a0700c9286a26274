"""Three replicas behind nginx: each gives the same bytes, and one can die under load without a caller's noticing."""

import re
from typing import Final

import httpx

from loadtests.bench.streams import batch, mixed
from tests.container.callers import Callers
from tests.container.engine import CheckError, Compose, await_health

REPLICAS: Final = ("service", "service-2", "service-3")
BATCHES: Final = (100, 2_000)
"""Events; the larger batch is worked on in a process of its own."""
ASK: Final = """
import sys, urllib.request as web
asked = web.Request("http://127.0.0.1:8000/reduce", sys.stdin.buffer.read(), {"Content-Type": "application/json"})
print(web.urlopen(asked).headers["Unencoded-Digest"])
"""
TOO_LARGE: Final = 64 * 1024 * 1024 + 1
PHASE: Final = 1_500
"""Answers between one misfortune and the next."""


def check_replicas(compose: Compose) -> None:
    """Start them, compare them, and make them die under load."""
    compose("up", "--detach", *REPLICAS, "nginx")
    await_health(compose.container("nginx"))
    address = f"http://127.0.0.1:{compose.scale_port}"
    digests = {body: check_alike(compose, body) for body in (batch(mixed(count)) for count in BATCHES)}
    print(f"{len(REPLICAS)} replicas: the same Unencoded-Digest for {' and '.join(map(str, BATCHES))} events from each")
    check_limit(address)
    with Callers(address, digests) as callers:
        lose_replicas(compose, callers)
    check_loss(compose, address)
    print(
        f"under load, one killed and one stopped: {callers.answered:,} requests, {len(callers.failures)} failed",
        end="; ",
    )
    print(f"{passed_on(compose)} were passed on, the slowest took {callers.slowest:.2f} s")
    if callers.failures:
        raise CheckError("\n".join(callers.failures[:5]))


def check_alike(compose: Compose, body: bytes) -> str:
    """Ask each replica itself; give the digest that they agree on."""
    digests = {name: compose("exec", "-T", name, "python", "-c", ASK, given=body).strip() for name in REPLICAS}
    if len(set(digests.values())) != 1:
        raise CheckError(f"the replicas differ: {digests}")
    return digests[REPLICAS[0]]


def check_limit(address: str) -> None:
    """Make sure that what nginx itself refuses is a problem like any other."""
    answer = httpx.post(f"{address}/reduce", content=bytes(TOO_LARGE))
    if (answer.status_code, answer.json()["code"]) != (413, "body-too-large"):
        raise CheckError(f"nginx refuses too large a body with {answer.status_code} {answer.text[:500]}")


def check_loss(compose: Compose, address: str) -> None:
    """Make sure that nginx says so, and when to come back, where no replica is left."""
    compose("stop", *REPLICAS)
    answer = httpx.post(f"{address}/reduce", content=b"{}")
    said = (answer.status_code, answer.headers.get("Retry-After"), answer.json()["status"], answer.json()["code"])
    if said != (503, "1", 503, "worker-lost"):
        raise CheckError(f"nginx alone answers {said}")


def lose_replicas(compose: Compose, callers: Callers) -> None:
    """Kill one and bring it back, then stop another one in good order."""
    callers.await_more(PHASE)
    compose("kill", "-s", "SIGKILL", "service-2")
    callers.await_more(PHASE)
    compose("start", "service-2")
    await_health(compose.container("service-2"))
    callers.await_more(PHASE)
    compose("stop", "service-3")
    callers.await_more(PHASE)


def passed_on(compose: Compose) -> int:
    """Count in nginx's log the requests that a second replica answered."""
    return len(re.findall(r'"statuses":"\d+, \d+"', compose("logs", "--no-color", "nginx")))
