import assert from "node:assert/strict";
import { test } from "node:test";
import { blameAt, makeHistory, stateAt, touchesUpTo } from "../src/history";
import { apply } from "../src/patch";
import { tokens } from "../src/patch";
import type { Batch, Change, Entry, Explanation, JsonObject } from "../src/types";
import { BATCH, EXPLANATION, history } from "./mission";

const COUNTED = new Set(["event_count", "last_processed_event_id"]);

function plain(state: JsonObject): unknown {
  return JSON.parse(JSON.stringify(state, (key, value: unknown) => (COUNTED.has(key) ? undefined : value)));
}

test("the patches of all events make the state that the service answers with", async () => {
  const made = await history();
  assert.deepEqual(plain(stateAt(made, made.ordered.length)), plain(EXPLANATION.state));
});

test("the last touch of every entry is the one that the service blames", async () => {
  const made = await history();
  for (const [entry, id] of Object.entries(EXPLANATION.blame)) {
    const blame = blameAt(made, entry, made.ordered.length);
    assert.equal(made.ordered[(blame?.position ?? 0) - 1]?.event_id, id, entry);
    assert.notEqual(blame?.kind, "remove", entry);
  }
  for (const [entry, id] of Object.entries(EXPLANATION.gone)) {
    const blame = blameAt(made, entry, made.ordered.length);
    assert.equal(made.ordered[(blame?.position ?? 0) - 1]?.event_id, id, entry);
    assert.equal(blame?.kind, "remove", entry);
  }
});

test("before and after the event that stops it, the agent drives and does not", async () => {
  const made = await history();
  assert.deepEqual(stateAt(made, 21)["active_drivers"], ["p-mira", "p-quill"]);
  assert.deepEqual(stateAt(made, 22)["active_drivers"], ["p-mira"]);
  const touches = touchesUpTo(made, "/active_drivers/p-quill", 22).map(({ position, kind }) => [position, kind]);
  assert.deepEqual(touches, [
    [10, "add"],
    [22, "remove"],
  ]);
  assert.deepEqual(touchesUpTo(made, "/active_drivers/p-quill", 21).length, 1);
});

test("position 0 is the state before any event", async () => {
  assert.deepEqual(stateAt(await history(), 0)["participants"], {});
});

test("a long history has the same states from its keyframes as from its start", async () => {
  const count = 1_700;
  const timeline = Array.from({ length: count }, (_, index): Entry => ({
    index,
    position: index,
    event_id: `e${index}`,
    event_type: "CommentPosted",
    lamport_clock: index,
    timestamp: "2026-03-03T13:00:00Z",
    participant_ids: ["p1"],
    effect: "changed",
    changes: [
      { op: "add", path: `/comments/${index}`, value: { comment_id: `c${index}` } },
      { op: index === 0 ? "add" : "replace", path: "/presence/p1", value: `t${index}` },
    ],
  }));
  const batch: Batch = { events: [], roster: null, missionId: "m1" };
  const explanation: Explanation = { mission_id: "m1", mode: "permissive", timeline, state: {}, blame: {}, gone: {} };
  const made = await makeHistory(explanation, batch);
  for (const position of [0, 1, 499, 500, 501, 999, 1_000, 1_234, count]) {
    const state = stateAt(made, position);
    assert.equal((state["comments"] as unknown[]).length, position);
    assert.deepEqual((state["presence"] as JsonObject)["p1"], position === 0 ? undefined : `t${position - 1}`);
  }
});

test("a change leaves the state before it as it was", () => {
  const before: JsonObject = { drivers: ["a", "c"], by: { "x/y": { z: 1 } } };
  const change = (op: Change["op"], path: string, value?: JsonObject[string]): Change => ({
    op,
    path,
    ...(value === undefined ? {} : { value }),
  });
  const after = [
    change("add", "/drivers/1", "b"),
    change("replace", "/by/x~1y/z", 2),
    change("remove", "/drivers/0"),
  ].reduce((state, one) => apply(state, one, new Set()), before);
  assert.deepEqual(JSON.parse(JSON.stringify(after)), { drivers: ["b", "c"], by: { "x/y": { z: 2 } } });
  assert.deepEqual(before, { drivers: ["a", "c"], by: { "x/y": { z: 1 } } });
});

test("an id like __proto__ is a key like any other", () => {
  const state = apply({ presence: {} }, { op: "add", path: "/presence/__proto__", value: "t" }, new Set());
  assert.deepEqual(Object.keys(state["presence"] as JsonObject), ["__proto__"]);
  assert.equal(({} as { t?: string }).t, undefined);
});

test("pointers are read back as they were written", () => {
  assert.deepEqual(tokens("/participants_by_focus/file:a~1b~0c/p1"), ["participants_by_focus", "file:a/b~c", "p1"]);
});

test("the roster is there before the first event", async () => {
  const roster = { p1: { participant_id: "p1", display_name: "Mira" } };
  const made = await makeHistory({ ...EXPLANATION, timeline: [] }, { ...BATCH, roster });
  assert.deepEqual(stateAt(made, 0)["participants"], roster);
});
