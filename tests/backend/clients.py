"""Clients that give a backend a hard time: they repeat, reorder and hang up, and stop once everything was answered."""

import json
import random
import socket
import time
from collections.abc import Sequence
from threading import Lock, Thread
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx

Json = dict[str, Any]
PATIENCE: Final = 300.0
SWAPPED: Final = 8
"""How many batches of a client overtake each other."""


class Clients:
    """Several clients at work on several backends, while the `with` block lasts and until all is answered."""

    def __init__(self, batches: Sequence[list[Any]], addresses: Sequence[str], count: int, seed: int) -> None:
        self.total, self.answered, self.hung_up, self.repeated = len(batches), 0, 0, 0
        self.failures: list[str] = []
        self._addresses, self._lock = addresses, Lock()
        shares = [list(batches[number::count]) for number in range(count)]
        self._threads = [
            Thread(target=self._work, args=(share, random.Random(seed + number))) for number, share in enumerate(shares)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()

    def await_share(self, share: float) -> None:
        """Wait until this share of the batches is answered."""
        deadline = time.monotonic() + PATIENCE
        while self.answered < share * self.total and not self.failures:
            assert time.monotonic() < deadline, f"{self.answered} of {self.total} batches were answered"
            time.sleep(0.02)

    def _work(self, batches: list[list[Any]], chance: random.Random) -> None:
        for start in range(0, len(batches), SWAPPED):
            some = batches[start : start + SWAPPED]
            chance.shuffle(some)
            for batch in some:
                body = json.dumps({"events": batch}).encode()
                if chance.random() < 0.2:
                    self._hang_up(chance.choice(self._addresses), body)
                self._send(body, chance)
                if chance.random() < 0.2:
                    self.repeated += 1
                    self._send(body, chance)
                with self._lock:
                    self.answered += 1

    def _send(self, body: bytes, chance: random.Random) -> None:
        """Send until there is an answer, each time to a random backend."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                url = f"{chance.choice(self._addresses)}/events"
                answer = httpx.post(url, content=body, trust_env=False, verify=False, timeout=60)
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            if answer.status_code == 200:
                return
            if answer.status_code != 503:
                break
            time.sleep(min(float(answer.headers["Retry-After"]), 0.2))
        self.failures.append(
            "no answer in time" if time.monotonic() > deadline else f"{answer.status_code} {answer.text}"
        )

    def _hang_up(self, address: str, body: bytes) -> None:
        """Send a request, and do not wait for its answer."""
        place = urlsplit(address)
        head = f"POST /events HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            with socket.create_connection((place.hostname or "", place.port or 80), timeout=5) as connection:
                connection.sendall(head.encode() + body)
                self.hung_up += 1
        except OSError:
            return
