import assert from "node:assert/strict";
import { test } from "node:test";
import { clockOf, firstAtOrAfter, lengthOf, makeAxis, nearest, ticks } from "../src/axis";

const minute = (count: number): string => new Date(Date.UTC(2026, 2, 3, 9, count)).toISOString();

test("positions stand from left to right, in order of the fold", () => {
  const axis = makeAxis("time", [0, 1, 2, 9, 10].map(minute));
  const xs = [...axis.xs.slice(1)];
  assert.deepEqual(
    xs,
    xs.toSorted((a, b) => a - b),
  );
  assert.ok((xs[0] as number) > 0 && (xs.at(-1) as number) < 1);
});

test("a pause far longer than all others is squeezed, and its length is told", () => {
  const axis = makeAxis("time", [0, 1, 2, 3, 123, 124, 125].map(minute));
  assert.deepEqual(
    axis.gaps.map(({ position, ms }) => [position, lengthOf(ms)]),
    [[4, "2 h"]],
  );
  const [gap] = axis.gaps;
  assert.ok((gap?.to ?? 1) - (gap?.from ?? 0) < 0.1);
});

test("nights of like length are all squeezed", () => {
  const days = [0, 1, 2].flatMap((day) => [0, 2, 4].map((at) => minute(day * 1440 + at)));
  assert.deepEqual(
    makeAxis("time", days).gaps.map(({ position }) => position),
    [3, 6],
  );
});

test("even pauses are no gaps, nor is a time that stands still", () => {
  assert.deepEqual(makeAxis("time", [0, 1, 2, 3].map(minute)).gaps, []);
  assert.deepEqual(makeAxis("time", [0, 0, 0, 0].map(minute)).gaps, []);
});

test("a clock far out of step is set between its neighbours", () => {
  const axis = makeAxis("time", [0, 1, 90_000, 3, 4].map(minute));
  assert.equal(clockOf(axis.instants[2] as number), "09:02:00");
  assert.deepEqual(axis.gaps, []);
});

test("the position nearest to a place is found, at the edges too", () => {
  const axis = makeAxis("order", [0, 1, 2, 3].map(minute));
  assert.deepEqual(
    [0, 0.34, 0.36, 1].map((x) => nearest(axis, x)),
    [1, 2, 2, 4],
  );
  assert.equal(firstAtOrAfter(axis, 0.5), 3);
});

test("no event and one event have an axis, too", () => {
  assert.equal(nearest(makeAxis("time", []), 0.5), 0);
  assert.equal(nearest(makeAxis("time", [minute(0)]), 0.1), 1);
});

test("labels stand at full minutes, and never closer than a label is wide", () => {
  const axis = makeAxis(
    "time",
    Array.from({ length: 60 }, (_, index) => minute(index)),
  );
  const found = ticks(axis, 0, 1, 800);
  assert.ok(found.length >= 5 && found.length <= 800 / 64);
  assert.ok(
    found.every(({ label }) => /^09:\d[05]$|^09:\d0$/.test(label)),
    String(found.map(({ label }) => label)),
  );
});

test("labels of the order count in round numbers", () => {
  const axis = makeAxis(
    "order",
    Array.from({ length: 47 }, (_, index) => minute(index)),
  );
  assert.deepEqual(
    ticks(axis, 0, 1, 400).map(({ label }) => label),
    ["#1", "#10", "#20", "#30", "#40"],
  );
});
