"""What an operator can set, from the environment (prefix COLLAB_); nothing here is read on import."""

import os
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The service's settings, frozen; every default is safe on a laptop."""

    model_config = SettingsConfigDict(env_prefix="COLLAB_", frozen=True, extra="forbid", use_attribute_docstrings=True)

    host: str = "127.0.0.1"
    """The address to listen on; `0.0.0.0` to be reached from outside, as a container needs it."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """The port to listen on; a bare `PORT` is honoured too."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """How many server processes share the port."""
    log_level: Literal["critical", "error", "warning", "info", "debug"] = "info"
    """The least severe log lines to write."""
    docs: bool = True
    """Whether `/docs`, `/redoc` and `/openapi.json` are served."""
    inline_body_bytes: Annotated[int, Field(ge=0)] = 128 * 1024
    """Larger bodies are worked on in processes of their own, so that nobody waits for somebody else's batch."""
    pool_size: Annotated[int, Field(ge=0, le=64)] = 2
    """How many such processes a worker has at most; 0 works on everything in place."""
    max_body_bytes: Annotated[int, Field(ge=1024)] = 64 * 1024 * 1024
    """The largest request body, in bytes after decompression."""
    max_events: Annotated[int, Field(ge=1)] = 100_000
    """The most events in one batch."""
    max_event_bytes: Annotated[int, Field(ge=1024)] = 1024 * 1024
    """The largest event, in bytes of its JSON text."""
    max_nesting: Annotated[int, Field(ge=8, le=500)] = 64
    """How deep objects and arrays may nest in a body."""


class BadSettingsError(Exception):
    """The environment holds a value that the service cannot start with; the message is one clear line."""


def from_environment() -> Settings:
    """Read the settings, `COLLAB_PORT` before a bare `PORT`; raises `BadSettingsError`."""
    given: dict[str, Any] = {}
    if "PORT" in os.environ and "COLLAB_PORT" not in os.environ:
        given["port"] = os.environ["PORT"]
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = "_".join(map(str, first["loc"]))
        variable = name.upper() if name in given else f"COLLAB_{name}".upper()
        raise BadSettingsError(f"{variable}: {first['msg']}, got {first['input']!r:.100}") from None
