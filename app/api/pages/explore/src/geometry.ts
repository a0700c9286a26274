/** Where lanes stand, from top to bottom, in pixels. */
import { MISSION, OUTSIDE, STRANGERS, unwarned, type Model, type Row } from "./model";

export interface Box {
  id: string;
  kind: "mission" | "person" | "strangers" | "outside";
  top: number;
  height: number;
  /** Whether a person's lane shows all its rows, or is a strip. */
  full: boolean;
  /** The middle of the line of marks. */
  marks: number;
  /** The upper edge and the height of ribbons. */
  ribbon: number;
  ribbonHeight: number;
  /** The upper edge of the first row of steps. */
  steps: number;
  /** The middle of the line of heartbeats; 0 when there is none. */
  pulse: number;
}

export interface Geometry {
  boxes: Map<string, Box>;
  /** Room above the lanes, for events that arrived elsewhere. */
  arcs: number;
  height: number;
}

export const STEP_HEIGHT = 17;
export const MOST_STEP_ROWS = 3;
/** From more lanes than this on, all are strips but those that were opened. */
export const MOST_FULL_LANES = 12;
const GAP = 6;
const STRIP_GAP = 3;
const NAME_LINE = 22;
const NO_ONE: ReadonlySet<string> = new Set();

/**
 * `named` is true where names stand above their lanes, on narrow screens. There a lane of `absent`, of whom nothing
 * is in sight, is no more than its name.
 */
export function arrange(
  model: Model,
  opened: ReadonlySet<string>,
  named: boolean,
  absent: ReadonlySet<string> = NO_ONE,
): Geometry {
  const boxes = new Map<string, Box>();
  const arcs = model.displaced.length > 0 ? 42 : 10;
  let top = arcs;
  const add = (box: Box): void => {
    boxes.set(box.id, box);
    top = box.top + box.height + (box.full ? GAP : STRIP_GAP);
  };
  const line = named ? NAME_LINE : 0;
  if (model.warnings.size > 0 || unwarned(model).length > 0 || rowsOf(model, MISSION).length > 0) {
    add(plain(MISSION, "mission", top, line, 30));
  }
  const areAllFull = model.lives.size <= MOST_FULL_LANES;
  for (const id of model.lives.keys()) {
    if (absent.has(id)) add({ ...strip(id, top, 0), height: NAME_LINE });
    else add(areAllFull || opened.has(id) ? fullLane(model, id, top, line) : strip(id, top, line));
  }
  if (rowsOf(model, STRANGERS).length > 0) add(plain(STRANGERS, "strangers", top + 2, line, 28));
  if (rowsOf(model, OUTSIDE).length > 0) add(plain(OUTSIDE, "outside", top + 2, line, 28));
  return { boxes, arcs, height: top };
}

function rowsOf(model: Model, lane: string): Row[] {
  return model.lanes.get(lane) ?? [];
}

function plain(id: string, kind: Box["kind"], top: number, line: number, height: number): Box {
  const middle = top + line + height / 2;
  return {
    id,
    kind,
    top,
    height: height + line,
    full: true,
    marks: middle,
    ribbon: middle,
    ribbonHeight: 0,
    steps: middle,
    pulse: 0,
  };
}

function fullLane(model: Model, id: string, top: number, line: number): Box {
  const life = model.lives.get(id);
  const marks = top + line + 15;
  let next = marks + 14;
  const ribbon = next;
  if ((life?.ribbons.length ?? 0) > 0) next += 22;
  const steps = next + 4;
  const rows = Math.min(MOST_STEP_ROWS, life?.stepRows ?? 0);
  if (rows > 0) next = steps + rows * STEP_HEIGHT - 2;
  const hasPulse = rowsOf(model, id).some((row) => row.glyph === "pulse");
  const pulse = hasPulse ? next + 13 : 0;
  if (hasPulse) next += 21;
  return {
    id,
    kind: "person",
    top,
    height: Math.max(next + 5 - top, 40 + line),
    full: true,
    marks,
    ribbon,
    ribbonHeight: 21,
    steps,
    pulse,
  };
}

function strip(id: string, top: number, line: number): Box {
  const start = top + line;
  return {
    id,
    kind: "person",
    top,
    height: 30 + line,
    full: false,
    marks: start + 21,
    ribbon: start + 3,
    ribbonHeight: 9,
    steps: start,
    pulse: 0,
  };
}

/** The height at which an event of a lane is drawn. */
export function markHeight(box: Box, row: Row): number {
  if (row.glyph === "pulse" && box.pulse > 0) return box.pulse;
  return box.marks;
}
