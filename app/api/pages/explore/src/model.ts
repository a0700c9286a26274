/** All that the page shows of one mission, worked out once when a batch is opened. */
import { displaced, type Displaced } from "./arrival";
import { makeAxis, type Axis, type AxisKind } from "./axis";
import { glyphOf, type Glyph } from "./glyphs";
import { positionOf, type History } from "./history";
import { Palette, payloadOf, peopleOf, targetKey, targetName, type People } from "./people";
import { livesOf, overlapsOf, type Life, type Overlap } from "./spans";
import { text, type Batch, type Entry, type Json } from "./types";
import { isTrouble, statusOf, titleOf, type Status } from "./words";

/** One event of the batch, with its place in the picture. */
export interface Row {
  /** Its place in the timeline of the answer, from 0. */
  place: number;
  entry: Entry;
  /** Its place in the order, from 1; 0 when it has none. */
  position: number;
  /** The position at which it is drawn. */
  anchor: number;
  status: Status;
  lane: string;
  glyph: Glyph;
  /** How far from its place it arrived: above 0 late, below 0 early. */
  by: number;
}

export interface Answer {
  position: number;
  word: string;
}

/** A warning, and what came of it. */
export interface Warning {
  id: string;
  position: number;
  kind: Overlap["kind"];
  what: string;
  people: string[];
  answers: Answer[];
}

/** Lanes of events that belong to none of the participants. */
export const MISSION = "\u0000mission";
export const STRANGERS = "\u0000strangers";
export const OUTSIDE = "\u0000outside";

export interface Model {
  name: string;
  batch: Batch;
  history: History;
  people: People;
  palette: Palette;
  rows: Row[];
  /** By position; `byPosition[0]` is empty. */
  byPosition: (Row | undefined)[];
  lives: Map<string, Life>;
  /** The rows of each lane, in the order in which they are drawn. */
  lanes: Map<string, Row[]>;
  strangers: string[];
  /** By id, in order of their first appearance. */
  warnings: Map<string, Warning>;
  overlaps: Overlap[];
  displaced: Displaced[];
  counts: Map<Status, number>;
  axes: Record<AxisKind, Axis>;
  /** The position at which the fold stopped (strict mode); 0 when it did not. */
  stoppedAt: number;
}

export function makeModel(name: string, batch: Batch, history: History): Model {
  const people = peopleOf(batch);
  const lives = livesOf(history, Object.keys(batch.roster ?? {}));
  const moved = displaced(history.ordered.map((entry) => entry.index));
  const rows = rowsOf(history, lives, new Map(moved.map((one) => [one.position, one.by])));
  const byPosition: (Row | undefined)[] = [undefined];
  for (const row of rows) if (row.position > 0) byPosition[row.position] = row;
  const warnings = warningsOf(history);
  const timestamps = history.ordered.map((entry) => entry.timestamp);
  return {
    name,
    batch,
    history,
    people,
    rows,
    byPosition,
    lives,
    warnings,
    palette: paletteOf(history),
    lanes: lanesOf(rows, lives),
    strangers: strangersOf(rows),
    overlaps: overlapsOf(lives, warnedBy(warnings)),
    displaced: moved,
    counts: countsOf(rows),
    axes: { time: makeAxis("time", timestamps), order: makeAxis("order", timestamps) },
    stoppedAt: history.mode === "strict" ? (rows.find((row) => row.status === "refused")?.position ?? 0) : 0,
  };
}

export function titleOfRow(model: Model, row: Row): string {
  return titleOf(row.entry, model.history.sent[row.entry.index], model.people);
}

export function eventOf(model: Model, row: Row): Json {
  return model.history.sent[row.entry.index] ?? null;
}

function rowsOf(history: History, lives: Map<string, Life>, moved: Map<number, number>): Row[] {
  const anchors = anchorsOf(history);
  return history.timeline.map((entry, place) => {
    const status = statusOf(entry);
    const position = positionOf(entry);
    const payload = payloadOf(history.sent[entry.index]);
    return {
      place,
      entry,
      position,
      status,
      anchor: position || (anchors[place] as number),
      lane: laneOf(entry, status, lives),
      glyph: glyphOf(entry.event_type ?? "", payload, status),
      by: moved.get(position) ?? 0,
    };
  });
}

/** Where events are drawn that have no place in the order: a copy at its first, others behind what arrived before them. */
function anchorsOf(history: History): number[] {
  const byIndex = new Map(history.timeline.map((entry) => [entry.index, positionOf(entry)]));
  const lastBefore: number[] = [];
  let last = 1;
  for (let index = 0; index < history.sent.length; index++) {
    last = byIndex.get(index) || last;
    lastBefore[index] = last;
  }
  return history.timeline.map(
    (entry) => (entry.duplicate_of !== undefined && byIndex.get(entry.duplicate_of)) || lastBefore[entry.index] || 1,
  );
}

function laneOf(entry: Entry, status: Status, lives: Map<string, Life>): string {
  if (status === "ignored" || status === "malformed" || status === "other-mission") return OUTSIDE;
  const isWarning =
    entry.event_type === "ConcurrentDriverWarning" || entry.event_type === "PotentialStepCollisionDetected";
  if (isWarning) return MISSION;
  const [who] = entry.participant_ids;
  if (who === undefined) return OUTSIDE;
  return lives.has(who) ? who : STRANGERS;
}

function lanesOf(rows: Row[], lives: Map<string, Life>): Map<string, Row[]> {
  const lanes = new Map<string, Row[]>([[MISSION, []], ...[...lives.keys()].map((id): [string, Row[]] => [id, []])]);
  lanes.set(STRANGERS, []).set(OUTSIDE, []);
  for (const row of rows) lanes.get(row.lane)?.push(row);
  for (const lane of lanes.values()) lane.sort((a, b) => a.anchor - b.anchor || a.place - b.place);
  return lanes;
}

function strangersOf(rows: Row[]): string[] {
  return [...new Set(rows.filter((row) => row.lane === STRANGERS).flatMap((row) => row.entry.participant_ids))];
}

function countsOf(rows: Row[]): Map<Status, number> {
  const counts = new Map<Status, number>();
  for (const row of rows) counts.set(row.status, (counts.get(row.status) ?? 0) + 1);
  return counts;
}

function paletteOf(history: History): Palette {
  const palette = new Palette();
  for (const entry of history.ordered) {
    if (entry.event_type !== "FocusChanged") continue;
    const target = targetKey(payloadOf(history.sent[entry.index])["focus_target"]);
    if (target !== "") palette.colourOf(target);
  }
  return palette;
}

function warningsOf(history: History): Map<string, Warning> {
  const known = new Map<string, Warning>();
  history.ordered.forEach((entry, index) => {
    const payload = payloadOf(history.sent[entry.index]);
    const position = index + 1;
    const didSomething = entry.changes.length > 0;
    const id = text(payload, "warning_id");
    if (entry.event_type === "ConcurrentDriverWarning" || entry.event_type === "PotentialStepCollisionDetected") {
      const isDrive = entry.event_type === "ConcurrentDriverWarning";
      const what = isDrive ? targetKey(payload["focus_target"]) : text(payload, "step_id");
      const people = entry.participant_ids;
      const was = known.get(id);
      if (didSomething && was === undefined) {
        known.set(id, { id, position, kind: isDrive ? "drive" : "step", what, people, answers: [] });
      }
    } else if (entry.event_type === "WarningAcknowledged" && didSomething) {
      known.get(id)?.answers.push({ position, word: text(payload, "acknowledgement") });
    } else if (entry.event_type === "DecisionCaptured" && didSomething) {
      known.get(text(payload, "referenced_warning_id"))?.answers.push({ position, word: "decided" });
    }
  });
  return known;
}

function warnedBy(warnings: Map<string, Warning>): (what: string, people: string[]) => boolean {
  const about = new Map<string, Set<string>[]>();
  for (const warning of warnings.values()) {
    const key = `${warning.kind} ${warning.what}`;
    about.set(key, [...(about.get(key) ?? []), new Set(warning.people)]);
  }
  return (what, people) =>
    (about.get(what) ?? []).some((named) => people.filter((person) => named.has(person)).length > 1);
}

/** The overlaps without a warning in the batch. */
export function unwarned(model: Model): Overlap[] {
  return model.overlaps.filter((overlap) => !overlap.isWarned);
}

export function overlapTitle(model: Model, overlap: Overlap): string {
  const what = overlap.kind === "drive" ? targetName(overlap.what) : overlap.what;
  const names = overlap.people.map((id) => model.people.get(id)?.name ?? id);
  const who = names.length > 2 ? `${names.length} participants` : names.join(" and ");
  return `${who} ${overlap.kind === "drive" ? "drive" : "run"} ${what}`;
}

/** Positions worth a look, in order: trouble, and where an overlap without a warning begins. */
export function troubleOf(model: Model): number[] {
  const places = model.rows.filter((row) => isTrouble(row.status)).map((row) => row.anchor);
  return [...new Set([...places, ...unwarned(model).map((overlap) => overlap.from)])].sort((a, b) => a - b);
}
