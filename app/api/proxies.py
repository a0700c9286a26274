"""What reverse proxies say of a request: the prefix under which callers see the service, and their scheme.

Only trusted proxies are believed. A proxy strips the prefix from the path; a path that still has it is served too.
"""

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.types import Scope

from app.api.request_parts import header
from app.settings import Settings

_is_prefix = re.compile(r"(/[A-Za-z0-9._~-]+)+").fullmatch
SCHEMES: Final = ("http", "https")


class Proxies:
    """The proxies that a service trusts, and the path that it stands under anyway."""

    def __init__(self, settings: Settings) -> None:
        self._root_path = settings.root_path
        self._networks = settings.trusted_proxies
        self._trusts = lru_cache(maxsize=1024)(self.trusts)

    def apply(self, scope: Scope) -> str:
        """Put the caller's scheme into the scope and take the prefix off its path; return the prefix."""
        forwarded, scheme = self.forwarded(scope)
        if scheme in SCHEMES:
            scope["scheme"] = scheme
        whole = forwarded + self._root_path
        if whole:
            scope["root_path"] = whole
            path: str = scope["path"]
            prefixes = (whole, self._root_path, forwarded)
            kept = next((each for each in prefixes if each and path.startswith(f"{each}/")), "")
            scope["path"] = path[len(kept) :]
        return whole

    def forwarded(self, scope: Scope) -> tuple[str, str | None]:
        """Return the prefix and the scheme that a trusted proxy tells."""
        prefix, scheme = header(scope, b"x-forwarded-prefix"), header(scope, b"x-forwarded-proto")
        if not (prefix or scheme) or not self._trusts((scope.get("client") or ("", 0))[0]):
            return "", None
        return prefix if prefix and _is_prefix(prefix) else "", scheme

    def trusts(self, host: str) -> bool:
        """Whether an address is that of a trusted proxy."""
        try:
            address = ip_address(host)
        except ValueError:  # a Unix socket, or a server that tells no address
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)
