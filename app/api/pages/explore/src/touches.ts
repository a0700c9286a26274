/**
 * Says which entries of the state a change touches.
 *
 * Changes name places (`/active_drivers/0`); people ask for entries (`/active_drivers/p-ada`). Sets are told by
 * member, warnings by their id, lists by index, all else by key. Steps in flight have no key that stays: their
 * entries carry the position of their start.
 */
import { member, pointer, tokens } from "./patch";
import { isObject, text, type Change, type Json, type JsonObject } from "./types";

export interface Touch {
  entry: string;
  kind: "add" | "remove" | "replace";
  before: Json;
  after: Json;
}

type Reader = (path: string[], change: Change, state: JsonObject) => Touch[];

const READERS: Record<string, Reader> = {
  participants: ofMap,
  departed_participants: ofMap,
  presence: ofMap,
  focus_by_participant: ofMap,
  active_drivers: ofSet,
  participants_by_focus: ofGroups,
  active_executions: ofGroups,
  linked_sessions: ofLists,
  warnings: ofWarnings,
  decisions: ofList,
  comments: ofList,
  anomalies: ofList,
};

/** The entries that a change touches, told from the state before it. */
export function touched(change: Change, state: JsonObject): Touch[] {
  const path = tokens(change.path);
  const reader = READERS[path[0] ?? ""];
  return reader ? reader(path, change, state) : [];
}

function ofMap(path: string[], change: Change, state: JsonObject): Touch[] {
  const [field = "", key = ""] = path;
  const before = at(state, field, key);
  const entry = pointer(field, key);
  if (path.length === 2) return [{ entry, kind: change.op, before, after: change.value ?? null }];
  return [{ entry, kind: "replace", before, after: withMember(before, path.slice(2), change) }];
}

function ofSet(path: string[], change: Change, state: JsonObject): Touch[] {
  const [field = "", index = "0"] = path;
  return ofMember([field], change, at(state, field, index));
}

function ofMember(prefix: string[], change: Change, before: Json): Touch[] {
  const name = (value: Json): string => pointer(...prefix, String(value));
  const after = change.value ?? null;
  const touches: Touch[] = [];
  if (change.op !== "add") touches.push({ entry: name(before), kind: "remove", before, after: null });
  if (change.op !== "remove") touches.push({ entry: name(after), kind: "add", before: null, after });
  return touches;
}

function ofGroups(path: string[], change: Change, state: JsonObject): Touch[] {
  const [field = "", key = "", index] = path;
  if (index !== undefined) return ofMember([field, key], change, at(state, field, key, index));
  const before = change.op === "add" ? [] : items(at(state, field, key));
  const gone = before.flatMap((value) => ofMember([field, key], { op: "remove", path: "" }, value));
  const come = items(change.value ?? []).flatMap((value) =>
    ofMember([field, key], { op: "add", path: "", value }, null),
  );
  return [...gone, ...come];
}

function ofLists(path: string[], change: Change, state: JsonObject): Touch[] {
  const [field = "", key = "", token] = path;
  const old = items(at(state, field, key));
  if (token === undefined) {
    return items(change.value ?? []).map((after, index) => ({
      entry: pointer(field, key, index),
      kind: "add",
      before: null,
      after,
    }));
  }
  const index = token === "-" ? old.length : Number(token);
  return [
    { entry: pointer(field, key, index), kind: change.op, before: old[index] ?? null, after: change.value ?? null },
  ];
}

function ofList(path: string[], change: Change, state: JsonObject): Touch[] {
  const [field = "", token = "-"] = path;
  const list = items(at(state, field));
  const index = token === "-" ? list.length : Number(token);
  const before = change.op === "add" ? null : (list[index] ?? null);
  return [{ entry: pointer(field, index), kind: change.op, before, after: change.value ?? null }];
}

function ofWarnings(path: string[], change: Change, state: JsonObject): Touch[] {
  const [field = "", index = "0", part, who] = path;
  const before = change.op === "add" && part === undefined ? null : at(state, field, index);
  const id = text(before ?? change.value, "warning_id");
  const entry = pointer(field, id);
  if (part === "acknowledgements" && who !== undefined) {
    const answer = isObject(before) ? (before["acknowledgements"] ?? null) : null;
    const was = isObject(answer) ? (answer[who] ?? null) : null;
    return [{ entry: `${entry}${pointer(part, who)}`, kind: change.op, before: was, after: change.value ?? null }];
  }
  if (part !== undefined) {
    return [{ entry, kind: "replace", before, after: withMember(before, path.slice(2), change) }];
  }
  const answers =
    isObject(change.value) && isObject(change.value["acknowledgements"]) ? change.value["acknowledgements"] : {};
  return [
    { entry, kind: change.op, before, after: change.value ?? null },
    ...Object.entries(answers).map(([id_, after]): Touch => ({
      entry: `${entry}${pointer("acknowledgements", id_)}`,
      kind: "add",
      before: null,
      after,
    })),
  ];
}

function at(state: JsonObject, ...path: string[]): Json {
  let place: Json = state;
  for (const token of path) {
    if (isObject(place) && !Object.hasOwn(place, token)) return null;
    if (place === null || typeof place !== "object") return null;
    place = member(place, token);
  }
  return place;
}

function items(value: Json): Json[] {
  return Array.isArray(value) ? value : [];
}

function withMember(before: Json, path: string[], change: Change): Json {
  const [name, deeper] = path;
  if (!isObject(before) || name === undefined || deeper !== undefined) return before;
  return { ...before, [name]: change.value ?? null };
}
