"""A request's header fields by name; the table is made once a request, for all who ask."""

from starlette.types import Scope

TABLE = "collaboration.headers"
"""Where the scope keeps it."""


def header(scope: Scope, name: bytes) -> str | None:
    """Look up a field by its name in lower case; of several the first counts."""
    table = scope.get(TABLE)
    if table is None:
        table = scope[TABLE] = dict(reversed(scope["headers"]))
    value = table.get(name)
    return None if value is None else value.decode("latin-1")
