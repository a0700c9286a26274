/** The state after an event, as rows that each name the event to blame. */
import { blameAt, stateAt, type Moment } from "./history";
import type { Model } from "./model";
import { pointer, tokens } from "./patch";
import { nameOf, targetKey, targetName } from "./people";
import { isObject, text, type Json, type JsonObject } from "./types";
import { listed, short } from "./words";

export type Fate = "new" | "changed" | "removed";

export interface StateRow {
  entry: string;
  label: string;
  value: string;
  /** The focus target whose colour stands before the value; empty for none. */
  target: string;
  /** The event to blame; 0 when the entry came with the roster. */
  blame: number;
  fate: Fate | "";
  /** Whether the row tells of an entry that is there no longer. */
  isGone: boolean;
}

export interface Group {
  key: string;
  title: string;
  kind: string;
  person: string;
  head: StateRow | null;
  /** How many rows there are. */
  size: number;
  /** So many of them: the first of a person, the last of a list. A long list is not told whole for each position. */
  rows: (most: number) => StateRow[];
  /** Rows that this event removed; they stay for the one position. */
  removed: StateRow[];
  /** What to say when there are no rows. */
  none: string;
}

const SESSIONS_OF_DEPARTED = 3;

type Lookup = (entry: string, label: string, value: string, target?: string) => StateRow;

export function stateGroups(model: Model, at: number): Group[] {
  const state = stateAt(model.history, at);
  const fates = fatesAt(model, at);
  const row: Lookup = (entry, label, value, target = "") => ({
    entry,
    label,
    value,
    target,
    blame: blameAt(model.history, entry, at)?.position ?? 0,
    fate: fates.get(entry)?.fate ?? "",
    isGone: false,
  });
  const groups = [
    ...peopleGroups(model, state, at, row),
    departedGroup(model, state, at, row),
    targetsGroup(model, state, row),
    warningsGroup(model, state, row),
    listGroup("decisions", "Decisions", "none yet", items(state["decisions"]), row, (decision) => ({
      label: nameOf(model.people, text(decision, "participant_id")),
      value: `${text(decision, "topic")}: ${text(decision, "chosen_option")}`,
    })),
    listGroup("comments", "Comments", "none yet", items(state["comments"]), row, (comment) => ({
      label: nameOf(model.people, text(comment, "participant_id")),
      value: text(comment, "content"),
    })),
    listGroup("anomalies", "Anomalies", "none", items(state["anomalies"]), row, (anomaly) => ({
      label: "",
      value: text(anomaly, "reason"),
    })),
  ];
  addRemoved(model, groups, fates, row);
  return groups.filter((group) => group.size + group.removed.length > 0 || group.head !== null || group.none !== "");
}

interface FateOf {
  fate: Fate;
  moment: Moment;
}

/** What became of the entries that the event at a position touched. */
function fatesAt(model: Model, at: number): Map<string, FateOf> {
  const fates = new Map<string, FateOf>();
  for (const moment of model.history.touches[at] ?? []) {
    const wasThere = fates.get(moment.entry)?.fate === "removed" || moment.kind === "replace";
    const fate = moment.kind === "remove" ? "removed" : wasThere ? "changed" : "new";
    fates.set(moment.entry, { fate, moment });
  }
  return fates;
}

function peopleGroups(model: Model, state: JsonObject, at: number, row: Lookup): Group[] {
  const participants = members(state["participants"]);
  const drivers = new Set(items(state["active_drivers"]));
  return [...model.lives.keys()]
    .filter((id) => Object.hasOwn(participants, id))
    .map((id) => {
      const focus = targetKey(members(state["focus_by_participant"])[id]);
      const seen = members(state["presence"])[id];
      const sessions = items(members(state["linked_sessions"])[id]);
      const rows: StateRow[] = [];
      if (drivers.has(id)) rows.push(row(pointer("active_drivers", id), "drives", "yes"));
      if (focus !== "") rows.push(row(pointer("focus_by_participant", id), "looks at", targetName(focus), focus));
      rows.push(...goneRows(model, id, at, row), ...stepRows(model, id, at, row));
      if (typeof seen === "string") rows.push(row(pointer("presence", id), "seen", timeOf(seen)));
      const withSessions = (most: number): StateRow[] => [
        ...rows,
        ...sessionRows(sessions.slice(0, Math.max(0, most - rows.length)), id, row),
      ];
      return { ...personGroup(model, id, row), size: rows.length + sessions.length, rows: withSessions };
    });
}

function personGroup(model: Model, id: string, row: Lookup): Group {
  const person = model.people.get(id);
  const name = person?.name ?? id;
  return {
    key: id,
    title: name,
    kind: person?.kind ?? "",
    person: id,
    none: "",
    size: 0,
    rows: () => [],
    removed: [],
    head: row(pointer("participants", id), name, ""),
  };
}

/** What somebody did once and does no longer, with the event that ended it. */
function goneRows(model: Model, id: string, at: number, row: Lookup): StateRow[] {
  return ["active_drivers", "focus_by_participant"].flatMap((field) => {
    const entry = pointer(field, id);
    const last = blameAt(model.history, entry, at);
    if (last === undefined || last.kind !== "remove" || last.position === at) return [];
    const was = field === "active_drivers" ? "" : ` ${targetName(targetKey(last.before))}`;
    return [{ ...row(entry, LABELS[field] ?? "", `no longer${was}`), isGone: true }];
  });
}

/** Steps in flight come from the spans: the same step may run twice, and each has its own start. */
function stepRows(model: Model, id: string, at: number, row: Lookup): StateRow[] {
  const running = (model.lives.get(id)?.steps ?? []).filter(
    (step) => step.from <= at && (step.to === 0 || step.to > at),
  );
  return running.map((step) => {
    const made = row(pointer("active_executions", id, step.step), "step", step.step);
    return { ...made, blame: step.from, fate: step.from === at ? "new" : "" };
  });
}

function sessionRows(sessions: Json[], id: string, row: Lookup): StateRow[] {
  return sessions.map((session, index) => row(pointer("linked_sessions", id, index), "session", String(session)));
}

function targetsGroup(model: Model, state: JsonObject, row: Lookup): Group {
  const rows = Object.entries(members(state["participants_by_focus"])).flatMap(([target, ids]) =>
    items(ids).map((id) =>
      row(
        pointer("participants_by_focus", target, String(id)),
        targetName(target),
        nameOf(model.people, String(id)),
        target,
      ),
    ),
  );
  return section("targets", "Who looks at what", "", rows.length, () => rows);
}

function warningsGroup(model: Model, state: JsonObject, row: Lookup): Group {
  const warnings = items(state["warnings"]);
  const rows = (most: number): StateRow[] =>
    warnings.slice(-most).flatMap((warning) => warningRows(model, warning, row));
  return section("warnings", "Warnings", "none", warnings.length, rows);
}

function warningRows(model: Model, warning: Json, row: Lookup): StateRow[] {
  const id = text(warning, "warning_id");
  const entry = pointer("warnings", id);
  const answers = Object.entries(isObject(warning) ? members(warning["acknowledgements"]) : {});
  return [
    row(entry, id, warningText(model, warning)),
    ...answers.map(([who, answer]) =>
      row(`${entry}${pointer("acknowledgements", who)}`, "answer", `${nameOf(model.people, who)}: ${String(answer)}`),
    ),
  ];
}

/** Whom a warning names, and what it is about. */
function warningText(model: Model, warning: Json): string {
  const named = isObject(warning)
    ? items(warning["participant_ids"]).map((who) => nameOf(model.people, String(who)))
    : [];
  const known = model.warnings.get(text(warning, "warning_id"));
  const about = known === undefined ? "" : ` · ${known.kind === "drive" ? targetName(known.what) : known.what}`;
  return `${listed(named)}${about}`;
}

function listGroup(
  field: string,
  title: string,
  none: string,
  list: Json[],
  row: Lookup,
  tell: (item: Json) => { label: string; value: string },
): Group {
  const rows = (most: number): StateRow[] =>
    list.slice(-most).map((item, index) => {
      const { label, value } = tell(item);
      return row(pointer(field, Math.max(0, list.length - most) + index), label, value);
    });
  return section(field, title, none, list.length, rows);
}

function departedGroup(model: Model, state: JsonObject, at: number, row: Lookup): Group {
  const departed = Object.keys(members(state["departed_participants"]));
  const rows = (most: number): StateRow[] =>
    departed
      .slice(-most)
      .flatMap((id) => [
        row(pointer("departed_participants", id), "left", nameOf(model.people, id)),
        ...goneRows(model, id, at, row),
        ...sessionRows(items(members(state["linked_sessions"])[id]).slice(0, SESSIONS_OF_DEPARTED), id, row),
      ]);
  return section("departed", "No longer here", "", departed.length, rows);
}

function section(key: string, title: string, none: string, size: number, rows: Group["rows"]): Group {
  return { key, title, kind: "", person: "", head: null, size, rows, removed: [], none };
}

const LABELS: Record<string, string> = {
  active_drivers: "drives",
  focus_by_participant: "looks at",
  presence: "seen",
  active_executions: "step",
};

/** Entries that this event removed stay for the one position, so that one sees them go. */
function addRemoved(model: Model, groups: Group[], fates: Map<string, FateOf>, row: Lookup): void {
  for (const [entry, { fate, moment }] of fates) {
    if (fate !== "removed") continue;
    const [field = "", id = ""] = tokens(entry);
    if (field === "participants") {
      groups.unshift({ ...personGroup(model, id, row), key: `${id} removed` });
    } else if (field in LABELS) {
      const group = groups.find((one) => one.person === id) ?? groups[0];
      group?.removed.push(
        row(entry, LABELS[field] as string, before(field, moment.before), targetOf(field, moment.before)),
      );
    } else if (field === "departed_participants") {
      groups
        .find((one) => one.key === "departed")
        ?.removed.push(row(entry, "left", text(moment.before, "display_name") || id));
    }
  }
}

function before(field: string, value: Json): string {
  if (field === "active_drivers") return "yes";
  if (field === "focus_by_participant") return targetName(targetKey(value ?? undefined));
  if (field === "presence") return timeOf(String(value));
  return String(value);
}

function targetOf(field: string, value: Json): string {
  return field === "focus_by_participant" ? targetKey(value ?? undefined) : "";
}

/** A value of the state in a few words. */
export function valueText(model: Model, entry: string, value: Json): string {
  const [field = ""] = tokens(entry);
  if (value === null) return "";
  if (field === "presence" && typeof value === "string") return timeOf(value);
  if (field === "active_drivers") return "yes";
  if (typeof value !== "object") return field === "participants_by_focus" ? "yes" : String(value);
  if (field === "focus_by_participant") return targetName(targetKey(value));
  if (field === "warnings") return warningText(model, value);
  if (field === "decisions") return short(`${text(value, "topic")}: ${text(value, "chosen_option")}`, 120);
  const named = ["display_name", "content", "reason", "participant_id"];
  const found = named.map((name) => text(value, name)).find((word) => word !== "");
  return short(found ?? JSON.stringify(value), 120);
}

/** What an entry is, in words: `Ada looks at`. */
export function entryText(model: Model, entry: string): string {
  const [field = "", id = "", part = "", who = ""] = tokens(entry);
  const name = nameOf(model.people, id);
  const tellers: Record<string, () => string> = {
    participants: () => `${name} on the mission`,
    departed_participants: () => `${name} among those who left`,
    presence: () => `${name} seen`,
    active_drivers: () => `${name} drives`,
    focus_by_participant: () => `${name} looks at`,
    participants_by_focus: () => `${nameOf(model.people, part)} at ${targetName(id)}`,
    active_executions: () => `${name} runs ${part}`,
    linked_sessions: () => `${name} session`,
    warnings: () => (part === "acknowledgements" ? `${nameOf(model.people, who)} answers ${id}` : `Warning ${id}`),
    decisions: () => `Decision ${Number(id) + 1}`,
    comments: () => `Comment ${Number(id) + 1}`,
    anomalies: () => `Anomaly ${Number(id) + 1}`,
  };
  return tellers[field]?.() ?? entry;
}

function members(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function items(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** The clock time of an instant as the state writes it. */
function timeOf(instant: string): string {
  const parsed = Date.parse(instant);
  return Number.isNaN(parsed) ? instant : new Date(parsed).toISOString().slice(11, 19);
}
