"""What every scenario's user is: it asks a service of its own, and takes no answer on trust."""

import os
from typing import Any, Final
from urllib.parse import urlsplit

from locust import FastHttpUser, events

HEADERS: Final = {"Content-Type": "application/json"}
OURS: Final = ("127.0.0.1", "localhost", "::1", urlsplit(os.environ.get("LOAD_URL", "")).hostname)
"""This machine, and what was named on purpose."""

MOST_TOLD: Final = 5
told: list[str] = []


@events.request.add_listener
def tell_failure(name: str, exception: object, **others: Any) -> None:
    """Print the first failures: locust's figures have only their number."""
    if exception and len(told) < MOST_TOLD:
        told.append(f"failed: {name}: {exception}")
        print(told[-1], flush=True)


class Caller(FastHttpUser):
    """A user that sends bodies and holds the answers against what they have to say."""

    abstract = True
    network_timeout = 60.0
    connection_timeout = 10.0

    def on_start(self) -> None:
        """Refuse to put load on anybody else's machine."""
        if urlsplit(self.host).hostname not in OURS:
            raise ValueError(f"load is made on this machine, or on the one that LOAD_URL names; not on {self.host}")

    def reduce(self, name: str, body: bytes, event_count: int) -> None:
        """Reduce a batch."""
        self.ask(name, "/reduce", body, b'"event_count":%d,' % event_count)

    def validate_batch(self, name: str, body: bytes, total: int, invalid: int) -> None:
        """Ask for verdicts."""
        self.ask(name, "/validate/batch", body, b'"total":%d,"invalid":%d,' % (total, invalid))

    def ask(self, name: str, path: str, body: bytes, says: bytes) -> bytes:
        """Send a body and give the answer; one that is no 200, or does not say so, is a failure and empty."""
        with self.client.post(path, data=body, headers=HEADERS, name=name, catch_response=True) as answer:
            content: Any = answer.content or b""
            if answer.status_code == 200 and says in content:
                return bytes(content)
            if answer.status_code != 200:
                answer.failure(f"status {answer.status_code}: {content[:200]!r}")
            else:
                answer.failure(f"the answer does not say {says!r}")
            return b""
