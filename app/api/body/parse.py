"""From a request's bytes to checked objects, or to a problem that says where they are wrong: the library reads."""

from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel

from app.problems import Finding, Problem, bounded, library_refusals
from app.settings import Settings
from mission_collaboration.decoding import requests
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.refusals import LineLocations
from mission_collaboration.decoding.requests import RequestReader

Model = TypeVar("Model", bound=BaseModel)


def read_events(reader: RequestReader[Model], body: bytes, limits: Settings) -> tuple[Model, Batch]:
    """Read a request object with events; raises `Problem`."""
    with library_refusals():
        return reader.read(body, limits)


def read_lines(body: bytes, limits: Settings) -> tuple[Batch, LineLocations]:
    """Read NDJSON, one event a line; raises `Problem`."""
    with library_refusals():
        return requests.read_lines(body, limits)


def read_request(model: type[Model], body: bytes, limits: Settings) -> Model:
    """Read a request object without events; raises `Problem`."""
    with library_refusals():
        return requests.read_object(model, body, limits)


def invalid_request(findings: Iterator[Finding]) -> Problem:
    """Make the problem of a request that breaks its schema, from its first 100 errors."""
    listed, more = bounded(findings)
    first = listed[0]
    others = f", and {'at least ' if more else ''}{len(listed) - 1} more" if len(listed) > 1 else ""
    where = f"at {first.pointer}" if first.pointer else "as a whole"
    detail = f"The request breaks its schema {where}: {first.message}{others}."
    return Problem("invalid-request", detail, listed, more)
