"""The media types of bodies, and which of those on offer a caller's `Accept` leaves (RFC 9110, 12.5.1)."""

import re
from typing import Final

from app.problems import Finding, Problem

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
_is_quality = re.compile(r"(0(\.\d*)?|1(\.0*)?)").fullmatch


def require_acceptable(accept: str | None, *offered: str) -> None:
    """Raise `not-acceptable` when the caller accepts none of the offered media types."""
    if not accept or accept == "*/*":
        return
    choose(accept, *offered)


def choose(accept: str | None, *offered: str) -> str:
    """Choose the offered media type that the caller likes best, the first of equals; raises `not-acceptable`."""
    liked = qualities(accept or "*/*")
    best = max(offered, key=lambda media_type: _quality(liked, media_type))
    if _quality(liked, best) > 0:
        return best
    choice = " or ".join(offered)
    finding = Finding(parameter="Accept", code="not-acceptable", message=f"Accept {choice}")
    raise Problem("not-acceptable", f"The answer is {choice}, which Accept leaves out.", (finding,))


def qualities(accept: str) -> dict[str, float]:
    """Read an `Accept` header, or one like it: range → quality, from 0 to 1."""
    liked: dict[str, float] = {}
    for media_range in accept.lower().split(","):
        name, *parameters = media_range.split(";")
        given = (value.strip() for key, _, value in (p.partition("=") for p in parameters) if key.strip() == "q")
        liked[name.strip()] = next((float(value) for value in given if _is_quality(value)), 1.0)
    return liked


def _quality(liked: dict[str, float], media_type: str) -> float:
    """Let the most specific range that covers the type decide."""
    covering = (media_type, media_type.partition("/")[0] + "/*", "*/*")
    return next((liked[name] for name in covering if name in liked), 0.0)
