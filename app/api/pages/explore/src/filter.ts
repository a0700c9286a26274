/** Search and filters: what does not match is dimmed, nothing jumps. */
import { eventOf, titleOfRow, type Model, type Row } from "./model";
import { payloadOf } from "./people";
import type { Status } from "./words";

export type Kept = Status | "late";

export interface Filter {
  query: string;
  who: string;
  type: string;
  kept: Kept[];
}

export const NO_FILTER: Filter = { query: "", who: "", type: "", kept: [] };

export function isFiltering(filter: Filter): boolean {
  return filter.query.trim() !== "" || filter.who !== "" || filter.type !== "" || filter.kept.length > 0;
}

const haystacks = new WeakMap<Row, string>();

/** One mark for each row of the timeline, 1 where it matches; null when nothing is filtered. */
export function matching(model: Model, filter: Filter): Uint8Array | null {
  if (!isFiltering(filter)) return null;
  const words = filter.query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const kept = new Set(filter.kept);
  return Uint8Array.from(model.rows, (row) => Number(fits(model, row, filter, kept, words)));
}

function fits(model: Model, row: Row, filter: Filter, kept: Set<Kept>, words: string[]): boolean {
  if (filter.who !== "" && !row.entry.participant_ids.includes(filter.who)) return false;
  if (filter.type !== "" && row.entry.event_type !== filter.type) return false;
  if (kept.size > 0 && !kept.has(row.status) && !(kept.has("late") && row.by > 0)) return false;
  if (words.length === 0) return true;
  const haystack = haystackOf(model, row);
  return words.every((word) => haystack.includes(word));
}

function haystackOf(model: Model, row: Row): string {
  const known = haystacks.get(row);
  if (known !== undefined) return known;
  const { entry } = row;
  const texts = Object.values(payloadOf(eventOf(model, row))).filter((value) => typeof value === "string");
  const all = [
    titleOfRow(model, row),
    entry.event_type,
    entry.event_id,
    entry.code,
    ...entry.participant_ids,
    ...texts,
  ];
  const made = all.join(" ").toLowerCase();
  haystacks.set(row, made);
  return made;
}
