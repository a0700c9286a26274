/** The part of the axis that is in sight, and the way from positions to pixels. */
import { firstAtOrAfter, type Axis } from "./axis";
import type { Model, Row } from "./model";
import type { Life } from "./spans";

export interface Sight {
  axis: Axis;
  /** The part of the line from 0 to 1 that is in sight. */
  from: number;
  to: number;
  /** Pixels of that part. */
  width: number;
}

const COPY_OFFSET = 13;

export function xOf(sight: Sight, position: number): number {
  return toPixels(sight, sight.axis.xs[position] ?? 1);
}

/** Where an event is drawn: a copy stands beside its first. */
export function markX(sight: Sight, row: Row): number {
  return xOf(sight, row.anchor) + (row.status === "duplicate" ? COPY_OFFSET : 0);
}

export function toPixels(sight: Sight, x: number): number {
  return ((x - sight.from) / (sight.to - sight.from)) * sight.width;
}

export function toAxis(sight: Sight, pixels: number): number {
  return sight.from + (pixels / sight.width) * (sight.to - sight.from);
}

/** Where a span ends: at its event, or beyond the right edge while it lasts. */
export function endOf(sight: Sight, to: number): number {
  return to === 0 ? Math.max(sight.width, toPixels(sight, 1)) + 20 : xOf(sight, to);
}

/** Those of whom there is neither a time on the mission nor an event in sight. */
export function absentOf(model: Model, sight: Sight): string[] {
  const isHere = (life: Life): boolean =>
    life.tracks.some((track) => xOf(sight, track.from) < sight.width && endOf(sight, track.to) > 0) ||
    inSight(model.lanes.get(life.id) ?? [], sight).length > 0;
  return [...model.lives.values()].filter((life) => !isHere(life)).map((life) => life.id);
}

/** The rows of a lane that are in sight; rows are in order of their anchors. */
export function inSight(rows: readonly Row[], sight: Sight): Row[] {
  const margin = (20 / sight.width) * (sight.to - sight.from);
  const first = firstAtOrAfter(sight.axis, sight.from - margin);
  const last = firstAtOrAfter(sight.axis, sight.to + margin);
  return rows.slice(lowerBound(rows, first), lowerBound(rows, last));
}

function lowerBound(rows: readonly Row[], anchor: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as Row).anchor < anchor) low = middle + 1;
    else high = middle;
  }
  return low;
}
