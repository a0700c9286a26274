"""What a Python user does with the generated client, against the service at the address given."""

import io
import json
import sys
from collections.abc import Callable
from uuid import UUID

from mission_collaboration_client import Client
from mission_collaboration_client.api.events import reduce_events, validate_batch, validate_payload
from mission_collaboration_client.api.health import get_liveness
from mission_collaboration_client.api.live_loop import admit_events, advise_on_state
from mission_collaboration_client.api.schemas import get_schema, list_schemas
from mission_collaboration_client.models import (
    AdmissionVerdict,
    AdmitAnswer,
    AdmitRequest,
    Advice,
    AdviseRequest,
    BatchVerdict,
    CollaborationEventType,
    ConcurrentDriverWarningAdvisory,
    ConformanceResult,
    DriveIntent,
    DriveIntentSetEvent,
    DriveIntentSetPayload,
    FocusChangedEvent,
    FocusChangedPayload,
    FocusTarget,
    Health,
    JsonSchema,
    Mode,
    OtherEvent,
    OtherEventPayload,
    ParticipantIdentity,
    ParticipantJoinedEvent,
    ParticipantJoinedPayload,
    ParticipantType,
    ProblemCode,
    ProblemDetails,
    ReducedCollaborationState,
    ReduceRequest,
    Roster,
    SchemaIndex,
    TargetType,
    ValidateBatchReport,
    ValidateBatchRequest,
    ValidateRequest,
)
from mission_collaboration_client.types import File

MISSION = "search-rework"
PROJECT = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
RUN = "01JQ7Z3M5X9K2V4T6B8C0D1E2F"
Event = ParticipantJoinedEvent | DriveIntentSetEvent | OtherEvent


def person(participant_id: str) -> ParticipantIdentity:
    return ParticipantIdentity(participant_id=participant_id, participant_type=ParticipantType.HUMAN)


def joined(clock: int, participant_id: str) -> ParticipantJoinedEvent:
    return ParticipantJoinedEvent(
        event_id=f"01JS000000{clock:016d}",
        event_type="ParticipantJoined",
        aggregate_id=f"mission/{MISSION}",
        payload=ParticipantJoinedPayload(
            mission_id=MISSION, participant_id=participant_id, participant_identity=person(participant_id)
        ),
        timestamp=f"2026-03-02T10:00:{clock:02d}Z",
        node_id="backend-7",
        lamport_clock=clock,
        project_uuid=PROJECT,
        correlation_id=RUN,
    )


def drives(clock: int, participant_id: str) -> DriveIntentSetEvent:
    return DriveIntentSetEvent(
        event_id=f"01JS000000{clock:016d}",
        event_type="DriveIntentSet",
        aggregate_id=f"mission/{MISSION}",
        payload=DriveIntentSetPayload(mission_id=MISSION, participant_id=participant_id, intent=DriveIntent.ACTIVE),
        timestamp=f"2026-03-02T10:00:{clock:02d}Z",
        node_id="backend-7",
        lamport_clock=clock,
        project_uuid=PROJECT,
        correlation_id=RUN,
    )


def created(clock: int) -> OtherEvent:
    event = OtherEvent.from_dict(drives(clock, "p-lea").to_dict() | {"event_type": "MissionCreated"})
    event.payload = OtherEventPayload.from_dict({"title": "Search, again"})
    return event


def looks(clock: int, participant_id: str) -> FocusChangedEvent:
    payload = FocusChangedPayload(
        mission_id=MISSION,
        participant_id=participant_id,
        focus_target=FocusTarget(target_type=TargetType.WP, target_id="WP07"),
    )
    return FocusChangedEvent.from_dict(
        drives(clock, participant_id).to_dict() | {"event_type": "FocusChanged", "payload": payload.to_dict()}
    )


OVERLAP = [looks(5, "p-lea"), looks(6, "p-tom"), drives(7, "p-tom")]
HISTORY: list[Event] = [joined(1, "p-lea"), joined(2, "p-tom"), drives(3, "p-lea"), created(4)]


def reduces(client: Client) -> None:
    answer = reduce_events.sync_detailed(client=client, body=ReduceRequest(events=[*HISTORY]))
    state = answer.parsed
    assert isinstance(state, ReducedCollaborationState), answer.content
    assert (state.active_drivers, state.event_count) == (["p-lea"], 3)
    assert state.participants["p-tom"].participant_type is ParticipantType.HUMAN
    assert answer.headers["repr-digest"].startswith("sha-256=:")


def reduces_with_a_roster(client: Client) -> None:
    roster = Roster.from_dict({"p-lea": person("p-lea").to_dict()})
    body = ReduceRequest(events=[drives(3, "p-lea")], mode=Mode.STRICT, roster=roster)
    state = reduce_events.sync(client=client, body=body)
    assert isinstance(state, ReducedCollaborationState)
    assert state.active_drivers == ["p-lea"]


def reduces_lines(client: Client) -> None:
    lines = "\n".join(json.dumps(event.to_dict()) for event in HISTORY)
    body = File(payload=io.BytesIO(lines.encode()))
    state = reduce_events.sync(client=client, body=body, mode=Mode.PERMISSIVE, ordered=True)
    assert isinstance(state, ReducedCollaborationState)
    assert state.event_count == 3


def is_refused(client: Client) -> None:
    problem = reduce_events.sync(client=client, body=ReduceRequest(events=[*HISTORY, drives(6, "p-nobody")]))
    assert isinstance(problem, ProblemDetails)
    assert problem.code is ProblemCode.UNKNOWN_PARTICIPANT
    assert problem.participant_id == "p-nobody"
    assert isinstance(problem.errors, list)
    assert problem.errors[0].pointer == "/events/4/payload/participant_id"


def admits(client: Client) -> None:
    first = admit_events.sync(client=client, body=AdmitRequest(events=[*HISTORY]))
    assert isinstance(first, AdmitAnswer)
    assert (first.accepted, first.ignored) == (3, 1)
    more = AdmitRequest(checkpoint=first.checkpoint, events=[HISTORY[2], *OVERLAP, drives(9, "p-nobody")])
    next_ = admit_events.sync(client=client, body=more)
    assert isinstance(next_, AdmitAnswer)
    assert [admitted.verdict for admitted in next_.results] == [
        AdmissionVerdict.DUPLICATE,
        *[AdmissionVerdict.ACCEPTED] * len(OVERLAP),
        AdmissionVerdict.PENDING,
    ]
    assert next_.results[-1].code == "unknown-participant"
    assert isinstance(next_.state, ReducedCollaborationState)
    advises(client, next_.state)


def advises(client: Client, state: ReducedCollaborationState) -> None:
    advice = advise_on_state.sync(client=client, body=AdviseRequest(state=state))
    assert isinstance(advice, Advice)
    [advisory] = advice.advisories
    assert isinstance(advisory, ConcurrentDriverWarningAdvisory)
    assert advisory.payload.participant_ids == ["p-lea", "p-tom"]


def validates(client: Client) -> None:
    request = ValidateRequest(event_type=CollaborationEventType.DRIVE_INTENT_SET, payload={"intent": "maybe"})
    verdict = validate_payload.sync(client=client, body=request)
    assert isinstance(verdict, ConformanceResult)
    assert not verdict.valid
    found = {violation.field: violation.input_value for violation in verdict.model_violations}
    assert found == {"mission_id": None, "participant_id": None, "intent": "maybe"}


def validates_a_batch(client: Client) -> None:
    body = ValidateBatchRequest(events=[*HISTORY, {"nonsense": True}])
    verdict = validate_batch.sync(client=client, body=body, report=ValidateBatchReport.INVALID)
    assert isinstance(verdict, BatchVerdict)
    assert (verdict.total, verdict.invalid, verdict.results[0].index) == (5, 1, 4)


def reads_schemas(client: Client) -> None:
    index = list_schemas.sync(client=client)
    assert isinstance(index, SchemaIndex)
    assert "DriveIntentSet" in [entry.event_type for entry in index.schemas]
    schema = get_schema.sync("DriveIntentSet", client=client)
    assert isinstance(schema, JsonSchema)
    assert schema.required == ["mission_id", "participant_id", "intent"]
    problem = get_schema.sync("DriveIntent", client=client)
    assert isinstance(problem, ProblemDetails)
    assert problem.code is ProblemCode.UNKNOWN_SCHEMA


def asks_after_health(client: Client) -> None:
    assert isinstance(get_liveness.sync(client=client), Health)


STORIES: list[Callable[[Client], None]] = [
    reduces,
    reduces_with_a_roster,
    reduces_lines,
    is_refused,
    admits,
    validates,
    validates_a_batch,
    reads_schemas,
    asks_after_health,
]

if __name__ == "__main__":
    service = Client(base_url=sys.argv[1], raise_on_unexpected_status=True)
    for story in STORIES:
        story(service)
        print(f"  {story.__name__}")
