"""Answers checked, each once: the benchmark's only way to fail."""

import json

from loadtests.bench.wire import Answer, Connection, WrongAnswerError


def first_answer(connection: Connection, request: bytes, **members: object) -> Answer:
    """Ask once and hold the answer against what it has to say; raises `WrongAnswerError`."""
    answer = connection.ask(request)
    if answer.status != 200:
        raise WrongAnswerError(f"status {answer.status}: {answer.body[:300]!r}")
    said = json.loads(answer.body) if members else {}
    for name, value in members.items():
        if said.get(name) != value:
            raise WrongAnswerError(f"{name} is {said.get(name)!r}, and ought to be {value!r}")
    return answer
