/**
 * Applies JSON Patches (RFC 6902) to states that share what did not change.
 *
 * A container is copied before it changes for the first time, and noted in `owned`; from then on it changes in place.
 * So a run of events costs one copy for each container that it touches, and the state before the run stays as it was.
 */
import type { Change, Json, JsonObject } from "./types";

export type Owned = Set<object>;

export function tokens(pointer: string): string[] {
  const parts = pointer.split("/").slice(1);
  return pointer.includes("~") ? parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")) : parts;
}

export function pointer(...parts: (string | number)[]): string {
  return parts.map((part) => `/${escaped(String(part))}`).join("");
}

function escaped(part: string): string {
  return /[~/]/.test(part) ? part.replaceAll("~", "~0").replaceAll("/", "~1") : part;
}

/** Applies one operation, and returns the state: the same object when it is owned. */
export function apply(state: JsonObject, change: Change, owned: Owned): JsonObject {
  const path = tokens(change.path);
  const last = path.pop();
  if (last === undefined) throw new Error("a change of the whole state is none of an event");
  const root = own(state, owned) as JsonObject;
  let place: Json = root;
  for (const token of path) {
    const child: Json = own(member(place, token), owned);
    put(place, token, child);
    place = child;
  }
  alter(place, last, change);
  return root;
}

export function member(place: Json, token: string): Json {
  if (Array.isArray(place)) return place[Number(token)] ?? null;
  if (place !== null && typeof place === "object" && Object.hasOwn(place, token)) return place[token] ?? null;
  throw new Error(`there is no ${token} to change`);
}

function own(value: Json, owned: Owned): Json {
  if (value === null || typeof value !== "object" || owned.has(value)) return value;
  // Objects without a prototype: an id may be any text, `__proto__` too.
  const copy = Array.isArray(value) ? value.slice() : Object.assign(Object.create(null) as JsonObject, value);
  owned.add(copy);
  return copy;
}

function put(place: Json, token: string, value: Json): void {
  if (Array.isArray(place)) place[Number(token)] = value;
  else (place as JsonObject)[token] = value;
}

function alter(place: Json, token: string, change: Change): void {
  const value = change.value ?? null;
  if (Array.isArray(place)) {
    const index = token === "-" ? place.length : Number(token);
    if (change.op === "add") place.splice(index, 0, value);
    else if (change.op === "remove") place.splice(index, 1);
    else place[index] = value;
  } else if (change.op === "remove") delete (place as JsonObject)[token];
  else (place as JsonObject)[token] = value;
}
