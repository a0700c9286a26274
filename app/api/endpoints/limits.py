"""`GET /limits`: what this deployment accepts, made of the settings that are marked as limits and of nothing else."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, create_model

from app.settings import LIMITS, Settings


def _published() -> dict[str, Any]:
    fields = Settings.model_fields
    return {name: (fields[name].annotation, Field(description=fields[name].description)) for name in LIMITS}


Limits: Final[type[BaseModel]] = create_model(
    "Limits",
    __config__=ConfigDict(frozen=True),
    __doc__="Everything that bounds what a caller may send, by the names of the settings without their prefix.",
    __module__=__name__,
    **_published(),
)


def limits_in_force(settings: Settings) -> BaseModel:
    """List the limits of one service."""
    return Limits.model_validate({name: getattr(settings, name) for name in LIMITS})
