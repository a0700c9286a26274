/** Places positions on a line from 0 to 1: evenly, or by time with idle gaps squeezed. */
import { longestRun } from "./arrival";
import { numbered } from "./words";

export type AxisKind = "time" | "order";

export interface Gap {
  /** The event before the gap, from 1. */
  position: number;
  from: number;
  to: number;
  ms: number;
}

export interface Axis {
  kind: AxisKind;
  /** Where each position stands; `xs[0]` is the start of the picture. */
  xs: Float64Array;
  /** The instant of each position, in ms; out-of-step clocks are set between their neighbours. */
  instants: Float64Array;
  gaps: Gap[];
}

const MARGIN = 0.018;
const GAP_WIDTH = 0.085;
const MOST_GAPS = 6;
/** How much of the width is shared out evenly, so that events of one second do not lie on each other. */
const EVEN_SHARE = 0.34;

export function makeAxis(kind: AxisKind, timestamps: readonly (string | null)[]): Axis {
  const instants = inStep(timestamps);
  const count = instants.length;
  const pauses = Float64Array.from({ length: Math.max(0, count - 1) }, (_, i) => at(instants, i + 1) - at(instants, i));
  const squeezed = kind === "time" ? idle(pauses) : new Set<number>();
  const widths = kind === "time" ? byTime(pauses, squeezed) : pauses.map(() => 1 / pauses.length);
  const xs = new Float64Array(count + 1);
  let x = count === 1 ? 0.5 : MARGIN;
  for (let index = 0; index < count; index++) {
    xs[index + 1] = x;
    x += (widths[index] ?? 0) * (1 - 2 * MARGIN);
  }
  const shown = kind === "time" ? squeezed : idle(pauses);
  const gaps = [...shown]
    .sort((a, b) => a - b)
    .map((index) => ({
      position: index + 1,
      from: at(xs, index + 1),
      to: at(xs, index + 2),
      ms: at(pauses, index),
    }));
  return { kind, xs, instants, gaps };
}

/** The instants along the order; where a clock runs out of step, one between its neighbours. */
function inStep(timestamps: readonly (string | null)[]): Float64Array {
  const raw = timestamps.map((timestamp) => (timestamp === null ? NaN : Date.parse(timestamp)));
  const known = raw.flatMap((instant, index) => (Number.isNaN(instant) ? [] : [index]));
  const run = longestRun(known.map((index) => raw[index] as number));
  const kept = known.filter((_, place) => run.has(place));
  const instants = Float64Array.from(raw);
  const first = kept[0] ?? -1;
  let previous = first;
  for (const next of [...kept, raw.length]) {
    const start = previous < 0 ? 0 : at(instants, Math.min(previous, next));
    const end = next < raw.length ? (raw[next] as number) : start;
    for (let index = previous + 1; index < next; index++) {
      instants[index] = start + ((end - start) * (index - previous)) / (next - previous);
    }
    previous = next;
  }
  for (let index = 0; index < first; index++) instants[index] = at(instants, first);
  return instants;
}

/** The pauses in which nothing happened for so long that they are squeezed: far longer than all others. */
function idle(pauses: Float64Array): Set<number> {
  const span = pauses.reduce((sum, pause) => sum + pause, 0);
  const longest = [...pauses.keys()].sort((a, b) => at(pauses, b) - at(pauses, a)).slice(0, MOST_GAPS + 1);
  let count = 0;
  longest.slice(0, MOST_GAPS).forEach((index, rank) => {
    const next = longest[rank + 1];
    const isFarLonger = next !== undefined && at(pauses, index) >= 3 * at(pauses, next);
    if (at(pauses, index) > 0.05 * span && isFarLonger) count = rank + 1;
  });
  return new Set(longest.slice(0, count));
}

function byTime(pauses: Float64Array, squeezed: Set<number>): Float64Array {
  const busy = pauses.reduce((sum, pause, index) => sum + (squeezed.has(index) ? 0 : pause), 0);
  const left = 1 - GAP_WIDTH * squeezed.size;
  const even = busy === 0 ? 1 : EVEN_SHARE;
  const others = pauses.length - squeezed.size;
  return pauses.map((pause, index) => {
    if (squeezed.has(index)) return GAP_WIDTH;
    return left * (even / others + (busy === 0 ? 0 : ((1 - even) * pause) / busy));
  });
}

/** The position that stands nearest to a place on the line. */
export function nearest(axis: Axis, x: number): number {
  const above = firstAtOrAfter(axis, x);
  if (above <= 1) return Math.min(1, axis.xs.length - 1);
  if (above >= axis.xs.length) return axis.xs.length - 1;
  return x - at(axis.xs, above - 1) <= at(axis.xs, above) - x ? above - 1 : above;
}

/** The first position that does not lie before a place on the line. */
export function firstAtOrAfter(axis: Axis, x: number): number {
  let low = 1;
  let high = axis.xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(axis.xs, middle) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Tick {
  x: number;
  label: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  28 * DAY,
  91 * DAY,
  365 * DAY,
];
const LEAST_DISTANCE = 64;

/** Labels for the part of the line in sight, at least a label's width apart. */
export function ticks(axis: Axis, from: number, to: number, pixels: number): Tick[] {
  const first = Math.max(1, firstAtOrAfter(axis, from) - 1);
  const last = Math.min(axis.xs.length - 1, firstAtOrAfter(axis, to));
  if (last < first) return [];
  const all = axis.kind === "time" ? timeTicks(axis, first, last, pixels) : orderTicks(axis, first, last, pixels);
  let previous = -Infinity;
  return all.filter(({ x }) => {
    const isFree = x >= from && x <= to && ((x - previous) / (to - from)) * pixels >= LEAST_DISTANCE;
    if (isFree) previous = x;
    return isFree;
  });
}

function orderTicks(axis: Axis, first: number, last: number, pixels: number): Tick[] {
  const least = (last - first + 1) / (pixels / LEAST_DISTANCE);
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least) ?? 10 * power;
  const found = first === 1 ? [{ x: at(axis.xs, 1), label: "#1" }] : [];
  for (let position = Math.ceil(first / step) * step; position <= last; position += step) {
    if (position > 1) found.push({ x: at(axis.xs, position), label: numbered(position) });
  }
  return found;
}

function timeTicks(axis: Axis, first: number, last: number, pixels: number): Tick[] {
  const inSight = axis.gaps.filter((gap) => gap.position >= first && gap.position < last);
  const squeezed = inSight.reduce((sum, gap) => sum + gap.ms, 0);
  const busy = at(axis.instants, last - 1) - at(axis.instants, first - 1) - squeezed;
  const least = busy / (pixels / 80);
  const step = STEPS.find((size) => size >= least) ?? (STEPS.at(-1) as number);
  const spansDays = at(axis.instants, last - 1) - at(axis.instants, first - 1) > DAY;
  const gapAfter = new Set(inSight.map((gap) => gap.position));
  const found: Tick[] = [];
  let day = "";
  for (let position = first; position < last; position++) {
    if (gapAfter.has(position)) continue;
    const start = at(axis.instants, position - 1);
    const end = at(axis.instants, position);
    for (let instant = Math.ceil(start / step) * step; instant < end; instant += step) {
      const share = (instant - start) / (end - start);
      const x = at(axis.xs, position) + share * (at(axis.xs, position + 1) - at(axis.xs, position));
      const today = dayOf(instant);
      const label = spansDays && today !== day ? today : clockOf(instant, step < MINUTE);
      if (step < DAY || today !== day) found.push({ x, label });
      day = today;
    }
  }
  return found;
}

export function clockOf(instant: number, withSeconds = true): string {
  return new Date(instant).toISOString().slice(11, withSeconds ? 19 : 16);
}

export function dayOf(instant: number): string {
  return new Date(instant).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}

/** A length of time in words: the two largest units. */
export function lengthOf(ms: number): string {
  const units: [string, number][] = [
    ["d", DAY],
    ["h", HOUR],
    ["min", MINUTE],
    ["s", SECOND],
  ];
  const parts: string[] = [];
  let rest = ms;
  for (const [name, size] of units) {
    const count = Math.floor(rest / size);
    if (count > 0 && parts.length < 2) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
    rest -= count * size;
  }
  return parts.join(" ") || `${Math.round(ms)} ms`;
}

function at(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}
