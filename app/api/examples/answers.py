"""What the service answers to the examples: recorded from it into `answers.json`, and read from there."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypedDict

FILE: Final = "answers.json"
REQUEST_ID: Final = "cli-42.retry-1"
ONLY: Final = "answer"
"""The name of the one answer of an operation that takes no body."""


class Answer(TypedDict):
    """An answer to one example."""

    status: int
    value: Any


Answers = dict[str, dict[str, Answer]]
"""Operation id → name of the example → answer."""


@cache
def answers() -> Answers:
    """Read the recorded answers."""
    recorded: Answers = json.loads(files("app.api.examples").joinpath(FILE).read_bytes())
    return recorded
