"""Serves the floor or the peer as the service is served: `python -m loadtests.bench.serve APP PORT`."""

import sys

import uvicorn

from app.server.run import server_config
from app.settings import Settings
from loadtests.bench.wire import LOCALHOST


def main() -> int:
    """Serve until told to stop."""
    config = server_config(sys.argv[1], Settings())
    config.host, config.port = LOCALHOST, int(sys.argv[2])
    uvicorn.Server(config).run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
