"""From a request's bytes to checked objects, or to a problem that says where they are wrong: the library reads."""

from typing import TypeVar

from pydantic import BaseModel

from app.problems import library_refusals
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
