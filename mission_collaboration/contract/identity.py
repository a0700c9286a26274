"""Who takes part and what they look at (contract §2)."""

from typing import Literal

from mission_collaboration.contract.formats import Instant
from mission_collaboration.contract.model import ContractModel, NonEmpty

ParticipantType = Literal["human", "llm_context"]
"""The kinds of participant; a minor version of the contract extends them here and nowhere else."""


class ParticipantIdentity(ContractModel):
    """A participant of a mission, as the SaaS minted it when they joined (I1)."""

    participant_id: NonEmpty
    """The id that the SaaS gave this participant for this mission; nobody else invents one."""
    participant_type: ParticipantType
    """`human` for a person, `llm_context` for a session of an LLM agent."""
    display_name: str | None = None
    """The name to show; never an identifier."""
    session_id: str | None = None
    """The session that this participant works in, where there is one."""


class AuthPrincipalBinding(ContractModel):
    """Which authenticated principal stands behind a participant (I2)."""

    auth_principal_id: NonEmpty
    """The principal, as the identity provider knows it."""
    participant_id: NonEmpty
    """The participant that acts for this principal."""
    bound_at: Instant
    """When the binding was made."""


class FocusTarget(ContractModel):
    """What a participant looks at: a work package, a step or a file (I3). Hashable."""

    target_type: Literal["wp", "step", "file"]
    """`wp` for a work package, `step` for a prompt step, `file` for a path."""
    target_id: NonEmpty
    """The id of the work package or step, or the path of the file."""
