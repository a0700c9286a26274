"""The published JSON Schemas (contract §7), read from the committed files beside this module."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from jsonschema_rs import Draft202012Validator
from pydantic import BaseModel

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.identity import (
    AuthPrincipalBinding,
    FocusTarget,
    ParticipantExternalRefs,
    ParticipantIdentity,
)
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.state import ReducedCollaborationState

MASKED_INPUT: Final = "value"
"""What stands for the data in a message, so that no verdict repeats what was sent."""


def schema_name(model: type[BaseModel]) -> str:
    """Name the schema file of a model: `DriveIntentSetPayload` → `drive_intent_set_payload`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()


_models: tuple[type[BaseModel], ...] = (
    ParticipantIdentity,
    AuthPrincipalBinding,
    FocusTarget,
    *PAYLOAD_MODELS.values(),
    Event,
    ReducedCollaborationState,
    ParticipantExternalRefs,
)
PUBLISHED_MODELS: Final[Mapping[str, type[BaseModel]]] = MappingProxyType(
    {schema_name(model): model for model in _models}
)
"""Schema name → model: the 17 of the contract, then the envelope, the state and the external references."""


def schema_text(name: str) -> bytes:
    """Read a published schema as it is committed and shipped."""
    return files(__package__).joinpath(f"{name}.schema.json").read_bytes()


@cache
def schema_document(model: type[BaseModel]) -> dict[str, Any]:
    """Read the published schema of a model as a JSON object."""
    document: dict[str, Any] = json.loads(schema_text(schema_name(model)))
    return document


@cache
def validator(model: type[BaseModel]) -> Draft202012Validator:
    """Compile the published schema of a model, formats asserted (E16)."""
    return Draft202012Validator(schema_document(model), validate_formats=True, mask=MASKED_INPUT)
