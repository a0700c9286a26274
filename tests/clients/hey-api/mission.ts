// The same mistake with the client that @hey-api/openapi-ts generates: it does not compile either.

import { reduceEvents } from "../generated/hey-api/index.js";
import type { Event } from "../generated/hey-api/index.js";

const joined: Event = {
  event_type: "ParticipantJoined",
  event_id: "01JS0000000000000000000001",
  aggregate_id: "mission/search-rework",
  timestamp: "2026-03-02T10:00:01.250000+00:00",
  node_id: "backend-7",
  project_uuid: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  correlation_id: "01JQ7Z3M5X9K2V4T6B8C0D1E2F",
  payload: {
    mission_id: "search-rework",
    participant_id: "p-lea",
    participant_identity: { participant_id: "p-lea", participant_type: "human" },
  },
};

// @ts-expect-error the contract knows no such participant type
export const MISTAKE: Event = { ...joined, payload: { ...joined.payload, participant_identity: { participant_id: "p-lea", participant_type: "robot" } } };

export async function drivers(baseUrl: string): Promise<string[]> {
  const { data, error } = await reduceEvents({ baseUrl, body: { events: [joined, { event_type: "MissionCreated" }] } });
  if (data === undefined) throw new Error(error?.detail);
  return data.active_drivers;
}
