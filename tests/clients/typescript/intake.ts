// A backend's intake for one mission, with a Map in place of each table. Events of other types are kept elsewhere.

import type { Client } from "openapi-fetch";

import type { components, paths } from "../generated/service.js";

type Schemas = components["schemas"];
type Event = Schemas["CollaborationEvent"];
type Verdict = Pick<Schemas["Admitted"], "verdict" | "code" | "detail" | "pointer">;
export type Kept = { event: Event; result: Verdict };

export interface Mission {
  readonly id: string;
  checkpoint: string | null;
  state: Schemas["ReducedCollaborationState"] | null;
  readonly held: Map<string, Kept>; // accepted, pending, and rejected for what a late event may yet change
  readonly waiting: Map<string, Kept>; // to be sent again with the next batch
  readonly dead: Kept[];
}

const CLOCK_GATE = 1_000_000;
const PAGE = 1_000;
const NOT_FINAL = new Set(["clock-jump", "too-many-pending", "checkpoint-too-large", "state-too-large"]);
const SETTLED = new Set(["unknown-participant", "departed-participant", "unknown-warning", "unmatched-completion"]);

// Run this in one transaction, with the mission's row locked. A batch that comes again changes nothing.
export async function take(service: Client<paths>, mission: Mission, batch: readonly Event[]): Promise<void> {
  const fresh = batch.filter((event) => !mission.held.has(event.event_id));
  const again = [...mission.waiting.values()].map((kept) => kept.event);
  const late = await admit(service, mission, [...fresh, ...again], CLOCK_GATE);
  if (late.length > 0) await rebuild(service, mission, late);
}

async function admit(service: Client<paths>, mission: Mission, events: Event[], gate: number | null): Promise<Event[]> {
  const { data, error } = await service.POST("/admit", {
    body: { mission_id: mission.id, checkpoint: mission.checkpoint, events, max_clock_step: gate },
  });
  if (!data?.state) throw new Error(error?.detail ?? "no answer"); // roll back; a 503 is sent again after Retry-After
  const late: Event[] = [];
  for (const result of data.results) {
    const event = events[result.index];
    if (!event) continue;
    if (result.code === "late-event") late.push(event);
    else write(mission, event, result);
  }
  for (const result of data.revised) {
    const kept = mission.held.get(result.event_id);
    if (kept) kept.result = result; // what a late event has changed about an earlier one
  }
  mission.checkpoint = data.checkpoint;
  mission.state = data.state;
  return late;
}

function write(mission: Mission, event: Event, result: Verdict): void {
  const id = event.event_id;
  if (result.verdict === "accepted" || result.verdict === "pending" || SETTLED.has(result.code ?? "")) {
    mission.held.set(id, { event, result });
  } else if (NOT_FINAL.has(result.code ?? "")) {
    mission.waiting.set(id, { event, result });
    return;
  } else if (result.verdict === "rejected") {
    mission.dead.push({ event, result });
  }
  mission.waiting.delete(id);
}

// The way back in for events before the horizon: the whole history once more, in canonical order, from no checkpoint.
async function rebuild(service: Client<paths>, mission: Mission, late: readonly Event[]): Promise<void> {
  const events = new Map([...mission.held].map(([id, kept]) => [id, kept.event]));
  for (const event of late) events.set(event.event_id, event);
  const history = [...events.values()].sort(inCanonicalOrder);
  mission.checkpoint = null;
  for (let start = 0; start < history.length; start += PAGE) {
    await admit(service, mission, history.slice(start, start + PAGE), null);
  }
}

function inCanonicalOrder(one: Event, other: Event): number {
  const clocks = (one.lamport_clock ?? -1) - (other.lamport_clock ?? -1); // unclocked events come first
  const times = Date.parse(one.timestamp) - Date.parse(other.timestamp); // milliseconds; sort by microseconds in SQL
  return clocks || times || (one.event_id < other.event_id ? -1 : 1);
}
