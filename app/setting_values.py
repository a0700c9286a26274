"""The values of settings as operators write them: read, or refused with a sentence that says how they are written.

A value that is no text is returned as it is: it comes from Python and is checked by its type.
"""

import difflib
import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

KEY: Final = re.compile(r"[!-~]+")
PATH: Final = re.compile(r"(/[A-Za-z0-9._~-]+)+")
ORIGIN: Final = re.compile(r"\*|https?://[^/\s?#@*,]+")
KEY_FORM: Final = "A key is made of visible ASCII characters, with no blanks inside"
NEAR: Final = 0.8
"""How alike a name and a setting's must be, from 0 to 1, to count as misspelt."""


def keys(words: Iterable[str]) -> tuple[SecretStr, ...]:
    """Read API keys; none of them is ever part of a message. Raises `ValueError`."""
    found = [word.strip() for word in words if word.strip()]
    if not found:
        raise ValueError("There is no key in it; leave it unset to serve without keys")
    if not all(map(KEY.fullmatch, found)):
        raise ValueError(KEY_FORM)
    return tuple(map(SecretStr, found))


def listed_keys(given: Any) -> Any:
    """Read API keys that are separated by commas; raises `ValueError`."""
    return keys(given.split(",")) if isinstance(given, str) else given


def keys_in_file(given: Any) -> Any:
    """Read API keys from a file, one a line; raises `ValueError`."""
    if not isinstance(given, str | Path):
        return given
    try:
        return keys(Path(given).read_text("ascii").splitlines())
    except OSError as error:
        raise ValueError(f"The file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(KEY_FORM) from None


def words(given: Any) -> Any:
    """Read words that are separated by commas."""
    return [word.strip() for word in given.split(",") if word.strip()] if isinstance(given, str) else given


def origins(given: Any) -> Any:
    """Read origins of pages, or `*`; raises `ValueError`."""
    found = words(given)
    if not all(map(ORIGIN.fullmatch, found)):
        raise ValueError("An origin is written https://host or https://host:port, or * for all of them")
    return found


def root_path(given: Any) -> Any:
    """Read a path without its last slash; empty for `/`. Raises `ValueError`."""
    if not isinstance(given, str):
        return given
    path = given.strip("/") and given.removesuffix("/")
    if path and not PATH.fullmatch(path):
        raise ValueError("A path is written /like/this, of letters, digits and . _ ~ -")
    return path


def networks(given: Any) -> tuple[IPv4Network | IPv6Network, ...]:
    """Read addresses and networks; raises `ValueError`."""
    try:
        return tuple(ip_network(word) for word in words(given))
    except ValueError as error:
        raise ValueError(f"A proxy is an address or a network such as 10.0.0.0/8: {error}") from None


def misspelt(variables: Iterable[str], prefix: str, known: list[str]) -> tuple[str, str] | None:
    """Find a variable whose name is nearly a setting's; return both names, or None.

    A misspelt `COLLAB_API_KEYS` would leave the service open.
    """
    for variable in variables:
        name = variable.upper().removeprefix(prefix)
        is_ours = name in known or not variable.upper().startswith(prefix)
        if not is_ours and (near := difflib.get_close_matches(name, known, n=1, cutoff=NEAR)):
            return variable, near[0]
    return None
