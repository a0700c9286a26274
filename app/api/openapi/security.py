"""Who may ask: the API keys, which are needed wherever the operator has set any."""

from typing import Final

from app.api.keys import is_always_open

SECURITY_SCHEMES: Final = {
    "bearerKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, needed where the operator has set any.",
    },
    "headerKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same key in a header of its own.",
    },
}
_KEY_WHERE_SET: Final[list[dict[str, list[str]]]] = [{"bearerKey": []}, {"headerKey": []}, {}]


def security(path: str) -> list[dict[str, list[str]]]:
    """Say how to show a key for a path: either of the two ways, or none where no keys are set."""
    return [] if is_always_open(path) else _KEY_WHERE_SET
