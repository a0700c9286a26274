"""The values of settings as operators write them: what is read of each, and what is refused."""

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from app import setting_values as written


def secrets(keys: Any) -> list[str]:
    return [key.get_secret_value() for key in keys]


def test_keys_are_listed_with_commas_or_stand_one_a_line(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("first\n\n  second,with-comma \n")
    assert secrets(written.listed_keys("first, second,")) == ["first", "second"]
    assert secrets(written.keys_in_file(str(file))) == ["first", "second,with-comma"]


@pytest.mark.parametrize("text", ["", "   ", "with blank inside", "ключ"])
def test_what_is_no_key_is_refused_and_not_repeated(text: str, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(text)
    for read, given in ((written.listed_keys, text), (written.keys_in_file, file)):
        with pytest.raises(ValueError, match="key") as refusal:
            read(given)
        assert not text.strip() or text not in str(refusal.value)


def test_a_file_of_keys_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        written.keys_in_file(tmp_path / "none")


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (written.words, " docs ,metrics,", ["docs", "metrics"]),
        (written.origins, "https://a.example, http://b:8080", ["https://a.example", "http://b:8080"]),
        (written.origins, "*", ["*"]),
        (written.root_path, "/collab/", "/collab"),
        (written.root_path, "/a/b.c", "/a/b.c"),
        (written.root_path, "/", ""),
        (written.root_path, "", ""),
        (written.networks, "10.0.0.0/8, ::1", (ip_network("10.0.0.0/8"), ip_network("::1"))),
    ],
)
def test_a_value_is_read(read: Callable[[Any], Any], text: str, value: Any) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *((written.origins, text) for text in ("a.example", "https://a/path", "https://a,https://*.b")),
        *((written.root_path, text) for text in ("collab", "/a//b", "/a b", "/a?b")),
        *((written.networks, text) for text in ("proxy", "10.0.0.1/8", "10.0.0.0/33")),
    ],
)
def test_a_value_of_another_form_is_refused_with_the_form(read: Callable[[Any], Any], text: str) -> None:
    with pytest.raises(ValueError, match=r"is written|is an address"):
        read(text)


def test_a_value_that_is_no_text_is_left_to_its_type() -> None:
    for read in (written.listed_keys, written.keys_in_file, written.words, written.root_path):
        assert read(7) == 7


def test_a_variable_that_is_nearly_a_setting_is_found() -> None:
    known = ["API_KEYS", "PORT"]
    assert written.misspelt(["HOME", "COLLAB_API_KEY"], "COLLAB_", known) == ("COLLAB_API_KEY", "API_KEYS")
    assert written.misspelt(["COLLAB_API_KEYS", "COLLAB_SOMETHING_ELSE", "API_KEY"], "COLLAB_", known) is None
