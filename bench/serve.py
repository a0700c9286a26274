"""Serves the floor or the peer with the service's own server settings: `python -m bench.serve APP PORT`."""

import sys
from typing import Any, Final

import uvicorn

SETTINGS: Final[dict[str, Any]] = {
    "loop": "uvloop",
    "http": "httptools",
    "server_header": False,
    "access_log": False,
    "log_level": "warning",
}
"""What the service starts uvicorn with, and no access log: the floor is to be as low as it can be."""


def main() -> int:
    """Serve until told to stop."""
    uvicorn.run(sys.argv[1], port=int(sys.argv[2]), **SETTINGS)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
