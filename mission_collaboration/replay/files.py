"""The files of a history: which there are, and their lines with their numbers."""

import glob
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, Final, NamedTuple

import pyarrow as pa
from isal import igzip, igzip_lib
from pyarrow import parquet

if sys.version_info >= (3, 14):
    from compression import zstd as zstd
else:
    from backports import zstd as zstd

TEXT_SUFFIXES: Final = (".ndjson", ".jsonl")
SUFFIXES: Final = (".parquet", *(f"{text}{packed}" for text in TEXT_SUFFIXES for packed in ("", ".gz", ".zst")))
PACKED_BADLY: Final[Any] = igzip_lib.IsalError  # its stub calls it an instance
EVENT_COLUMN: Final = "event"
BLOCK_BYTES: Final = 1 << 20
"""How many bytes are read at once: some thousand lines."""
PART_BYTES: Final = 8 << 20
"""A text file is read in parts of this size, each by one process."""


class InputError(Exception):
    """A path that leads to no history, or a file that cannot be read to its end; the message names it."""


class Part(NamedTuple):
    """A file, or a piece of a plain text file that begins and ends at a line."""

    path: str
    first_line: int = 1
    start: int = 0
    """The offset of its first byte."""
    stop: int | None = None
    """The offset behind its last byte; None for the end of the file."""

    @property
    def size(self) -> int:
        """How many bytes it has, packed as they are in the file."""
        return (os.path.getsize(self.path) if self.stop is None else self.stop) - self.start


class Block(NamedTuple):
    """Some lines of a file that follow each other."""

    path: str
    first_line: int
    lines: Sequence[bytes]
    """The lines without their ends."""
    size: int
    """How many bytes of the file were read for them, packed as they are there."""


class Files(NamedTuple):
    """What was found."""

    paths: list[str]
    """The files of the history, sorted."""
    passed_over: list[str]
    """The other files in the folders, sorted."""


def find_files(paths: Iterable[str], out: str) -> Files:
    """Find the files that paths, folders and globs lead to; the folder `out` is left aside.

    Raises `InputError` for a path that leads nowhere.
    """
    found: dict[str, str] = {}
    passed_over: set[str] = set()
    for path in paths:
        here = [path] if os.path.lexists(path) else sorted(glob.glob(path, recursive=True))
        if not here:
            raise InputError(f"{path}: there is no such file or folder")
        files = [file for each in here for file in _files_below(each, os.path.realpath(out))]
        ours = [file for file in files if file.endswith(SUFFIXES)]
        if not ours:
            raise InputError(f"{path}: no {', '.join((*TEXT_SUFFIXES, '.parquet'))} file (.gz and .zst too) is there")
        passed_over.update(set(files).difference(ours))
        for file in ours:
            real = os.path.realpath(file)
            found[real] = min(file, found.get(real, file))
    return Files(sorted(found.values()), sorted(passed_over))


def _files_below(path: str, out: str) -> Iterator[str]:
    """List a file, or all files of a folder and the folders in it."""
    if not os.path.isdir(path):
        yield path
        return

    def unreadable(error: OSError) -> None:
        raise InputError(f"{error.filename}: {error.strerror}")

    for folder, folders, names in os.walk(path, onerror=unreadable):
        folders[:] = [name for name in folders if os.path.realpath(os.path.join(folder, name)) != out]
        yield from (os.path.join(folder, name) for name in names)


def parts_of(path: str) -> list[Part]:
    """Cut a large plain text file into parts that begin at a line; any other file is one part."""
    if not path.endswith(TEXT_SUFFIXES) or os.path.getsize(path) <= PART_BYTES:
        return [Part(path)]
    parts: list[Part] = []
    start = offset = 0
    first_line = line = 1
    with open(path, "rb") as file:
        while block := file.read(BLOCK_BYTES):
            end = block.rfind(b"\n") + 1
            if end and offset + end - start >= PART_BYTES:
                parts.append(Part(path, first_line, start, offset + end))
                start, first_line = offset + end, line + block.count(b"\n")
            line += block.count(b"\n")
            offset += len(block)
    return [*parts, Part(path, first_line, start)]


def read_part(part: Part) -> Iterator[Block]:
    """Read the lines of a part; raises `InputError` where that is not possible to the end."""
    try:
        if part.path.endswith(".parquet"):
            with parquet.ParquetFile(part.path) as rows:
                if EVENT_COLUMN not in rows.schema_arrow.names:
                    raise InputError(f"{part.path}: there is no text column {EVENT_COLUMN!r}")
                size, row = part.size / max(rows.metadata.num_rows, 1), 1
                for batch in rows.iter_batches(batch_size=2_000, columns=[EVENT_COLUMN]):
                    texts = [text or b"" for text in batch.column(0).cast(pa.large_binary()).to_pylist()]
                    yield Block(part.path, row, texts, int(size * len(texts)))
                    row += len(texts)
        else:
            with open(part.path, "rb") as file:
                file.seek(part.start)
                yield from _read_lines(part, file)
    except (OSError, EOFError, zstd.ZstdError, PACKED_BADLY, pa.ArrowException) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise InputError(f"{part.path}: {reason}") from None


def _read_lines(part: Part, file: IO[bytes]) -> Iterator[Block]:
    lines: Any = file
    if part.path.endswith(".gz"):
        lines = igzip.GzipFile(fileobj=file)  # type: ignore[no-untyped-call]
    elif part.path.endswith(".zst"):
        lines = zstd.ZstdFile(file)
    line, rest, place, offset = part.first_line, b"", part.start, part.start
    while text := lines.read(BLOCK_BYTES if part.stop is None else min(BLOCK_BYTES, part.stop - place)):
        place += len(text)
        *ended, rest = (rest + text).split(b"\n")
        if ended:
            yield Block(part.path, line, [each.removesuffix(b"\r") for each in ended], file.tell() - offset)
            line, offset = line + len(ended), file.tell()
    if rest:
        yield Block(part.path, line, [rest], file.tell() - offset)
