import assert from "node:assert/strict";
import { test } from "node:test";
import { displaced, longestRun } from "../src/arrival";

test("in order, nothing is displaced", () => {
  assert.deepEqual(displaced([0, 1, 2, 5, 9]), []);
});

test("one late event is told by how many it came late, and the others are not", () => {
  // The second in order arrived last, behind the one at position 5.
  assert.deepEqual(displaced([0, 4, 1, 2, 3]), [{ position: 2, arrivedAt: 5, by: 3 }]);
});

test("one early event does not make all others late", () => {
  // The last in order arrived first.
  assert.deepEqual(displaced([1, 2, 3, 4, 0]), [{ position: 5, arrivedAt: 1, by: -4 }]);
});

test("two late events are both told", () => {
  assert.deepEqual(
    displaced([0, 5, 1, 6, 2, 3, 4]).map(({ position, by }) => [position, by]),
    [
      [2, 4],
      [4, 3],
    ],
  );
});

test("the longest run of equal values is all of them", () => {
  assert.equal(longestRun([3, 3, 3]).size, 3);
  assert.deepEqual([...longestRun([9, 1, 2, 8, 3])].sort(), [1, 2, 4]);
});
