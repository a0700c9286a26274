import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { readFile, readText, UnreadableError } from "../src/reading";
import { SENT } from "./mission";

const EVENTS = SENT.trim()
  .split("\n")
  .map((line) => JSON.parse(line) as unknown);

test("events are read from a list, from a request, and one a line", () => {
  assert.deepEqual(readText(JSON.stringify(EVENTS)).events, EVENTS);
  assert.deepEqual(readText(SENT).events, EVENTS);
  const roster = { p1: { participant_id: "p1" } };
  const request = readText(JSON.stringify({ events: EVENTS, roster, mission_id: "m1", mode: "strict" }));
  assert.deepEqual(request, { events: EVENTS, roster, missionId: "m1" });
});

test("a mark of the byte order, empty lines and Windows line ends do no harm", () => {
  assert.deepEqual(readText(`\uFEFF${SENT.replaceAll("\n", "\r\n\r\n")}`).events, EVENTS);
});

test("one event alone is a batch of one", () => {
  assert.equal(readText(JSON.stringify(EVENTS[0])).events.length, 1);
});

test("a gzipped file is known by its first bytes, not by its name", async () => {
  const batch = await readFile(new Blob([gzipSync(SENT)]));
  assert.deepEqual(batch.events, EVENTS);
});

test("a damaged gzip file is named as such", async () => {
  const cut = gzipSync(SENT).subarray(0, 200);
  await assert.rejects(readFile(new Blob([new Uint8Array(cut)])), /gzip.*cut short or damaged/);
});

test("a line that cannot be read is named by its number", () => {
  assert.throws(
    () => readText('{"event_type": "A"}\n\n{"event_type": '),
    (error: unknown) => error instanceof UnreadableError && error.message.includes("Line 3"),
  );
});

test("what holds no events says so", () => {
  assert.throws(() => readText("  \n"), /nothing in it/);
  assert.throws(() => readText('{"rooms": []}'), /no events in it/);
  assert.throws(() => readText("7"), /no events in it/);
});
