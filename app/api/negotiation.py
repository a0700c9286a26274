"""Whether a caller's `Accept` leaves room for what an endpoint has to offer (RFC 9110, 12.5.1)."""

from app.api.problems import Finding, Problem


def require_acceptable(accept: str | None, *offered: str) -> None:
    """Raise `not-acceptable` when none of the offered media types is among the accepted ones."""
    if not accept or any(
        _accepts(media_range, media_type) for media_range in accept.split(",") for media_type in offered
    ):
        return
    choice = " or ".join(offered)
    finding = Finding(parameter="Accept", code="not-acceptable", message=f"Accept {choice}")
    raise Problem("not-acceptable", f"The answer is {choice}, which Accept leaves out.", (finding,))


def _accepts(media_range: str, media_type: str) -> bool:
    wanted, *parameters = (part.strip().lower() for part in media_range.split(";"))
    if any(parameter.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000") for parameter in parameters):
        return False
    return wanted in ("*/*", media_type, media_type.partition("/")[0] + "/*")
