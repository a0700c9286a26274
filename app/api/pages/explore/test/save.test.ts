import assert from "node:assert/strict";
import { test } from "node:test";
import { makeHistory, stateAt } from "../src/history";
import { fileOf, withoutTexts, type Saved } from "../src/save";
import { BATCH, EXPLANATION } from "./mission";

const SAVED: Saved = { name: "billing <export>", batch: BATCH, explanation: EXPLANATION };
const TEXTS = ["header row", "Quill checks", "One pair of hands", "right room", "lunch"];

test("the file holds the data, and no data can end its script", () => {
  const file = fileOf({ ...SAVED, name: "</script><b>" }, "let a = '</script>'", "b{}");
  assert.equal(file.match(/<\/script>/g)?.length, 2);
  const data = /id="saved">(.*?)<\/script>/s.exec(file)?.[1] ?? "";
  assert.equal((JSON.parse(data) as Saved).name, "</script><b>");
  assert.ok(file.includes("default-src 'none'"));
});

test("without texts, nothing that people wrote is left, and names are", () => {
  const told = JSON.stringify(withoutTexts(SAVED));
  for (const words of TEXTS) assert.ok(JSON.stringify(SAVED).includes(words) && !told.includes(words), words);
  assert.ok(told.includes("Mira") && told.includes("wp:WP02") && told.includes("unknown-participant"));
});

test("a history without texts folds like the whole one", async () => {
  const bare = withoutTexts(SAVED);
  const made = await makeHistory(bare.explanation, bare.batch);
  const state = stateAt(made, made.ordered.length);
  assert.deepEqual(Object.keys(state["participants"] as object).sort(), ["p-jon", "p-mira", "p-noor"]);
  assert.deepEqual(
    (state["comments"] as { content: string }[]).map(({ content }) => content),
    ["(left out)", "(left out)", "(left out)"],
  );
});
