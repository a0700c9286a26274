"""What can be said in the query, the path and the headers, as the document describes it."""

from typing import Final

REPORT: Final = {
    "name": "report",
    "in": "query",
    "description": "`invalid` leaves the valid events out of `results`.",
    "schema": {"type": "string", "enum": ["all", "invalid"], "default": "all"},
}
MODE: Final = {
    "name": "mode",
    "in": "query",
    "description": "The mode, for NDJSON bodies, `strict` unless said; in JSON it stands in the body.",
    "schema": {"type": "string", "enum": ["strict", "permissive"]},
}
ORDERED: Final = {
    "name": "ordered",
    "in": "query",
    "description": "For NDJSON bodies: `true` says that the events come in canonical order.",
    "schema": {"type": "boolean"},
}
SCHEMA: Final = {
    "name": "type",
    "in": "path",
    "required": True,
    "description": "An event type, a model or a schema file's name.",
    "schema": {"type": "string"},
    "example": "DriveIntentSet",
}
CODE: Final = {
    "name": "code",
    "in": "path",
    "required": True,
    "description": "An error's `code`.",
    "schema": {"type": "string"},
    "example": "unknown-participant",
}
IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of the copy that you have.",
    "schema": {"type": "string"},
}
