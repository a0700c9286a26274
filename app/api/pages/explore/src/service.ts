/** Asks the service that this page comes from. Addresses are relative, so that a prefix of a proxy stays. */
import { isObject, text, type Batch, type Explanation, type Json, type Mode, type Problem } from "./types";

/** The service answered with an error. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

export interface Story {
  name: string;
  title: string;
  about: string;
}

export async function explain(batch: Batch, mode: Mode, key: string, signal?: AbortSignal): Promise<Explanation> {
  const request: Record<string, Json> = { events: batch.events, mode };
  if (batch.roster !== null) request["roster"] = batch.roster;
  if (batch.missionId !== null) request["mission_id"] = batch.missionId;
  const response = await ask("explain", key, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
    signal: signal ?? null,
  });
  return (await response.json()) as Explanation;
}

export async function stories(key: string): Promise<Story[]> {
  const told = (await (await ask("stories", key)).json()) as Json;
  const list = isObject(told) ? told["stories"] : told;
  return (Array.isArray(list) ? list : []).map((story) => ({
    name: text(story, "name"),
    title: text(story, "title") || text(story, "name"),
    about: text(story, "about") || text(story, "description") || text(story, "summary"),
  }));
}

export async function story(name: string, key: string): Promise<Blob> {
  return (await ask(`stories/${encodeURIComponent(name)}`, key)).blob();
}

async function ask(path: string, key: string, how: RequestInit = {}): Promise<Response> {
  const headers = { Accept: "application/json", ...(how.headers as Record<string, string> | undefined) };
  const keyed = key === "" ? headers : { ...headers, "X-API-Key": key };
  const response = await fetch(path, { ...how, headers: keyed, credentials: "same-origin" });
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  const told = (await response.json().catch(() => null)) as Json;
  const errors = isObject(told) && Array.isArray(told["errors"]) ? told["errors"].filter(isObject) : [];
  return {
    status: response.status,
    code: text(told, "code"),
    title: text(told, "title") || `The service answered ${response.status}`,
    detail: text(told, "detail") || response.statusText,
    errors: errors.map((error) => ({
      message: text(error, "message"),
      ...(typeof error["pointer"] === "string" ? { pointer: error["pointer"] } : {}),
      ...(typeof error["parameter"] === "string" ? { parameter: error["parameter"] } : {}),
      ...(typeof error["line"] === "number" ? { line: error["line"] } : {}),
    })),
  };
}
