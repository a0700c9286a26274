"""The nouns of the kit: a case is some steps, a step is a request and what must hold of its answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Missing:
    """Stands where a value was expected and none was there."""

    def __repr__(self) -> str:
        return "(missing)"


MISSING = Missing()


@dataclass(frozen=True)
class Difference:
    """One place where the answer is not what the contract says."""

    where: str
    expected: object
    got: object


@dataclass(frozen=True)
class Answer:
    """What the service sent back, detached from the client that fetched it."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def json(self) -> Json | Missing:
        """Give the decoded body, or MISSING when it is not JSON."""
        try:
            decoded: Json = json.loads(self.body)
        except ValueError:
            return MISSING
        return decoded


@dataclass
class Memory:
    """What later steps of a case may look back at: earlier answers, and values saved by name."""

    answers: list[Answer] = field(default_factory=list)
    saved: dict[str, Json] = field(default_factory=dict)


Check: TypeAlias = Callable[[Answer, Memory], list[Difference]]
"""Looks at an answer and returns what is wrong with it."""

BodyOf: TypeAlias = Callable[[Memory], bytes]
"""Builds a request body when its turn comes, since it may hold values saved by earlier steps."""

HeadersOf: TypeAlias = Callable[[Memory], Mapping[str, str]]
"""Builds request headers, for the same reason."""

Save: TypeAlias = Callable[[Answer], Mapping[str, Json]]
"""Picks the values of an answer that later steps will need."""


def json_body(value: Json) -> bytes:
    """Write a request body as UTF-8 JSON, keeping numbers as the data file spells their type."""
    return json.dumps(value, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Step:
    """One exchange."""

    label: str
    method: str
    path: str
    checks: tuple[Check, ...] = field(repr=False)
    body: BodyOf | None = field(default=None, repr=False)
    headers: HeadersOf | None = field(default=None, repr=False)
    save: Save | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Case:
    """Something that every implementation must do, with the rules that say so."""

    name: str
    rules: tuple[str, ...]
    file: str
    steps: tuple[Step, ...] = field(repr=False)
    mode: str | None = None

    @property
    def title(self) -> str:
        """Give the name that reports show: the mode tells two runs of one scenario apart."""
        return f"{self.name} ({self.mode})" if self.mode else self.name


class Response(Protocol):
    """The part of an HTTP response that the kit reads."""

    @property
    def status_code(self) -> int:
        """Give the status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Give the headers, looked up without regard to case."""
        ...

    @property
    def content(self) -> bytes:
        """Give the body."""
        ...


class Client(Protocol):
    """The part of an HTTP client that the kit uses: `httpx.Client` has it."""

    def request(self, method: str, url: str, *, content: bytes | None, headers: Mapping[str, str]) -> Response:
        """Send one request and return the whole response."""
        ...
