"""What can be asked of an explanation, by the service and by the command line."""

from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from mission_collaboration.contract.errors import SpecKittyEventsError
from mission_collaboration.contract.formats import Identifier, Instant
from mission_collaboration.contract.identity import Participants
from mission_collaboration.contract.model import NonEmpty
from mission_collaboration.decoding.requests import RequestReader
from mission_collaboration.explanation.explained_fold import ExplainMode
from mission_collaboration.explanation.timeline import TimelineEntry

E = TypeVar("E")


class Until(BaseModel):
    """A point of a history: exactly one of the three says which."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)

    event_id: Identifier | None = None
    """Up to this event, itself included; where its id was used several times, the first of them in canonical order."""
    timestamp: Instant | None = None
    """The events whose timestamp is at or before this instant, wherever they stand in canonical order."""
    position: Annotated[int, Field(ge=0)] | None = None
    """Up to the event at this position of the canonical order, itself included."""

    @model_validator(mode="after")
    def _has_one_member(self) -> "Until":
        if sum(member is not None for member in (self.event_id, self.timestamp, self.position)) != 1:
            raise PydanticCustomError("one_member", "Exactly one of event_id, timestamp and position should be given")
        return self

    def is_at(self, entry: TimelineEntry) -> bool:
        """Whether this event of the canonical order is the one that is meant."""
        if self.position is not None:
            return entry.position == self.position
        return self.event_id is not None and entry.event_id == self.event_id


class NoSuchPointError(SpecKittyEventsError):
    """No event of the batch stands at the point that was asked for; `member` says which of `until` is meant."""

    code = "invalid-request"

    def __init__(self, until: Until) -> None:
        self.member = "event_id" if until.position is None else "position"
        meant = f"the id '{until.event_id}'" if until.position is None else f"the position {until.position}"
        super().__init__(f"No event with {meant} stands in the canonical order of this batch")


class ExplainRequest(BaseModel, Generic[E]):
    """Events of one mission, to be told what each of them did."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)

    events: list[E]
    """The events, in any order. Anything may stand here; each item is explained."""
    mode: ExplainMode | None = "permissive"
    """`permissive` or `strict` as in `/reduce`; `admit` for the rules of `/admit` with all events in one batch."""
    roster: Participants | None = None
    """Participants who have joined already: participant id → identity."""
    mission_id: NonEmpty | None = None
    """The mission; events of any other are told as such. Without it the first event that names one decides."""
    until: Until | None = None
    """The point at which `state`, `blame` and `gone` are taken; without it the end. The timeline is always whole."""


EXPLAIN_READER: Final = RequestReader(ExplainRequest[Any])
