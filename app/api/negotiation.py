"""Whether a caller's `Accept` leaves room for what an endpoint has to offer (RFC 9110, 12.5.1)."""

from app.api.problems import Finding, Problem


def require_acceptable(accept: str | None, *offered: str) -> None:
    """Raise `not-acceptable` when the caller accepts none of the offered media types."""
    if not accept or accept == "*/*" or any(_accepts(accept, media_type) for media_type in offered):
        return
    choice = " or ".join(offered)
    finding = Finding(parameter="Accept", code="not-acceptable", message=f"Accept {choice}")
    raise Problem("not-acceptable", f"The answer is {choice}, which Accept leaves out.", (finding,))


def _accepts(accept: str, media_type: str) -> bool:
    """Let the most specific range that covers the type decide."""
    ranges: dict[str, bool] = {}
    for media_range in accept.lower().split(","):
        name, *parameters = media_range.split(";")
        ranges[name.strip()] = not any(map(_is_zero_quality, parameters))
    covering = (media_type, media_type.partition("/")[0] + "/*", "*/*")
    return next((ranges[name] for name in covering if name in ranges), False)


def _is_zero_quality(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return name.strip() == "q" and value.strip().rstrip("0") in ("", "0.", ".")
