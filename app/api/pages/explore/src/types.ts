/** What `POST /explain` takes and answers. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export type Mode = "permissive" | "strict" | "admit";

export type Effect =
  | "changed"
  | "redundant"
  | "invited"
  | "anomaly"
  | "refused"
  | "pending"
  | "not-reached"
  | "duplicate"
  | "ignored"
  | "other-mission"
  | "malformed";

/** One operation of a JSON Patch (RFC 6902). */
export interface Change {
  op: "add" | "remove" | "replace";
  path: string;
  value?: Json;
}

/** What one event of the batch did. */
export interface Entry {
  index: number;
  position: number | null;
  event_id: string | null;
  event_type: string | null;
  lamport_clock: number | null;
  timestamp: string | null;
  participant_ids: string[];
  effect: Effect;
  code?: string;
  reason?: string;
  pointer?: string;
  duplicate_of?: number;
  changes: Change[];
  superseded_by?: string[];
}

export interface Explanation {
  mission_id: string | null;
  mode: Mode;
  timeline: Entry[];
  state: JsonObject;
  blame: Record<string, string>;
  gone: Record<string, string>;
}

/** A batch as the page was given it. */
export interface Batch {
  events: Json[];
  roster: JsonObject | null;
  missionId: string | null;
}

/** An error as the service tells it (RFC 9457). */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  errors: { pointer?: string; parameter?: string; message: string; line?: number }[];
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text that a member holds, or an empty one. */
export function text(value: Json | undefined, key: string): string {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === "string" ? found : "";
}
