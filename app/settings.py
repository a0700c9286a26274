"""What an operator can set, from the environment (prefix COLLAB_); nothing here is read on import."""

import os
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app import setting_values as written

LIMIT: Final = "limit"
"""Marks a setting that bounds what a caller may send; `GET /limits` publishes it."""
PREFIX: Final = "COLLAB_"
ListedKeys = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(written.listed_keys)]
KeysInFile = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(written.keys_in_file)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(written.origins)]
OpenPages = Annotated[tuple[Literal["docs", "schemas", "metrics"], ...], NoDecode, BeforeValidator(written.words)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(written.networks)]
RootPath = Annotated[str, BeforeValidator(written.root_path)]


class Settings(BaseSettings):
    """The service's settings, frozen; every default is safe on a laptop."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    """The address to listen on. `0.0.0.0` listens on all interfaces, as a container must."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """The port to listen on. Without it, the variable `PORT` is used."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """How many server processes share the port."""
    drain_seconds: Annotated[float, Field(ge=0, le=3600)] = 8.0
    """How long requests in work may take to finish during shutdown."""
    log_level: Literal["critical", "error", "warning", "info", "debug"] = "info"
    """The least severe log lines to write."""
    log_format: Literal["auto", "json", "console"] = "auto"
    """How log lines are written: JSON, or plain; `auto` is plain on a terminal and JSON everywhere else."""
    tracing: bool = False
    """Whether to send OpenTelemetry traces. It needs the extra `otel` and uses the standard `OTEL_` variables."""
    docs: bool = True
    """Whether `/docs`, `/redoc`, `/openapi.json` and `/explore` are served."""
    inline_body_bytes: Annotated[int, Field(ge=0)] = 128 * 1024
    """Larger bodies are worked on in processes of their own, so that small requests do not wait for them."""
    pool_size: Annotated[int, Field(ge=0, le=64)] = 2
    """The most such processes per worker. With 0 the worker does all the work itself."""
    work_seconds: Annotated[float, Field(gt=0, le=3600), LIMIT] = 60.0
    """How long a process may work on a request. After that the answer is 503, and the process is replaced."""
    api_keys: ListedKeys = ()
    """The API keys, separated by commas. Without keys the service is open to all. Set two keys to rotate one."""
    api_keys_file: KeysInFile = ()
    """A file with API keys, one a line, read at the start. Its keys and those of `COLLAB_API_KEYS` are all valid."""
    open_pages: OpenPages = ()
    """Pages that need no key, from `docs`, `schemas`, `metrics`. Health, `/` and `/problems` never need one."""
    cors_origins: Origins = ()
    """The origins whose pages may call the service from a browser, separated by commas; `*` for all."""
    root_path: RootPath = ""
    """The path prefix of a proxy, such as `/collab`. Links and documents then begin with it."""
    trusted_proxies: Networks = (IPv4Network("127.0.0.1"), IPv6Network("::1"))
    """Addresses or networks of proxies whose `X-Forwarded-Prefix` and `X-Forwarded-Proto` are trusted."""
    max_body_bytes: Annotated[int, Field(ge=1024), LIMIT] = 64 * 1024 * 1024
    """The largest request body, in bytes after decompression."""
    max_values: Annotated[int, Field(ge=10_000), LIMIT] = 2_000_000
    """The most JSON values and lines in one body, if they have less than 16 bytes on average."""
    max_events: Annotated[int, Field(ge=1), LIMIT] = 100_000
    """The most events in one batch."""
    max_event_bytes: Annotated[int, Field(ge=1024), LIMIT] = 1024 * 1024
    """The largest event, in bytes of its JSON text."""
    window_events: Annotated[int, Field(ge=1, le=100_000), LIMIT] = 1_000
    """The size of a mission's window: its newest accepted and pending events. A late event can take its place there."""
    window_bytes: Annotated[int, Field(ge=1024), LIMIT] = 4 * 1024 * 1024
    """The most bytes in a window, counted as the events' content."""
    recent_events: Annotated[int, Field(ge=1, le=100_000), LIMIT] = 1_000
    """How many accepted events before the window a checkpoint remembers, to recognise duplicates."""
    max_missions: Annotated[int, Field(ge=1), LIMIT] = 1_000
    """The most missions in one request to `/missions/admit`."""
    max_nesting: Annotated[int, Field(ge=8, le=500), LIMIT] = 64
    """How deep objects and arrays may nest in a body."""
    max_header_bytes: Annotated[int, Field(ge=1024), LIMIT] = 32 * 1024
    """The largest head of a request: its first line and its headers."""
    max_connections: Annotated[int, Field(ge=1), LIMIT] = 1000
    """The most open connections of a server process; when all are busy, new ones are answered 503."""
    head_seconds: Annotated[float, Field(gt=0, le=3600), LIMIT] = 10.0
    """How long a request's head may take, and how long a new connection may be silent."""
    body_seconds: Annotated[float, Field(gt=0, le=3600), LIMIT] = 20.0
    """The time over which the rate of a body is measured. A body that arrives within this time is never too slow."""
    min_body_rate: Annotated[int, Field(ge=0), LIMIT] = 64 * 1024
    """The lowest rate, in bytes a second, at which a body may arrive and an answer may be read."""
    keep_alive_seconds: Annotated[float, Field(gt=0, le=3600), LIMIT] = 75.0
    """How long a connection may be idle between requests."""
    max_warning_participants: Annotated[int, Field(ge=2), LIMIT] = 1_000
    """The most participants that a warning may name in `/reduce`, `/explain`, `/admit` and `/missions/*`."""
    max_warning_strangers: Annotated[int, Field(ge=2), LIMIT] = 100_000
    """The most people not on the roster whom the warnings of a mission may name in one request, in permissive mode."""
    max_gzip_ratio: Annotated[int, Field(ge=2), LIMIT] = 100
    """The highest compression ratio (gzip or zstd) of an ordered stream that unpacks to more than the largest body."""
    max_concurrency: Annotated[int, Field(ge=1), LIMIT] = 64
    """The most requests in work per worker, including large bodies that wait for a process. More are refused."""
    max_held_bytes: Annotated[int, Field(ge=1024), LIMIT] = 256 * 1024 * 1024
    """The most bytes that a worker holds: bodies, growing states, unpacked checkpoints, unread answers."""
    max_state_bytes: Annotated[int, Field(ge=1024), LIMIT] = 64 * 1024 * 1024
    """The largest state in an answer, in bytes of its JSON."""

    @property
    def keys(self) -> tuple[bytes, ...]:
        """Every key that lets a caller in; none when there are none to be checked."""
        return tuple(key.get_secret_value().encode() for key in (*self.api_keys, *self.api_keys_file))


LIMITS: Final = tuple(name for name, field in Settings.model_fields.items() if LIMIT in field.metadata)
"""The settings that bound what a caller may send."""


class BadSettingsError(Exception):
    """The environment holds a value that the service cannot start with; the message is one clear line."""


def from_environment() -> Settings:
    """Read the settings, `COLLAB_PORT` before a bare `PORT` that is not empty; raises `BadSettingsError`."""
    known = [name.upper() for name in Settings.model_fields]
    if misspelt := written.misspelt(os.environ, PREFIX, known):
        variable, near = misspelt
        raise BadSettingsError(f"{variable}: There is no such setting; did you mean {PREFIX}{near}?")
    given: dict[str, Any] = {}
    if os.environ.get("PORT") and "COLLAB_PORT" not in os.environ:
        given["port"] = os.environ["PORT"]
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        variable = name.upper() if name in given else f"{PREFIX}{name}".upper()
        shown = "" if name.startswith("api_keys") else f", got {first['input']!r:.100}"
        raise BadSettingsError(f"{variable}: {first['msg'].removeprefix('Value error, ')}{shown}") from None
