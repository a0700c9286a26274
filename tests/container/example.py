"""The profile `example`: from nothing to a day that was taken in, with containers killed while it is played."""

import time
from typing import Final

import httpx

from tests.container.engine import CheckError, Compose, docker, inspect

MISSION: Final = "launch-day"
KILLED: Final = ("backend", "database", "service")
LONGEST_DAY: Final = 300.0
POLL: Final = 0.2


def check_example(compose: Compose) -> None:
    """Bring all of it up, kill one container after the other, and hold the state against the events."""
    began = time.monotonic()
    compose("up", "--detach", "database", "service", "backend", "day")
    print(f"example: all up after {time.monotonic() - began:.0f} s", end=", ")
    for name in KILLED:
        docker("kill", compose.container(name))  # a killed container is not started again by its policy
        docker("start", compose.container(name))
    print(f"killed under the day: {', '.join(KILLED)}", end=", ")
    day = compose.container("day")
    while inspect(day, ".State.Running"):
        if time.monotonic() - began > LONGEST_DAY:
            raise CheckError(f"the day does not end:\n{docker('logs', day)}")
        time.sleep(POLL)
    print(f"played after {time.monotonic() - began:.0f} s")
    told = docker("logs", day)
    if inspect(day, ".State.ExitCode"):
        raise CheckError(f"the day ended badly:\n{told}")
    print(told.splitlines()[0])
    compare(f"http://127.0.0.1:{compose.backend_port}", f"http://127.0.0.1:{compose.port}")


def compare(backend: str, service: str) -> None:
    """Have the mission's events explained by the rules of the live loop: what comes of it has to be the state shown."""
    with httpx.Client(trust_env=False, timeout=60) as http:
        state = http.get(f"{backend}/missions/{MISSION}/state").raise_for_status().json()
        events = http.get(f"{backend}/missions/{MISSION}/events").raise_for_status().content
        lines = {"Content-Type": "application/x-ndjson"}
        explained = http.post(f"{service}/explain?mode=admit", content=events, headers=lines).raise_for_status().json()
        page = http.get(f"{service}/explore").raise_for_status()
    if explained["state"] != state:
        raise CheckError("the state that the backend shows is not that of its events")
    print(
        f"{len(events.splitlines())} events, {len(state['warnings'])} warnings: the state is that of the events;",
        end=" ",
    )
    print(f"/explore has {len(page.content)} bytes")
