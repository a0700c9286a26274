"""The envelope that carries every event (contract §1)."""

from typing import Annotated, Any, Final

from pydantic import Field

from mission_collaboration.contract.formats import Identifier, Instant, ProjectUuid
from mission_collaboration.contract.model import ContractModel, NonEmpty

LARGEST_CLOCK: Final = 2**53 - 1
"""The largest integer that every JSON implementation reads exactly (E7)."""


class Event(ContractModel):
    """One event as its producer emitted it; `payload` is typed by `event_type`.

    The payload is an open mapping here: whether it fits its model is a verdict of its own, so that one bad
    payload can be named beside its neighbours instead of hiding them.
    """

    event_id: Identifier
    """ULID or UUID, unique to this event. Either case is read; kept in upper case (ULID) or lower (UUID)."""
    event_type: NonEmpty
    """A collaboration type; any other type is legal in a batch and ignored by the reducer."""
    aggregate_id: NonEmpty
    """What the event is about: for collaboration events `mission/` and the payload's `mission_id`."""
    payload: dict[str, Any] = {}
    """What happened; its members depend on `event_type`. Unknown members are ignored."""
    timestamp: Instant
    """When it happened by the producer's clock: `YYYY-MM-DDThh:mm:ss`, or a space for the `T`, up to 9 decimals
    (cut to 6), then `Z`, an offset like `+02:00`, or nothing, which means UTC."""
    node_id: NonEmpty
    """The process that emitted the event; not a participant."""
    lamport_clock: Annotated[int, Field(ge=0, le=LARGEST_CLOCK)] | None = None
    """The producer's logical clock, 0 to 2^53 - 1: the first key of the canonical order. Events without one are
    unclocked and come first; 0 is a clock."""
    project_uuid: ProjectUuid
    """The project, as a UUID of 36 characters with hyphens."""
    correlation_id: Identifier
    """Ties the events of one run together: for collaboration events the ULID of the mission run."""
    causation_id: Identifier | None = None
    """The event or command that caused this one."""
    project_slug: str | None = None
    """The project's readable name."""
    schema_version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")] = "1.0.0"
    """The version of the envelope's schema that the producer wrote."""
    data_tier: Annotated[int, Field(ge=0, le=4)] = 0
    """How far the event may travel, 0 (local) to 4 (public)."""
    build_id: str | None = None
    """The build that emitted the event; not part of its content (R31)."""
