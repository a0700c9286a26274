/**
 * A mission's history: every event, every state, and which event touched what.
 *
 * Positions count from 1 here, as people count: 0 is the state before any event.
 */
import { apply, type Owned } from "./patch";
import { touched, type Touch } from "./touches";
import type { Batch, Entry, Explanation, Json, JsonObject, Mode } from "./types";

const KEYFRAME_EVERY = 500;
const LONGEST_BLOCK_MS = 12;

/** A touch of an entry, and the position of the event that did it. */
export interface Moment extends Touch {
  position: number;
}

export interface History {
  missionId: string;
  mode: Mode;
  /** Every event of the batch, as the answer lists them. */
  timeline: Entry[];
  /** The events that have a place in the order; `ordered[0]` stands at position 1. */
  ordered: Entry[];
  /** The events as they were sent, by index. */
  sent: Json[];
  /** What the event at a position touched; `touches[0]` is empty. */
  touches: Moment[][];
  /** Every touch of an entry, oldest first. */
  byEntry: Map<string, Moment[]>;
  /** By `event_id`: the position of the event that has it first. */
  positions: Map<string, number>;
  keyframes: JsonObject[];
}

/** The state of no events, as the changes of a timeline start from it. */
export function emptyState(roster: JsonObject | null): JsonObject {
  return {
    mission_id: "",
    participants: roster ?? {},
    departed_participants: {},
    presence: {},
    active_drivers: [],
    focus_by_participant: {},
    participants_by_focus: {},
    warnings: [],
    decisions: [],
    comments: [],
    active_executions: {},
    linked_sessions: {},
    anomalies: [],
  };
}

/** Folds the changes of an explanation, a block at a time so that the page stays awake. */
export async function makeHistory(
  explanation: Explanation,
  batch: Batch,
  progress: (done: number, total: number) => void = () => {},
): Promise<History> {
  const ordered = explanation.timeline.filter((entry) => entry.position !== null && entry.effect !== "duplicate");
  const history: History = {
    missionId: explanation.mission_id ?? "",
    mode: explanation.mode,
    timeline: explanation.timeline,
    ordered,
    sent: batch.events,
    touches: [[]],
    byEntry: new Map(),
    positions: new Map(),
    keyframes: [],
  };
  let state = { ...emptyState(batch.roster), mission_id: batch.missionId ?? "" } as JsonObject;
  let owned: Owned = new Set();
  let blockStart = performance.now();
  for (const [index, entry] of ordered.entries()) {
    if (index % KEYFRAME_EVERY === 0) {
      history.keyframes.push(state);
      owned = new Set();
    }
    state = fold(history, state, entry, index + 1, owned);
    if (performance.now() - blockStart > LONGEST_BLOCK_MS) {
      progress(index + 1, ordered.length);
      await breath();
      blockStart = performance.now();
    }
  }
  if (history.keyframes.length === 0) history.keyframes.push(state);
  return history;
}

function fold(history: History, state: JsonObject, entry: Entry, position: number, owned: Owned): JsonObject {
  const moments: Moment[] = [];
  for (const change of entry.changes) {
    for (const touch of touched(change, state)) {
      const moment = { ...touch, position };
      const known = history.byEntry.get(touch.entry);
      if (known) known.push(moment);
      else history.byEntry.set(touch.entry, [moment]);
      moments.push(moment);
    }
    state = apply(state, change, owned);
  }
  history.touches.push(moments);
  if (entry.event_id !== null && !history.positions.has(entry.event_id)) {
    history.positions.set(entry.event_id, position);
  }
  return state;
}

function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** The state after the event at a position. */
export function stateAt(history: History, position: number): JsonObject {
  const frame = Math.min(Math.floor(position / KEYFRAME_EVERY), history.keyframes.length - 1);
  let state = history.keyframes[frame] as JsonObject;
  const owned: Owned = new Set();
  for (const entry of history.ordered.slice(frame * KEYFRAME_EVERY, position)) {
    for (const change of entry.changes) state = apply(state, change, owned);
  }
  return state;
}

/** The touches of an entry up to a position, oldest first: the last one is to blame. */
export function touchesUpTo(history: History, entry: string, position: number): Moment[] {
  const all = history.byEntry.get(entry) ?? [];
  return all.slice(0, countUpTo(all, position));
}

/** The last touch of an entry up to a position. */
export function blameAt(history: History, entry: string, position: number): Moment | undefined {
  const all = history.byEntry.get(entry);
  return all?.[countUpTo(all, position) - 1];
}

function countUpTo(moments: readonly Moment[], position: number): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle] as Moment).position <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where an event stands in the order, from 1; 0 when it has no place. */
export function positionOf(entry: Entry): number {
  return entry.position === null || entry.effect === "duplicate" ? 0 : entry.position + 1;
}
