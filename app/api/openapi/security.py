"""Who may ask: the API keys, which are needed wherever the operator has set any."""

from typing import Final

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
KEY_WHERE_SET: Final[list[dict[str, list[str]]]] = [{"bearerKey": []}, {"headerKey": []}, {}]
"""For the whole document: either of the two ways, or none where no keys are set. Open paths say that they are."""
