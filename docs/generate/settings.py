"""Writes docs/settings.md: every setting with its default and its meaning, from the settings themselves."""

from typing import Any, Final

from app.settings import LIMITS, PREFIX, Settings
from docs.generate.fields import table

HEAD: Final = """\
# Settings

Settings are environment variables. The service does not start with a bad value or a misspelt name; one line says which.
[operations.md](operations.md#settings) says when to change each setting.

"""
MIDDLE: Final = """

## Limits

These settings limit what a caller may send. `GET /limits` lists them.

"""
KEYS: Final = """

## Keys

Without keys the service is open to all. With keys every request but `OPTIONS` needs one, as
`Authorization: Bearer KEY` or `X-API-Key: KEY`. Health, `/` and `/problems` stay open. To rotate a key, set the old key
and the new key together, restart the replicas one by one, change the key of the callers, and then remove the old key.
"""


def settings_page() -> str:
    """Make the page."""
    others = [name for name in Settings.model_fields if name not in LIMITS]
    return HEAD + settings_table(others) + MIDDLE + settings_table(LIMITS) + KEYS


def settings_table(names: Any) -> str:
    """List settings with their defaults and meanings."""
    return table(("name", "default", "meaning"), *map(_row, names))


def _row(name: str) -> tuple[str, str, str]:
    field = Settings.model_fields[name]
    given = field.default
    if isinstance(given, tuple):  # of networks, each a single address
        given = ",".join(str(network.network_address) for network in given)
    default = "none" if given in (None, "") else f"`{given}`".lower()
    return f"`{PREFIX}{name.upper()}`", default, " ".join((field.description or "").split())
