// Events of a small mission, typed by the generated client: a wrong field here does not compile.

import type { components } from "../generated/service.js";

type Schemas = components["schemas"];
export type Event = Schemas["Event"];
export type CollaborationEvent = Schemas["CollaborationEvent"];
type Target = Schemas["FocusTarget"];

const MISSION = "search-rework";
const WORK_PACKAGE: Target = { target_type: "wp", target_id: "WP07" };

function envelope(clock: number) {
  return {
    event_id: `01JS000000${String(clock).padStart(16, "0")}`,
    aggregate_id: `mission/${MISSION}`,
    timestamp: new Date(Date.UTC(2026, 2, 2, 10) + 1_000 * (clock % 100_000)).toISOString(),
    node_id: "backend-7",
    lamport_clock: clock,
    project_uuid: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    correlation_id: "01JQ7Z3M5X9K2V4T6B8C0D1E2F",
  };
}

export function joined(clock: number, participant: string): Schemas["ParticipantJoinedEvent"] {
  return {
    ...envelope(clock),
    event_type: "ParticipantJoined",
    payload: {
      mission_id: MISSION,
      participant_id: participant,
      participant_identity: { participant_id: participant, participant_type: "human" },
    },
  };
}

export function drives(clock: number, participant: string): Schemas["DriveIntentSetEvent"] {
  return {
    ...envelope(clock),
    event_type: "DriveIntentSet",
    payload: { mission_id: MISSION, participant_id: participant, intent: "active" },
  };
}

export function beats(clock: number, participant: string): Schemas["PresenceHeartbeatEvent"] {
  return {
    ...envelope(clock),
    event_type: "PresenceHeartbeat",
    payload: { mission_id: MISSION, participant_id: participant },
  };
}

export function looks(clock: number, participant: string): Schemas["FocusChangedEvent"] {
  return {
    ...envelope(clock),
    event_type: "FocusChanged",
    payload: { mission_id: MISSION, participant_id: participant, focus_target: WORK_PACKAGE },
  };
}

export function created(clock: number): Schemas["OtherEvent"] {
  return { ...envelope(clock), event_type: "MissionCreated", payload: { title: "Search, again" } };
}

// The discriminator narrows: in each branch the payload is that of the type.
export function told(event: CollaborationEvent): string {
  switch (event.event_type) {
    case "ParticipantJoined":
      return `${event.payload?.participant_identity.participant_id} joins`;
    case "DriveIntentSet":
      return `${event.payload?.participant_id} drives: ${event.payload?.intent}`;
    case "FocusChanged":
      return `${event.payload?.participant_id} looks at ${event.payload?.focus_target.target_id}`;
    default:
      return event.event_type;
  }
}

// @ts-expect-error the contract knows no such intent
export const MISTAKE: Schemas["DriveIntentSetPayload"] = { mission_id: MISSION, participant_id: "p-lea", intent: "maybe" };

// Neither does it as one event of a batch: other types are no way around the contract's own.
// @ts-expect-error the contract knows no such intent
export const MISTAKE_IN_A_BATCH: Event = { ...envelope(1), event_type: "DriveIntentSet", payload: { mission_id: MISSION, participant_id: "p-lea", intent: "maybe" } };

// A type that the document does not name is as welcome to the service; the cast says that it is meant.
export const UNNAMED: Event = { event_type: "DeploymentFinished" } as unknown as Schemas["OtherEvent"];
