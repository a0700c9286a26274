"""Which files a history has, and their lines with their numbers."""

import gzip
import os
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from mission_collaboration.replay import files
from mission_collaboration.replay.files import InputError, Part, find_files, parts_of, read_part, zstd


def numbered(part: Part) -> list[tuple[int, bytes]]:
    return [pair for block in read_part(part) for pair in enumerate(block.lines, block.first_line)]


def packed(path: Path, text: bytes) -> None:
    with zstd.ZstdFile(path, "wb") as file:
        file.write(text)


def test_lines_end_with_lf_and_a_cr_before_it_is_no_part_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(b"one\r\n\n  \ntwo\rtwo\nlast")

    found = numbered(Part(str(tmp_path / "a.ndjson")))

    assert found == [(1, b"one"), (2, b""), (3, b"  "), (4, b"two\rtwo"), (5, b"last")]


def test_a_packed_file_has_the_lines_that_it_has_unpacked(tmp_path: Path) -> None:
    text = b"one\n" * 1000
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text) + gzip.compress(text))
    packed(tmp_path / "a.jsonl.zst", text + text)

    for name in ("a.jsonl.gz", "a.jsonl.zst"):
        assert numbered(Part(str(tmp_path / name))) == [(number, b"one") for number in range(1, 2001)]


def test_a_parquet_file_has_a_line_a_row(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"event": ["one", None, "three"], "more": [1, 2, 3]}), tmp_path / "a.parquet")

    assert numbered(Part(str(tmp_path / "a.parquet"))) == [(1, b"one"), (2, b""), (3, b"three")]


def test_the_parts_of_a_large_file_have_its_lines_with_their_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BLOCK_BYTES", 64)
    monkeypatch.setattr(files, "PART_BYTES", 1000)
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"".join(b"x" * (number % 90) + b"\n" for number in range(500)) + b"y" * 3000)

    parts = parts_of(str(path))

    assert len(parts) > 10
    assert [pair for part in parts for pair in numbered(part)] == numbered(Part(str(path)))


@pytest.mark.parametrize("name", ["a.ndjson.gz", "a.ndjson.zst"])
def test_a_file_that_was_cut_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = os.urandom(5000).hex().encode()
    if name.endswith("gz"):
        path.write_bytes(gzip.compress(text))
    else:
        packed(path, text)
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(InputError, match=name):
        numbered(Part(str(path)))


def test_a_file_with_a_bad_checksum_is_named(tmp_path: Path) -> None:
    text = bytearray(gzip.compress(b"one\n" * 100))
    text[-6] ^= 1
    (tmp_path / "a.ndjson.gz").write_bytes(text)

    with pytest.raises(InputError, match=r"a\.ndjson\.gz"):
        numbered(Part(str(tmp_path / "a.ndjson.gz")))


def test_a_parquet_file_without_the_column_is_named(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"line": ["one"]}), tmp_path / "a.parquet")

    with pytest.raises(InputError, match=r"a\.parquet.*'event'"):
        numbered(Part(str(tmp_path / "a.parquet")))


def test_folders_are_read_to_the_bottom_and_other_files_passed_over(tmp_path: Path) -> None:
    for name in ("b/c/x.ndjson", "b/x.jsonl.gz", "b/notes.txt", "a.parquet", "out/states.ndjson"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    found = find_files([str(tmp_path)], str(tmp_path / "out"))

    assert found.paths == [str(tmp_path / name) for name in ("a.parquet", "b/c/x.ndjson", "b/x.jsonl.gz")]
    assert found.passed_over == [str(tmp_path / "b/notes.txt")]


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").touch()

    assert len(find_files([str(tmp_path), str(tmp_path / "*.ndjson")], "out").paths) == 1


@pytest.mark.parametrize("path", ["none.ndjson", "*.ndjson", ".", "a.csv"])
def test_a_path_that_leads_to_no_history_is_named(tmp_path: Path, path: str) -> None:
    (tmp_path / "a.csv").touch()

    with pytest.raises(InputError, match=r"no|csv"):
        find_files([str(tmp_path / path)], "out")
