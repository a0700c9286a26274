"""Who may ask: the API keys, which are needed wherever the operator has set any."""

from typing import Any, Final

SECURITY_SCHEMES: Final = {
    "bearerKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, if the operator has set keys.",
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


def without_keys(document: dict[str, Any]) -> dict[str, Any]:
    """Make the document of a service without keys: no padlocks, no 401."""
    components = {name: value for name, value in document["components"].items() if name != "securitySchemes"}
    components["examples"] = {name: value for name, value in components["examples"].items() if name != "unauthorized"}
    paths = {
        path: {
            method: {
                **{name: value for name, value in operation.items() if name != "security"},
                "responses": {status: value for status, value in operation["responses"].items() if status != "401"},
            }
            for method, operation in operations.items()
        }
        for path, operations in document["paths"].items()
    }
    rest = {name: value for name, value in document.items() if name != "security"}
    return {**rest, "paths": paths, "components": components}
