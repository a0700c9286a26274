/** Says in words what an event is and what came of it. */
import { nameOf, payloadOf, targetKey, targetName, type People } from "./people";
import { text, type Effect, type Entry, type Json, type JsonObject } from "./types";

type Teller = (who: string, payload: JsonObject, people: People) => string;

const TELLERS: Record<string, Teller> = {
  ParticipantInvited: (who, payload, people) => `${nameOf(people, text(payload, "invited_by"))} invites ${who}`,
  ParticipantJoined: (who) => `${who} joins`,
  ParticipantLeft: (who) => `${who} leaves`,
  PresenceHeartbeat: (who) => `${who} is here`,
  DriveIntentSet: (who, payload) =>
    text(payload, "intent") === "inactive" ? `${who} stops driving` : `${who} starts to drive`,
  FocusChanged: (who, payload) => `${who} looks at ${targetName(targetKey(payload["focus_target"]))}`,
  PromptStepExecutionStarted: (who, payload) => `${who} starts ${text(payload, "step_id")}`,
  PromptStepExecutionCompleted: (who, payload) =>
    `${who} ends ${text(payload, "step_id")}: ${text(payload, "outcome")}`,
  ConcurrentDriverWarning: (_, payload, people) =>
    `${namesOf(payload, people)} drive ${targetName(targetKey(payload["focus_target"]))}: warning`,
  PotentialStepCollisionDetected: (_, payload, people) =>
    `${namesOf(payload, people)} run ${text(payload, "step_id")}: warning`,
  WarningAcknowledged: (who, payload) =>
    `${who} answers ${text(payload, "warning_id")}: ${text(payload, "acknowledgement")}`,
  CommentPosted: (who, payload) => `${who}: “${short(text(payload, "content"))}”`,
  DecisionCaptured: (who, payload) =>
    `${who} decides “${short(text(payload, "topic"))}”: ${short(text(payload, "chosen_option"))}`,
  SessionLinked: (who, payload) => `${who} links session ${text(payload, "linked_session_id")}`,
};

/** The event in a few words: `Ada stops driving`. */
export function titleOf(entry: Entry, event: Json | undefined, people: People): string {
  const type = entry.event_type ?? "";
  const teller = TELLERS[type];
  if (entry.effect === "malformed" || teller === undefined) return type === "" ? "Something that is no event" : type;
  const payload = payloadOf(event);
  return teller(nameOf(people, text(payload, "participant_id") || "an unnamed participant"), payload, people);
}

function namesOf(payload: JsonObject, people: People): string {
  const ids = payload["participant_ids"];
  return listed((Array.isArray(ids) ? ids : []).map((id) => nameOf(people, String(id))));
}

/** `Ada, Ben and Claude`. */
export function listed(names: readonly string[]): string {
  if (names.length > 4) return `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

export function short(words: string, most = 80): string {
  return words.length > most ? `${words.slice(0, most - 1)}…` : words;
}

/** What one counts, filters by, and marks: effects, with `changed` told apart by whether it still stands. */
export type Status = "stands" | "superseded" | Exclude<Effect, "changed">;

export const STATUS_WORDS: Record<Status, string> = {
  stands: "stands",
  superseded: "superseded",
  redundant: "redundant",
  invited: "invited",
  duplicate: "duplicate",
  anomaly: "anomaly",
  refused: "refused",
  pending: "pending",
  "not-reached": "not reached",
  ignored: "other type",
  "other-mission": "other mission",
  malformed: "malformed",
};

export const STATUSES = Object.keys(STATUS_WORDS) as Status[];
const TROUBLE: ReadonlySet<Status> = new Set<Status>(["anomaly", "refused", "pending", "malformed", "other-mission"]);

export function statusOf(entry: Entry): Status {
  if (entry.effect !== "changed") return entry.effect;
  return (entry.superseded_by ?? []).length > 0 ? "superseded" : "stands";
}

export function isTrouble(status: Status): boolean {
  return TROUBLE.has(status);
}

/** The status with its code: `anomaly: unknown-participant`. */
export function statusText(entry: Entry): string {
  const word = STATUS_WORDS[statusOf(entry)];
  return entry.code === undefined ? word : `${word}: ${entry.code}`;
}

const NUMBERS = new Intl.NumberFormat("en");

/** `12,345` */
export function grouped(count: number): string {
  return count < 1000 ? String(count) : NUMBERS.format(count);
}

export function numbered(position: number): string {
  return `#${grouped(position)}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
