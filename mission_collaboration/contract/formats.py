"""The three text formats of the contract: identifiers (E1), instants (E5) and project UUIDs (E8).

Each is an annotation for a Pydantic field: it reads the wire text, accepts Python's own object beside it,
normalises, and publishes the same pattern in the JSON Schema (E15, E16).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

ULID_PATTERN: Final = "[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}"
UUID_PATTERN: Final = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
IDENTIFIER_PATTERN: Final = f"^({ULID_PATTERN}|{UUID_PATTERN}|[0-9A-Fa-f]{{32}})$"
INSTANT_PATTERN: Final = (
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    "([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$"
)
ULID_LENGTH: Final = 26

_identifier = re.compile(IDENTIFIER_PATTERN).fullmatch
_instant = re.compile(INSTANT_PATTERN).fullmatch
_hyphenated_uuid = re.compile(UUID_PATTERN).fullmatch


def normalise_identifier(value: object) -> str:
    """Read a ULID (to upper case) or a UUID (to lower case with hyphens); `UUID` objects too (E1)."""
    if isinstance(value, UUID):
        return str(value)
    text = _text(value)
    if not _identifier(text) or text.endswith("\n"):
        raise PydanticCustomError("identifier", "Input should be a ULID of 26 characters or a UUID")
    if len(text) == ULID_LENGTH:
        return text.upper()
    return str(UUID(text))


def read_instant(value: object) -> datetime:
    """Read a timestamp as an instant in UTC; without an offset it is UTC already (E5)."""
    if isinstance(value, datetime):
        return in_utc(value)
    text = _text(value)
    if not _instant(text) or text.endswith("\n"):
        raise PydanticCustomError(
            "timestamp",
            "Input should be a timestamp like 2026-01-31T09:30:00Z: YYYY-MM-DDThh:mm:ss (or a space for the T), "
            "up to 9 decimals, then Z, an offset like +02:00, or nothing for UTC",
        )
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise PydanticCustomError(
            "timestamp_calendar", "Input is no day of the calendar: {reason}", {"reason": str(error)}
        ) from None
    return in_utc(instant)


def write_instant(instant: datetime) -> str:
    """Write an instant in UTC with `Z`, six decimals only when they are not zero (S16)."""
    return instant.replace(tzinfo=None).isoformat() + "Z"


def read_project_uuid(value: object) -> UUID:
    """Read a UUID of 36 characters, hyphenated; `UUID` objects too (E8)."""
    if isinstance(value, UUID):
        return value
    text = _text(value)
    if not _hyphenated_uuid(text):
        raise PydanticCustomError("project_uuid", "Input should be a UUID of 36 characters with hyphens")
    return UUID(text)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    return value


def in_utc(instant: datetime) -> datetime:
    """Move an instant to UTC; without an offset it is UTC already. Refuses what leaves the years 1 to 9999."""
    if instant.tzinfo is UTC:
        return instant
    if instant.tzinfo is None:
        return instant.replace(tzinfo=UTC)
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError(
            "timestamp_range", "Input should be an instant within the years 1 to 9999 in UTC"
        ) from None


@dataclass(frozen=True, slots=True)
class WireFormat:
    """How a field's text is read, written and published; goes into a field's `Annotated`."""

    read: Callable[[object], Any]
    write: Callable[[Any], str] | None
    published: tuple[tuple[str, Any], ...]

    def normal(self, value: object) -> str:
        """Write a value of any accepted spelling in its normal form."""
        return (self.write or str)(self.read(value))

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate with `read`, serialise to JSON with `write`."""
        written = core_schema.to_string_ser_schema(when_used="json")
        if self.write is not None:
            written_by = core_schema.plain_serializer_function_ser_schema(self.write, when_used="json")
            return core_schema.no_info_plain_validator_function(self.read, serialization=written_by)
        return core_schema.no_info_plain_validator_function(self.read, serialization=written)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Publish the format as JSON Schema says it."""
        return {"type": "string", **dict(self.published)}


Identifier = Annotated[str, WireFormat(normalise_identifier, None, (("pattern", IDENTIFIER_PATTERN),))]
Instant = Annotated[datetime, WireFormat(read_instant, write_instant, (("pattern", INSTANT_PATTERN),))]
ProjectUuid = Annotated[
    UUID, WireFormat(read_project_uuid, str, (("format", "uuid"), ("pattern", f"^{UUID_PATTERN}$")))
]
