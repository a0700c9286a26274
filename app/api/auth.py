"""API keys. Without one a caller reads health, `/`, the problems, and what the operator has opened.

It is decided on the path that the router itself goes by, before a byte of the body is read.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from starlette.types import Scope

from app.problems import Problem

ALWAYS_OPEN: Final = ("/", "/livez", "/readyz", "/healthz", "/problems", "/problems/", "/assets/")
PAGES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "docs": ("/docs", "/redoc", "/openapi.json", "/explore", "/docs/assets/", "/stories", "/stories/"),
        "schemas": ("/schemas", "/schemas/"),
        "metrics": ("/metrics",),
    }
)
"""What an operator can open → its paths; one that ends with `/` stands for every name right below it."""


def opened(pages: Iterable[str] = ()) -> Callable[[str], bool]:
    """Make the test for paths that need no key when these pages are open."""
    exact = frozenset([*ALWAYS_OPEN, *(path for page in pages for path in PAGES[page])])
    folders = frozenset(path for path in exact if path.endswith("/") and path != "/")
    return lambda path: path in exact or path[: path.rfind("/") + 1] in folders


is_always_open: Final = opened()
"""Whether a path needs no key in any deployment."""


class Authenticator:
    """Lets requests with a key pass, and all requests for open paths; without any keys, every request."""

    def __init__(self, keys: Sequence[bytes], open_pages: Iterable[str] = ()) -> None:
        self._digests = [hashlib.sha256(key).digest() for key in keys]
        self._is_open = opened(open_pages)

    def guards(self, path: str) -> bool:
        """Whether a path needs a key."""
        return bool(self._digests) and not self._is_open(path)

    def is_authorised(self, scope: Scope) -> bool:
        """Whether a request may pass."""
        if not self.guards(scope["path"]):
            return True
        # Compare all pairs, in constant time.
        sent = [hashlib.sha256(key).digest() for key in sent_keys(scope)]
        return sum(hmac.compare_digest(one, known) for one in sent for known in self._digests) > 0

    def check(self, scope: Scope) -> None:
        """Raise `unauthorized` for a request that may not pass."""
        if not self.is_authorised(scope):
            something_sent = next(sent_keys(scope), None) is not None
            what = "The API key is not valid" if something_sent else "An API key is needed"
            how = "send one as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'"
            raise Problem("unauthorized", f"{what}; {how}.", headers={"WWW-Authenticate": "Bearer"})


def sent_keys(scope: Scope) -> Iterator[bytes]:
    """List the keys that a request brings."""
    for name, value in scope["headers"]:
        if name == b"x-api-key":
            yield value.strip()
        elif name == b"authorization":
            scheme, _, token = value.strip().partition(b" ")
            if scheme.lower() == b"bearer":
                yield token.strip()
