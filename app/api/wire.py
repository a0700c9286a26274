"""The request and response bodies; what is read here is what OpenAPI publishes.

A batch's events are generic: `ReduceRequest[Event]` is published, `ReduceRequest[Any]` is what a body is first
read as, so that each event can be judged by itself.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from app.api.problems import Absent, ProblemDetails
from app.contract.identity import ParticipantIdentity
from app.contract.payloads import PAYLOAD_MODELS
from app.reducer.fold import Mode

E = TypeVar("E")


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, use_attribute_docstrings=True)


class _Request(_Body):
    model_config = ConfigDict(extra="forbid")


class ReduceRequest(_Request, Generic[E]):
    """Events of one mission, and how to fold them."""

    events: list[E]
    """The events, in any order; duplicates and other event types are legal."""
    mode: Mode = "strict"
    """`strict` refuses the first event that breaks a rule; `permissive` records anomalies and goes on."""
    roster: dict[str, ParticipantIdentity] | None = None
    """Participants who have joined already: participant id → identity."""


class ValidateBatchRequest(_Request, Generic[E]):
    """Events to judge, each by itself; whatever they are."""

    events: list[E]
    """The events; anything at all is judged."""


class ValidateRequest(_Body):
    """One payload to judge. Other members of an event may stand beside the two and are not read."""

    event_type: Annotated[str, Field(json_schema_extra={"enum": list(PAYLOAD_MODELS)})]
    """One of the 14 collaboration event types."""
    payload: Any
    """The payload, any JSON value."""


class Violation(_Body):
    """Something wrong with one event of a batch."""

    layer: Literal["model", "schema", "mapping"]
    """Which judge says so: the model, the JSON Schema, or the canonical mapping (M1-M3)."""
    pointer: str
    """Where in the body as sent."""
    code: str
    """The kind of violation, stable."""
    message: str
    """What was expected."""
    line: int | None = None
    """The line of an NDJSON body, which `pointer` then points into."""


class EventVerdict(_Body):
    """The verdict on one event of a batch."""

    index: int
    """The event's place in the batch as sent, from 0."""
    event_id: str | None
    """The event's id as sent, where it is a string."""
    event_type: str | None
    """The event's type as sent, where it is a string."""
    valid: bool
    """True when no judge has anything to say."""
    violations: list[Violation]
    """What is wrong: ten violations at most, and none in detail after the first 1,000 invalid events."""


class BatchVerdict(_Body):
    """The verdicts on a batch, in input order."""

    valid: bool
    """True when every event is valid."""
    total: int
    """How many events there were."""
    invalid: int
    """How many of them are invalid."""
    results: list[EventVerdict]
    """A verdict for every event, or for the invalid ones alone with `?report=invalid`."""


class SchemaEntry(_Body):
    """A JSON Schema that can be fetched."""

    name: str
    """The name of its file, without `.schema.json`."""
    title: str
    """The model that it describes."""
    kind: Literal["identity", "payload", "envelope", "state"]
    """What kind of model that is."""
    event_type: str | None
    """The event type whose payload it describes, for payloads."""
    href: str
    """Where to fetch it."""


class SchemaIndex(_Body):
    """Every JSON Schema of the contract."""

    contract_version: str
    """The version of the contract."""
    schemas: list[SchemaEntry]
    """The schemas, in the contract's order."""


class Health(_Body):
    """The service answers."""

    status: Literal["ok"]
    """Always `ok`; what is not ok has another status code."""


class ProblemEntry(_Body):
    """An error code that is explained."""

    code: str
    """The code, as in a problem's `code` and at the end of its `type`."""
    status: int | Absent = None
    """The HTTP status; absent for a verdict on one event within an answer of 200."""
    title: str
    """The kind of error in words."""
    href: str
    """Where it is explained."""


class ProblemIndex(_Body):
    """Every error code."""

    problems: list[ProblemEntry]
    """The codes, by status."""


class ProblemPage(_Body):
    """What an error code means, and what to do."""

    code: str
    """The code, as in a problem's `code` and at the end of its `type`."""
    status: int | Absent = None
    """The HTTP status; absent for a verdict on one event within an answer of 200."""
    title: str
    """The kind of error in words."""
    happened: str
    """What the answer says."""
    why: str
    """How it comes about, and why the service refuses rather than guesses."""
    remedy: str
    """What to do now."""
    operations: list[str]
    """The endpoints that answer with it, as method and path; empty where any of them may."""
    example: ProblemDetails | Absent = None
    """An answer with this code; absent for a verdict."""


class Start(_Body):
    """What this service is, and where to go."""

    service: str
    """Its name."""
    version: str
    """The version of the service."""
    contract_version: str
    """The version of the collaboration contract that it speaks."""
    links: dict[str, str]
    """What there is to read → its path."""
