/** A mission of 47 events, as it was sent and as the service explained it. */
import { readFileSync } from "node:fs";
import { makeHistory, type History } from "../src/history";
import { makeModel, type Model } from "../src/model";
import { readText } from "../src/reading";
import type { Batch, Explanation } from "../src/types";

export const SENT = readFileSync("test/mission.ndjson", "utf-8");
export const BATCH: Batch = readText(SENT);
export const EXPLANATION = JSON.parse(readFileSync("test/mission.explained.json", "utf-8")) as Explanation;

export function history(): Promise<History> {
  return makeHistory(EXPLANATION, BATCH);
}

export async function model(): Promise<Model> {
  return makeModel("mission.ndjson", BATCH, await history());
}
