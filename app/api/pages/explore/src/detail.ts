/** Levels of detail: how the events of a lane are drawn, by the room that each of them has. */
import type { Row } from "./model";
import { isTrouble } from "./words";

const MARK_FROM = 14; // pixels an event
const TICK_FROM = 3;
const MARK_WIDTH = 13;
/** What a mark needs that stands for several and says how many. */
const COUNTED_WIDTH = 30;
const BIN_WIDTH = 4;

export interface PlacedMark {
  row: Row;
  x: number;
  /** How many events the mark stands for. */
  count: number;
}

export interface Bin {
  x: number;
  /** 0 to 1, on a logarithmic scale. */
  height: number;
}

export interface Layout {
  marks: PlacedMark[];
  /** Where a short line stands for an event. */
  ticks: number[];
  bins: Bin[];
}

/** Events that keep a mark of their own at every level of detail. */
function isKept(row: Row): boolean {
  return isTrouble(row.status) || row.glyph === "warn";
}

/**
 * Lays out the events of one lane that are in sight.
 *
 * `rows` are in order of their place; `xOf` gives pixels. `width` is the room for all of them.
 */
export function layOut(rows: readonly Row[], xOf: (row: Row) => number, width: number): Layout {
  const room = width / Math.max(1, rows.length);
  const layout: Layout = { marks: [], ticks: [], bins: [] };
  const free = new Array<Row>();
  const kept = new Array<Row>();
  for (const row of rows) (isKept(row) ? kept : free).push(row);
  const taken = placeKept(kept, xOf, layout);
  if (room >= MARK_FROM) placeMarks(free, xOf, taken, layout);
  else if (room >= TICK_FROM) layout.ticks = free.map(xOf);
  else layout.bins = binned(free.map(xOf));
  return layout;
}

function placeKept(kept: Row[], xOf: (row: Row) => number, layout: Layout): number[] {
  const close = gathered(kept, xOf, MARK_WIDTH);
  layout.marks = close.length === kept.length ? close : gathered(kept, xOf, COUNTED_WIDTH);
  return layout.marks.map((mark) => mark.x);
}

function gathered(kept: Row[], xOf: (row: Row) => number, width: number): PlacedMark[] {
  const marks: PlacedMark[] = [];
  for (const row of kept) {
    const x = xOf(row);
    const last = marks.at(-1);
    if (last !== undefined && x - last.x < width) last.count += 1;
    else marks.push({ row, x, count: 1 });
  }
  return marks;
}

function placeMarks(rows: Row[], xOf: (row: Row) => number, taken: number[], layout: Layout): void {
  let last = -Infinity;
  let next = 0;
  for (const row of rows) {
    const x = xOf(row);
    while (next < taken.length && (taken[next] as number) < x - MARK_WIDTH) next += 1;
    const isFree = x - last >= MARK_WIDTH - 1 && Math.abs((taken[next] ?? Infinity) - x) >= MARK_WIDTH - 3;
    if (isFree) {
      layout.marks.push({ row, x, count: 1 });
      last = x;
    } else layout.ticks.push(x);
  }
}

function binned(xs: number[]): Bin[] {
  const counts = new Map<number, number>();
  for (const x of xs) {
    const bin = Math.floor(x / BIN_WIDTH);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const most = Math.log1p(Math.max(1, ...counts.values()));
  return [...counts].map(([bin, count]) => ({ x: bin * BIN_WIDTH, height: Math.log1p(count) / most }));
}

/** A stretch of a lane in pixels. */
export interface Stretch<T> {
  from: number;
  to: number;
  of: T;
}

/** Joins stretches that are too narrow to see: of those in one bin, the longest is drawn. */
export function joined<T>(stretches: readonly Stretch<T>[], least = 2.5): Stretch<T>[] {
  const found: Stretch<T>[] = [];
  let bin: Stretch<T> | null = null;
  let longest = 0;
  for (const stretch of stretches) {
    const width = stretch.to - stretch.from;
    if (width >= least) {
      if (bin) found.push(bin);
      bin = null;
      found.push(stretch);
    } else if (bin !== null && stretch.from - bin.from < BIN_WIDTH) {
      bin.to = Math.max(bin.to, stretch.to);
      if (width > longest) {
        longest = width;
        bin.of = stretch.of;
      }
    } else {
      if (bin) found.push(bin);
      bin = { ...stretch, to: Math.max(stretch.to, stretch.from + 1.5) };
      longest = width;
    }
  }
  if (bin) found.push(bin);
  return found;
}
