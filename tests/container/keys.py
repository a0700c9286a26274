"""Keys as a file: the service lets in callers that have one, and its metrics need none."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx

from tests.container.engine import CheckError, Compose, await_health

KEY: Final = "a-key-of-the-check"
FILES: Final = ("--file", "docker-compose.yml", "--file", "deploy/compose.keys.yml")


def check_keys(compose: Compose) -> None:
    """Bring the service up with a secret, and ask it with the key, with another, and with none."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "api-keys"
        file.write_text(f"{KEY}\n")
        file.chmod(0o444)
        Path(folder).chmod(0o755)
        compose(*FILES, "up", "--detach", "service", API_KEYS=str(file), COLLAB_OPEN_PAGES="metrics")
        await_health(compose.container("service"))
        address = f"http://127.0.0.1:{compose.port}"
        asked = {
            "with the key": httpx.get(f"{address}/limits", headers={"X-API-Key": KEY}).status_code,
            "with another": httpx.get(f"{address}/limits", headers={"X-API-Key": "another"}).status_code,
            "with none": httpx.get(f"{address}/limits").status_code,
            "/metrics with none": httpx.get(f"{address}/metrics").status_code,
        }
        compose("rm", "--stop", "--force", "service")
    if list(asked.values()) != [200, 401, 401, 200]:
        raise CheckError(f"keys as a file: {asked}")
    print(f"keys as a file: {asked}")
