import assert from "node:assert/strict";
import { test } from "node:test";
import { layOut, joined } from "../src/detail";
import { matching, NO_FILTER } from "../src/filter";
import { MISSION, OUTSIDE, STRANGERS, titleOfRow, troubleOf, unwarned, type Model, type Row } from "../src/model";
import { overlapsOf, type Life } from "../src/spans";
import { stateGroups } from "../src/stateview";
import { whyOf } from "../src/why";
import { statusText } from "../src/words";
import { model } from "./mission";

function words(made: Model, position: number): string {
  const row = made.byPosition[position] as Row;
  return whyOf(made, row)
    .flat()
    .map((part) =>
      typeof part === "string"
        ? part
        : "strong" in part
          ? part.strong
          : "event" in part
            ? `#${part.event}`
            : part.problem,
    )
    .join("");
}

test("lanes hold those who joined; strangers and what is not folded have lines of their own", async () => {
  const made = await model();
  assert.deepEqual([...made.lives.keys()], ["p-mira", "p-quill", "p-jon", "p-noor"]);
  assert.deepEqual(
    made.lanes.get(STRANGERS)?.map((row) => row.position),
    [17],
  );
  assert.deepEqual(
    made.lanes.get(MISSION)?.map((row) => row.position),
    [16],
  );
  assert.deepEqual(
    made.lanes.get(OUTSIDE)?.map((row) => row.entry.event_type),
    ["WPStatusChanged"],
  );
});

test("both drive WP02 from the focus of the second to where it stops", async () => {
  const made = await model();
  assert.deepEqual(made.overlaps, [
    { from: 15, to: 22, people: ["p-mira", "p-quill"], kind: "drive", what: "wp:WP02", isWarned: true },
  ]);
  assert.deepEqual(
    [...made.warnings.values()].map(({ position, answers }) => [position, answers.map(({ word }) => word)]),
    [[16, ["continue", "hold", "decided"]]],
  );
});

test("events are told in words", async () => {
  const made = await model();
  const titles = [2, 5, 15, 16, 18, 22, 24, 28].map((position) => titleOfRow(made, made.byPosition[position] as Row));
  assert.deepEqual(titles, [
    "Mira invites Quill",
    "Mira starts to drive",
    "Quill looks at WP02",
    "Mira and Quill drive WP02: warning",
    "Mira answers w-1: continue",
    "Quill stops driving",
    "Mira decides “Who drives WP02”: Mira drives, Quill checks",
    "Mira ends S04: success",
  ]);
  assert.equal(statusText((made.byPosition[17] as Row).entry), "anomaly: unknown-participant");
});

test("the late event says that it rewrote history, and what became redundant", async () => {
  const made = await model();
  assert.equal(made.byPosition[22]?.by, 12);
  assert.match(words(made, 22), /arrived 12 events late, behind #34\..*Because of it #27 changes nothing\./);
  assert.match(words(made, 27), /It changed nothing: the state was so already, since #22\./);
});

test("an event that was overwritten names the one that did it", async () => {
  const made = await model();
  assert.equal(words(made, 7), "It has been overwritten by #26.");
});

test("the state after an event names who is to blame, and shows what went", async () => {
  const made = await model();
  const quill = stateGroups(made, 22).find((group) => group.person === "p-quill");
  assert.deepEqual(
    quill && [...quill.rows(99), ...quill.removed].map(({ label, value, blame, fate }) => [label, value, blame, fate]),
    [
      ["looks at", "WP02", 15, ""],
      ["seen", "13:07:20", 13, ""],
      ["drives", "yes", 22, "removed"],
    ],
  );
  const later = stateGroups(made, 23).find((group) => group.person === "p-quill");
  assert.deepEqual(
    later?.rows(99).map(({ label, value, blame }) => [label, value, blame]),
    [
      ["looks at", "WP02", 15],
      ["drives", "no longer", 22],
      ["seen", "13:07:20", 13],
    ],
  );
});

test("one who leaves is still seen going, once", async () => {
  const made = await model();
  const jon = stateGroups(made, 31).find((group) => group.person === "p-jon");
  assert.equal(jon?.head?.fate, "removed");
  assert.equal(
    stateGroups(made, 32).find((group) => group.person === "p-jon"),
    undefined,
  );
});

test("of those who left, the state says what they did, and which event ended it", async () => {
  const made = await model();
  const gone = stateGroups(made, 47).find((group) => group.key === "departed");
  assert.deepEqual(
    gone?.rows(99).map(({ label, value, blame, isGone }) => [label, value, blame, isGone]),
    [
      ["left", "Quill", 46, false],
      ["drives", "no longer", 22, true],
      ["looks at", "no longer WP02", 46, true],
      ["session", "saas-12", 30, false],
    ],
  );
});

test("trouble can be walked through", async () => {
  assert.deepEqual(troubleOf(await model()), [17]);
});

test("filters join: by text, participant, type and effect", async () => {
  const made = await model();
  const found = (filter: Partial<typeof NO_FILTER>): number[] => {
    const matches = matching(made, { ...NO_FILTER, ...filter });
    return made.rows.filter((row) => matches?.[row.place] === 1).map((row) => row.position);
  };
  assert.equal(matching(made, NO_FILTER), null);
  assert.deepEqual(found({ query: "header row" }), [19, 44]);
  assert.deepEqual(found({ query: "wp05", who: "p-jon" }), [26]);
  assert.deepEqual(found({ type: "DriveIntentSet", kept: ["redundant"] }), [27]);
  assert.deepEqual(found({ kept: ["late", "anomaly"] }), [17, 22]);
});

function life(id: string, ribbons: [number, number, string][]): Life {
  return {
    id,
    tracks: [],
    ribbons: ribbons.map(([from, to, target]) => ({ from, to, target, drives: true })),
    steps: [],
    stepRows: 0,
  };
}

test("an overlap of three is one field, from the second to come to the last but one to go", () => {
  const lives = new Map([
    ["a", life("a", [[1, 9, "wp:1"]])],
    ["b", life("b", [[3, 12, "wp:1"]])],
    ["c", life("c", [[5, 0, "wp:1"]])],
    ["d", life("d", [[2, 0, "wp:2"]])],
  ]);
  assert.deepEqual(
    overlapsOf(lives, () => false).map(({ from, to, people }) => [from, to, people]),
    [[3, 12, ["a", "b", "c"]]],
  );
});

test("one ends where the other begins: no overlap", () => {
  const lives = new Map([
    ["a", life("a", [[1, 5, "wp:1"]])],
    ["b", life("b", [[5, 8, "wp:1"]])],
  ]);
  assert.deepEqual(
    overlapsOf(lives, () => false),
    [],
  );
});

test("an overlap that no warning names is told apart", async () => {
  const made = await model();
  assert.deepEqual(unwarned(made), []);
  const silent = { ...made, overlaps: made.overlaps.map((overlap) => ({ ...overlap, isWarned: false })) };
  assert.deepEqual(troubleOf(silent), [15, 17]);
});

test("with room every event has its mark, with less a line, with least a bar for many", async () => {
  const made = await model();
  const rows = (made.lanes.get("p-mira") ?? []).filter((row) => row.position > 0 && row.glyph !== "pulse");
  const at = (width: number) => layOut(rows, (row) => (row.anchor / 47) * width, width);
  assert.equal(at(2_000).marks.length, rows.length);
  assert.deepEqual([at(60).marks.length, at(60).ticks.length], [0, rows.length]);
  assert.ok(at(20).bins.length > 0 && at(20).bins.length <= 6);
});

test("trouble keeps its mark however little room there is", async () => {
  const made = await model();
  const rows = Array.from({ length: 500 }, (_, index) => ({
    ...(made.byPosition[index % 9 === 0 ? 17 : 8] as Row),
    anchor: index,
  }));
  const { marks } = layOut(rows, (row) => row.anchor / 4, 125);
  assert.equal(
    marks.reduce((sum, mark) => sum + mark.count, 0),
    56,
  );
  assert.ok(marks.every((mark) => mark.row.status === "anomaly"));
});

test("ribbons too narrow to see are joined, and the longest of them is shown", () => {
  const joinedUp = joined([
    { from: 0, to: 1, of: "a" },
    { from: 1, to: 3, of: "b" },
    { from: 3, to: 3.5, of: "c" },
    { from: 9, to: 30, of: "d" },
  ]);
  assert.deepEqual(
    joinedUp.map(({ of }) => of),
    ["b", "d"],
  );
});
