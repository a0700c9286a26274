"""Validation: verdicts on batches good and bad, and on single payloads."""

from locust import constant_throughput, task

from loadtests.caller import Caller
from loadtests.inputs import BROKEN_EACH, doubtful_body

EVENTS = 500
BROKEN = -(-EVENTS // BROKEN_EACH)
BODY = doubtful_body(EVENTS)
PAYLOAD = b'{"event_type":"DriveIntentSet","payload":{"mission_id":"m1","participant_id":"p1","intent":"active"}}'


class Producer(Caller):
    """Asks before it sends."""

    wait_time = constant_throughput(4)

    @task(1)
    def judge_batch(self) -> None:
        """Ask about a batch, one in ten of whose events is broken."""
        self.validate_batch(f"/validate/batch, {EVENTS} events", BODY, EVENTS, BROKEN)

    @task(3)
    def judge_payload(self) -> None:
        """Ask about one payload."""
        self.ask("/validate, one payload", "/validate", PAYLOAD, b'"valid":true')
