"""What the HTML pages tell a browser: run and load nothing but what this host ships, and show nobody's frame."""

import base64
import hashlib
import re
from typing import Final

from starlette.responses import HTMLResponse, Response

_INLINE_SCRIPT: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def secured(page: HTMLResponse) -> Response:
    """Give a page its security headers; of inline scripts only those that it has itself are run."""
    scripts = " ".join(map(_source, _INLINE_SCRIPT.findall(page.body)))
    page.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self' data:; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    page.headers["X-Content-Type-Options"] = "nosniff"
    page.headers["X-Frame-Options"] = "DENY"
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


def _source(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
