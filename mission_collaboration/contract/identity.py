"""Who takes part and what they look at (contract §2)."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from mission_collaboration.contract.formats import Instant
from mission_collaboration.contract.model import ContractModel, NonEmpty

ParticipantType = Literal["human", "llm_context"]
"""The kinds of participant; a minor version of the contract extends them here and nowhere else."""


class ParticipantExternalRefs(ContractModel):
    """What other systems call a participant; at least one of the names is there (I4)."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": [name], "properties": {name: {"type": "string"}}}
                for name in ("slack_user_id", "slack_team_id", "teamspace_member_id")
            ]
        }
    )

    slack_user_id: NonEmpty | None = None
    """The participant's user id in Slack."""
    slack_team_id: NonEmpty | None = None
    """The Slack workspace of that user."""
    teamspace_member_id: NonEmpty | None = None
    """The participant's member id in a teamspace."""

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if self.slack_user_id is None and self.slack_team_id is None and self.teamspace_member_id is None:
            raise PydanticCustomError(
                "no_external_ref", "Input should have slack_user_id, slack_team_id or teamspace_member_id"
            )
        return self


class ParticipantIdentity(ContractModel):
    """A participant of a mission. The SaaS creates participants when someone joins (I1)."""

    participant_id: NonEmpty
    """The participant's id in this mission. Only the SaaS creates ids."""
    participant_type: ParticipantType
    """`human` for a person, `llm_context` for a session of an LLM agent."""
    display_name: str | None = None
    """The name to show; never an identifier."""
    session_id: str | None = None
    """The session that this participant works in, if there is one."""
    external_refs: ParticipantExternalRefs | None = None
    """What other systems call this participant."""


class AuthPrincipalBinding(ContractModel):
    """The authenticated principal behind a participant (I2)."""

    auth_principal_id: NonEmpty
    """The principal, as the identity provider knows it."""
    participant_id: NonEmpty
    """The participant that acts for this principal."""
    bound_at: Instant
    """When the binding was made."""


Participants = Annotated[dict[str, ParticipantIdentity], Field(fail_fast=True)]
"""Participant id → identity. The first wrong one ends the reading, since each would make an error."""


class FocusTarget(ContractModel):
    """What a participant looks at: a work package, a step or a file (I3). Hashable."""

    target_type: Literal["wp", "step", "file"]
    """`wp` for a work package, `step` for a prompt step, `file` for a path."""
    target_id: NonEmpty
    """The id of the work package or step, or the path of the file."""
