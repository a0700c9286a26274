import assert from "node:assert/strict";
import { test } from "node:test";
import { readLink, START, writeLink, type Place } from "../src/link";

test("a place is read back as it was written", () => {
  const place: Place = {
    story: "late leave",
    mode: "strict",
    at: 22,
    event: 57,
    entry: "/participants_by_focus/file:a~1b/p-1",
    axis: "order",
    tab: "table",
    filter: { query: "füße & more", who: "p-1", type: "FocusChanged", kept: ["anomaly", "late"] },
  };
  assert.deepEqual(readLink(writeLink(place)), place);
});

test("what is as it is at the start does not lengthen the address", () => {
  assert.equal(writeLink(START), "");
  assert.equal(writeLink({ ...START, at: 3 }), "#at=3");
});

test("nonsense in an address is passed over", () => {
  assert.deepEqual(readLink("#at=-3&event=x&mode=lenient&axis=7"), START);
});
