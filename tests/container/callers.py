"""Callers who send the same batches again and again, and hold every answer against the one known digest."""

from collections.abc import Mapping
from itertools import cycle
from threading import Condition, Thread
from time import monotonic
from typing import Final, Self

import httpx

from tests.container.engine import CheckError

CALLERS: Final = 8
LONGEST_WAIT: Final = 120.0


class Callers:
    """They call while the `with` block lasts."""

    def __init__(self, address: str, digests: Mapping[bytes, str]) -> None:
        self.answered, self.slowest = 0, 0.0
        self.failures: list[str] = []
        self._address, self._digests = address, digests
        self._change, self._over = Condition(), False
        self._threads = [Thread(target=self._call) for _ in range(CALLERS)]

    def __enter__(self) -> Self:
        """Begin to call."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Let every caller have its last answer."""
        self._over = True
        for thread in self._threads:
            thread.join()

    def await_more(self, count: int) -> None:
        """Wait until so many more requests are answered, or have failed."""
        with self._change:
            wanted = self.answered + count
            if not self._change.wait_for(lambda: self.answered >= wanted, LONGEST_WAIT):
                raise CheckError(f"{self.answered} answers and no more: {self.failures[:5]}")

    def _call(self) -> None:
        with httpx.Client(base_url=self._address, trust_env=False, timeout=60) as http:
            for body, digest in cycle(self._digests.items()):
                began = monotonic()
                failure = self._failure(http, body, digest)
                with self._change:
                    self.answered, self.slowest = self.answered + 1, max(self.slowest, monotonic() - began)
                    self.failures += [failure] if failure else []
                    self._change.notify_all()
                if self._over:
                    return

    def _failure(self, http: httpx.Client, body: bytes, digest: str) -> str | None:
        try:
            answer = http.post("/reduce", content=body, headers={"Content-Type": "application/json"})
        except httpx.HTTPError as error:
            return repr(error)
        if answer.status_code == 200 and answer.headers.get("Unencoded-Digest") == digest:
            return None
        return f"{answer.status_code} {answer.text[:200]}"
