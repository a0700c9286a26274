"""The command line: what the endpoints answer for a file, without a server.

Here is what all commands have in common: how they read FILE, and how they say what is wrong with
it, as the service would.
"""

import gzip
import io
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final, Generic, NamedTuple, NoReturn, TypeVar

import click
import msgspec
from pydantic import BaseModel

from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.json_text import MAX_NESTING, NOT_JSON, try_decode
from mission_collaboration.decoding.refusals import (
    IN_ARRAY,
    ArrayLocations,
    LineLocations,
    RequestFinding,
    RequestRefusedError,
)
from mission_collaboration.decoding.requests import Limits, RequestReader, read_lines

Model = TypeVar("Model", bound=BaseModel)
FILE: Final = click.argument("file", type=click.File("rb"))
GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"


class FileLimits(NamedTuple):
    """A file of one's own may be as large as it is; its nesting is bounded as in a request."""

    max_events: int = sys.maxsize
    max_event_bytes: int = sys.maxsize
    max_nesting: int = MAX_NESTING


FILE_LIMITS: Final = FileLimits()


class FileRead(NamedTuple, Generic[Model]):
    """A file of events as it was read."""

    request: Model
    """The request object; for NDJSON and for a list, one that says nothing but its events."""
    batch: Batch
    locations: ArrayLocations


def read_file(
    file: BinaryIO,
    reader: RequestReader[Model],
    lines: Callable[[bytes, Limits], tuple[Batch, LineLocations]] = read_lines,
) -> FileRead[Model]:
    """Read a request body, a list of events or NDJSON, also in gzip or zstd; raises `RequestRefusedError`."""
    text = unpack(file.read())
    first, _, rest = text.lstrip().partition(b"\n")
    value = try_decode(first, max_nesting=FILE_LIMITS.max_nesting)
    # in NDJSON the first line is a value by itself, and an event or followed by others
    if value is not NOT_JSON and (rest.strip() or (isinstance(value, dict) and "event_type" in value)):
        request, _ = reader.read(b'{"events":[]}', FILE_LIMITS)
        return FileRead(request, *lines(text, FILE_LIMITS))
    body = b'{"events":' + text + b"}" if text.lstrip().startswith(b"[") else text
    return FileRead(*reader.read(body, FILE_LIMITS), IN_ARRAY)


def unpack(text: bytes) -> bytes:
    """Unpack what begins as gzip or zstd does, JSON begins otherwise; raises `RequestRefusedError`.

    Python reads zstd from 3.14 on, and with the extra `replay` before.
    """
    try:
        if text.startswith(GZIP):
            return gzip.decompress(text)
        if text.startswith(ZSTD):
            from mission_collaboration.replay.files import zstd  # may be absent

            return zstd.ZstdFile(io.BytesIO(text)).read()
    except ImportError:
        reason = "The file is zstd: install the extra `replay` to read it (in a checkout, `pip install '.[replay]'`)"
    except Exception as error:  # gzip, zlib and zstd raise kinds of their own
        reason = f"The file cannot be unpacked: {str(error).rstrip('.')}"
    else:
        return text
    raise RequestRefusedError("malformed-json", reason, (RequestFinding("", "not_unpacked", reason),))


def refuse(refusal: RequestRefusedError) -> NoReturn:
    """Print a refusal as the endpoint's problem, and exit with 1."""
    findings = [
        {name: value for name, value in finding._asdict().items() if value is not None} for finding in refusal.findings
    ]
    problem: dict[str, Any] = {
        "code": refusal.code,
        "detail": str(refusal),
        **refusal.about,
        "errors": findings,
    }
    if refusal.more:
        problem["more_errors"] = True
    click.echo(msgspec.json.encode(problem))
    raise SystemExit(1)
