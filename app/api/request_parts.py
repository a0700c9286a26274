"""A request's header fields and query parameters: known ones are read, unknown parameters are refused."""

from typing import Any

from starlette.requests import Request
from starlette.types import Scope

from app.problems import Finding, Problem

TABLE = "collaboration.headers"
"""Where the scope keeps the table of header fields; it is made once a request."""


def header(scope: Scope, name: bytes) -> str | None:
    """Look up a field by its name in lower case; of several the first counts."""
    table = scope.get(TABLE)
    if table is None:
        table = scope[TABLE] = dict(reversed(scope["headers"]))
    value = table.get(name)
    return None if value is None else value.decode("latin-1")


def check_query(request: Request, *known: str) -> None:
    """Refuse query parameters that nothing would read, and repeated ones, as `invalid-request`."""
    if not request.scope["query_string"]:
        return
    names = [name for name, _ in request.query_params.multi_items()]
    for name in names:
        if name not in known:
            none = "with JSON there are none: put it into the body, or send NDJSON if it is for that"
            hint = f"known ones: {', '.join(known)}" if known else none
            raise bad_parameter(name, "extra_forbidden", f"Unknown query parameter; {hint}")
        if names.count(name) > 1:
            raise bad_parameter(name, "repeated", "Send it once")


def read_choice(request: Request, name: str, choices: tuple[str, ...]) -> Any:
    """Read a query parameter that is one of a few words, the first by default; raises `invalid-request`."""
    given = request.query_params.get(name, choices[0])
    if given in choices:
        return given
    expected = " or ".join(f"'{choice}'" for choice in choices)
    raise bad_parameter(name, "literal_error", f"Input should be {expected}")


def bad_parameter(name: str, code: str, message: str) -> Problem:
    """Make the problem of a query parameter that cannot be read."""
    finding = Finding(parameter=name[:100], code=code, message=message)
    return Problem("invalid-request", f"The query parameter '{name[:100]}' is wrong: {message}.", (finding,))
