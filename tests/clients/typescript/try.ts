// What a TypeScript user does with the generated client, against the service at the address given.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";

import type { components, paths } from "../generated/service.js";
import { type Mission, take } from "./intake.js";
import { type CollaborationEvent, type Event, beats, created, drives, joined, looks, told } from "./mission.js";

const baseUrl = process.argv[2];
assert(baseUrl, "the service's address is missing");
const service = createClient<paths>({ baseUrl });

const mission: CollaborationEvent[] = [
  joined(1, "p-lea"),
  joined(2, "p-tom"),
  drives(3, "p-lea"),
  looks(4, "p-lea"),
  looks(5, "p-tom"),
];

async function reduces(): Promise<void> {
  const events: Event[] = [...mission, created(9)];
  const { data, error, response } = await service.POST("/reduce", { body: { events } });
  assert(data, error?.detail);
  const drivers: string[] = data.active_drivers;
  assert.deepEqual(drivers, ["p-lea"]);
  assert.deepEqual(data.participants_by_focus["wp:WP07"], ["p-lea", "p-tom"]);
  assert.equal(data.event_count, mission.length);
  assert.match(response.headers.get("Repr-Digest") ?? "", /^sha-256=:.+:$/);
}

async function reducesLines(): Promise<void> {
  const { data, error } = await service.POST("/reduce", {
    params: { query: { mode: "permissive", ordered: true } },
    body: mission.map((event) => JSON.stringify(event)).join("\n"),
    bodySerializer: (lines) => lines as string,
    headers: { "Content-Type": "application/x-ndjson" },
  });
  assert(data, error?.detail);
  assert.equal(data.event_count, mission.length);
}

async function isRefused(): Promise<void> {
  const { data, error } = await service.POST("/reduce", { body: { events: [...mission, drives(6, "p-nobody")] } });
  assert(!data && error);
  const code: components["schemas"]["ProblemCode"] = error.code;
  assert.equal(code, "unknown-participant");
  assert.equal(error.participant_id, "p-nobody");
  assert.equal(error.errors?.[0]?.pointer, "/events/5/payload/participant_id");
}

async function admits(): Promise<void> {
  const first = await service.POST("/admit", { body: { events: mission.slice(0, 3) } });
  assert(first.data, first.error?.detail);
  const next = await service.POST("/admit", {
    body: { checkpoint: first.data.checkpoint, events: [...mission.slice(2), drives(6, "p-tom"), drives(7, "p-nobody")] },
  });
  assert(next.data, next.error?.detail);
  assert.deepEqual([next.data.accepted, next.data.duplicate, next.data.pending], [3, 1, 1]);
  const pending = next.data.results.find((result) => result.verdict === "pending");
  assert.equal(pending?.code, "unknown-participant");
  const altered = await service.POST("/admit", { body: { checkpoint: "mine", events: [] } });
  assert.equal(altered.error?.code, "bad-checkpoint");
  assert(next.data.state);
  await advises(next.data.state);
}

async function advises(state: components["schemas"]["ReducedCollaborationState"]): Promise<void> {
  const { data, error } = await service.POST("/advise", { body: { state } });
  assert(data, error?.detail);
  const [advisory] = data.advisories;
  assert(advisory?.event_type === "ConcurrentDriverWarning");
  assert.equal(advisory.payload.focus_target.target_id, "WP07");
}

async function validates(): Promise<void> {
  const payload = { mission_id: "search-rework", participant_id: "p-lea", intent: "maybe" };
  const { data } = await service.POST("/validate", { body: { event_type: "DriveIntentSet", payload } });
  assert(data && !data.valid);
  const [violation] = data.model_violations;
  assert.deepEqual([violation?.field, violation?.input_value], ["intent", "maybe"]);
}

async function validatesABatch(): Promise<void> {
  const { data } = await service.POST("/validate/batch", {
    params: { query: { report: "invalid" } },
    body: { events: [...mission, { nonsense: true }] },
  });
  assert(data);
  assert.deepEqual([data.total, data.invalid], [mission.length + 1, 1]);
  assert.equal(data.results[0]?.index, mission.length);
}

async function readsSchemas(): Promise<void> {
  const index = await service.GET("/schemas");
  assert(typeof index.data === "object"); // browsers get a page
  assert(index.data.schemas.some((schema) => schema.event_type === "DriveIntentSet"));
  const schema = await service.GET("/schemas/{type}", { params: { path: { type: "DriveIntentSet" } } });
  assert.deepEqual(schema.data?.required, ["mission_id", "participant_id", "intent"]);
  const none = await service.GET("/schemas/{type}", { params: { path: { type: "DriveIntent" } } });
  assert.equal(none.error?.code, "unknown-schema");
}

async function takesBatchesIn(): Promise<void> {
  const mission: Mission = { id: "search-rework", checkpoint: null, state: null, held: new Map(), waiting: new Map(), dead: [] };
  const verdicts = () => Object.fromEntries([...mission.held].map(([id, kept]) => [Number(id.slice(-4)), kept.result.verdict]));
  await take(service, mission, [joined(1, "p-lea"), drives(3, "p-tom"), drives(9_000_000, "p-lea")]);
  assert.deepEqual(verdicts(), { 1: "accepted", 3: "pending" });
  assert.deepEqual([mission.waiting.size, mission.dead.length], [1, 0]);
  for (let clock = 10; clock < 2_200; clock += 730) {
    const batch = Array.from({ length: 730 }, (_, place) => beats(clock + place, "p-lea"));
    await take(service, mission, batch);
    await take(service, mission, batch); // the answer got lost
  }
  assert.equal(verdicts()[3], "rejected"); // the horizon has passed it
  await take(service, mission, [joined(2, "p-tom")]); // late: the mission is rebuilt
  assert.equal(verdicts()[3], "accepted");
  assert.deepEqual(mission.state?.active_drivers, ["p-tom"]);
  const accepted = [...mission.held.values()].filter((kept) => kept.result.verdict === "accepted").map((kept) => kept.event);
  const { data, error } = await service.POST("/reduce", { body: { events: accepted } });
  assert(data, error?.detail);
  assert.deepEqual(data, mission.state);
}

for (const story of [reduces, reducesLines, isRefused, admits, takesBatchesIn, validates, validatesABatch, readsSchemas]) {
  await story();
  console.log(`  ${story.name}`);
}
console.log(`  ${mission.map(told).join(", ")}`);
