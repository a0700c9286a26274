"""The request and response bodies; what is read here is what OpenAPI publishes.

A batch's events are generic: `ReduceRequest[Event]` is published, `ReduceRequest[Any]` is what a body is first
read as, so that each event can be judged by itself.
"""

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """What every body has in common: it is read strictly, and its members are documented where they stand."""

    model_config = ConfigDict(frozen=True, strict=True, use_attribute_docstrings=True)


class Request(Body):
    """A request, whose members are all known."""

    model_config = ConfigDict(extra="forbid")
