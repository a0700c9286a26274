/** What lasts: who was on the mission, drove, looked at something, ran a step; and where two met. */
import type { History, Moment } from "./history";
import { tokens } from "./patch";
import { payloadOf, targetKey } from "./people";
import { text, type Json } from "./types";

/** From the event at `from` up to the one at `to`, which is 0 while it lasts. Position 0 is the roster. */
export interface Span {
  from: number;
  to: number;
}

export interface Ribbon extends Span {
  /** What they look at; empty for nothing. */
  target: string;
  drives: boolean;
}

export interface Step extends Span {
  step: string;
  /** `success`, `failure` or `skipped`; empty when it has not been completed. */
  outcome: string;
  row: number;
}

export interface Life {
  id: string;
  tracks: Span[];
  ribbons: Ribbon[];
  steps: Step[];
  stepRows: number;
}

/** A time in which several did the same: drove one target, or ran one step. */
export interface Overlap extends Span {
  kind: "drive" | "step";
  what: string;
  people: string[];
  /** Whether a warning of this batch names two of them. */
  isWarned: boolean;
}

interface Open {
  drives: number;
  focus: number;
  target: string;
  track: number;
  /** By step: those that run, the earliest first. */
  running: Map<string, Step[]>;
}

/** The lives of all who were ever on the mission, in order of their first appearance. */
export function livesOf(history: History, roster: readonly string[]): Map<string, Life> {
  const lives = new Map<string, Life>();
  const open = new Map<string, Open>();
  const known = (id: string): [Life, Open] => {
    const life = lives.get(id) ?? { id, tracks: [], ribbons: [], steps: [], stepRows: 0 };
    const state = open.get(id) ?? { drives: -1, focus: -1, target: "", track: -1, running: new Map() };
    lives.set(id, life);
    open.set(id, state);
    return [life, state];
  };
  for (const id of roster) known(id)[1].track = 0;
  history.touches.forEach((moments, position) => {
    for (const moment of moments) follow(history, known, moment, position);
  });
  for (const [id, life] of lives) {
    const state = open.get(id) as Open;
    if (state.track >= 0) life.tracks.push({ from: state.track, to: 0 });
    endRibbon(life, state, 0);
    life.ribbons = life.ribbons.filter((ribbon) => ribbon.to === 0 || ribbon.to > ribbon.from);
    arrange(life);
  }
  return lives;
}

function follow(history: History, known: (id: string) => [Life, Open], moment: Moment, position: number): void {
  const [field, id = "", step = ""] = tokens(moment.entry);
  if (field === "participants") {
    const [life, state] = known(id);
    if (moment.kind === "add") state.track = position;
    if (moment.kind === "remove") {
      life.tracks.push({ from: Math.max(0, state.track), to: position });
      state.track = -1;
    }
  } else if (field === "active_drivers") {
    const [life, state] = known(id);
    endRibbon(life, state, position);
    state.drives = moment.kind === "add" ? position : -1;
  } else if (field === "focus_by_participant") {
    const [life, state] = known(id);
    endRibbon(life, state, position);
    state.target = targetKey(moment.after ?? undefined);
    state.focus = moment.kind === "remove" ? -1 : position;
  } else if (field === "active_executions") {
    followStep(history, ...known(id), moment, step);
  }
}

/** A ribbon ends whenever driving or focus changes; what goes on begins a new one at that place. */
function endRibbon(life: Life, state: Open, position: number): void {
  if (state.drives < 0 && state.focus < 0) return;
  const from = Math.max(state.drives, state.focus, life.ribbons.at(-1)?.to ?? 0);
  life.ribbons.push({ from, to: position, target: state.target, drives: state.drives >= 0 });
}

function followStep(history: History, life: Life, state: Open, moment: Moment, step: string): void {
  const running = state.running.get(step) ?? [];
  state.running.set(step, running);
  if (moment.kind === "add") {
    const started = { step, from: moment.position, to: 0, outcome: "", row: 0 };
    life.steps.push(started);
    running.push(started);
    return;
  }
  const ended = running.shift();
  if (ended === undefined) return;
  ended.to = moment.position;
  const entry = history.ordered[moment.position - 1];
  if (entry?.event_type === "PromptStepExecutionCompleted") ended.outcome = outcomeOf(history.sent[entry.index]);
}

function outcomeOf(event: Json | undefined): string {
  return text(payloadOf(event), "outcome");
}

/** Sets steps that run at once into rows of their own. */
function arrange(life: Life): void {
  const free: number[] = [];
  for (const step of life.steps) {
    const end = step.to === 0 ? Infinity : step.to;
    const row = free.findIndex((until) => until <= step.from);
    step.row = row < 0 ? free.length : row;
    free[step.row] = end;
  }
  life.stepRows = free.length;
}

interface Edge {
  position: number;
  id: string;
  starts: boolean;
}

/** Finds where several drive one target or run one step at a time. */
export function overlapsOf(lives: Map<string, Life>, warned: (what: string, people: string[]) => boolean): Overlap[] {
  const edges = new Map<string, Edge[]>();
  const note = (kind: Overlap["kind"], what: string, id: string, span: Span): void => {
    const key = `${kind} ${what}`;
    const list = edges.get(key) ?? [];
    list.push({ position: span.from, id, starts: true }, { position: span.to || Infinity, id, starts: false });
    edges.set(key, list);
  };
  for (const life of lives.values()) {
    for (const ribbon of life.ribbons)
      if (ribbon.drives && ribbon.target !== "") note("drive", ribbon.target, life.id, ribbon);
    for (const step of life.steps) note("step", step.step, life.id, step);
  }
  const found: Overlap[] = [];
  for (const [key, list] of edges) {
    const kind = key.startsWith("drive ") ? "drive" : "step";
    found.push(
      ...sweep(list).map((span) => {
        const what = key.slice(kind.length + 1);
        return { ...span, kind, what, isWarned: warned(`${kind} ${what}`, span.people) } satisfies Overlap;
      }),
    );
  }
  return found.sort((a, b) => a.from - b.from);
}

function sweep(edges: Edge[]): (Span & { people: string[] })[] {
  edges.sort((a, b) => a.position - b.position || Number(a.starts) - Number(b.starts));
  const running = new Map<string, number>();
  const found: (Span & { people: string[] })[] = [];
  let people = new Set<string>();
  let from = -1;
  for (const { position, id, starts } of edges) {
    const count = (running.get(id) ?? 0) + (starts ? 1 : -1);
    if (count > 0) running.set(id, count);
    else running.delete(id);
    if (running.size > 1) {
      if (from < 0) {
        from = position;
        people = new Set(running.keys());
      }
      people.add(id);
    } else if (from >= 0) {
      if (position > from) found.push({ from, to: position === Infinity ? 0 : position, people: [...people] });
      from = -1;
    }
  }
  return found;
}
