"""What can be asked of an explanation, by the service and by the command line."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.model import NonEmpty
from mission_collaboration.explanation.explained_fold import Mode
from mission_collaboration.explanation.until import Until

E = TypeVar("E")


class ExplainRequest(BaseModel, Generic[E]):
    """Events of one mission, to be told what each of them did."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)

    events: list[E]
    """The events, in any order. Anything may stand here; each item is explained."""
    mode: Mode | None = "permissive"
    """`permissive` or `strict` as in `/reduce`; `admit` for the rules of `/admit` with all events in one batch."""
    roster: dict[str, ParticipantIdentity] | None = None
    """Participants who have joined already: participant id → identity."""
    mission_id: NonEmpty | None = None
    """The mission; events of any other are told as such. Without it the first event that names one decides."""
    until: Until | None = None
    """The point at which `state`, `blame` and `gone` are taken; without it the end. The timeline is always whole."""
