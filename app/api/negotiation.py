"""Whether a caller's `Accept` leaves room for what an endpoint has to offer (RFC 9110, 12.5.1)."""

import re
from typing import Final

from app.api.problems import Finding, Problem

_RANGE: Final = re.compile(r"\s*([^\s;,]+)\s*(?:;([^,]*))?")
_NO_QUALITY: Final = re.compile(r"(?:^|;)\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)", re.IGNORECASE)


def require_acceptable(accept: str | None, *offered: str) -> None:
    """Raise `not-acceptable` when the caller accepts none of the offered media types."""
    if not accept or any(_accepts(accept, media_type) for media_type in offered):
        return
    choice = " or ".join(offered)
    finding = Finding(parameter="Accept", code="not-acceptable", message=f"Accept {choice}")
    raise Problem("not-acceptable", f"The answer is {choice}, which Accept leaves out.", (finding,))


def _accepts(accept: str, media_type: str) -> bool:
    """Let the most specific range that covers the type decide."""
    ranges = {match[1].lower(): match[2] or "" for match in _RANGE.finditer(accept)}
    for covering in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        if covering in ranges:
            return not _NO_QUALITY.search(ranges[covering])
    return False
