/** The marks of events: what kind it is by its shape, what came of it by fill, outline, or a shape of its own. */
import type { ComponentChildren, JSX } from "preact";
import { text, type JsonObject } from "./types";
import type { Status } from "./words";

export type Glyph =
  | "join"
  | "leave"
  | "on"
  | "off"
  | "focus"
  | "start"
  | "done"
  | "fail"
  | "skip"
  | "comment"
  | "decision"
  | "warn"
  | "ack"
  | "link"
  | "pulse"
  | "late"
  | "unwarned"
  | Exclude<Status, "stands" | "superseded">;

const KINDS: Record<string, Glyph> = {
  ParticipantInvited: "invited",
  ParticipantJoined: "join",
  ParticipantLeft: "leave",
  PresenceHeartbeat: "pulse",
  FocusChanged: "focus",
  PromptStepExecutionStarted: "start",
  ConcurrentDriverWarning: "warn",
  PotentialStepCollisionDetected: "warn",
  WarningAcknowledged: "ack",
  CommentPosted: "comment",
  DecisionCaptured: "decision",
  SessionLinked: "link",
};
const OUTCOMES: Record<string, Glyph> = { success: "done", failure: "fail", skipped: "skip" };

export function glyphOf(type: string, payload: JsonObject, status: Status): Glyph {
  if (status !== "stands" && status !== "superseded") return status;
  if (type === "DriveIntentSet") return text(payload, "intent") === "inactive" ? "off" : "on";
  if (type === "PromptStepExecutionCompleted") return OUTCOMES[text(payload, "outcome")] ?? "done";
  return KINDS[type] ?? "ignored";
}

const OCTAGON = <path d="M-2.7-6.5H2.7L6.5-2.7V2.7L2.7 6.5H-2.7L-6.5 2.7V-2.7Z" />;
const CIRCLE = <circle r="6" />;
const BOX = <rect x="-5.7" y="-5.7" width="11.4" height="11.4" rx="2.2" />;

/** `k` is drawn in the ground's colour, `l` is a line in the mark's own. */
const SHAPES: Record<Glyph, ComponentChildren> = {
  join: [CIRCLE, <path class="k" d="M-3 0H3M0-3V3" />],
  leave: [CIRCLE, <path class="k" d="M-3 0H3" />],
  on: <path d="M-6.3-5.4 0 0-6.3 5.4ZM.2-5.4 6.5 0 .2 5.4Z" stroke-linejoin="round" />,
  off: [
    <rect x="-5" y="-5.6" width="3.8" height="11.2" rx="1.2" />,
    <rect x="1.2" y="-5.6" width="3.8" height="11.2" rx="1.2" />,
  ],
  focus: [CIRCLE, <circle class="h" r="2.2" />],
  start: <path d="M-4.2-6 6.2 0-4.2 6Z" stroke-linejoin="round" />,
  done: [BOX, <path class="k" d="M-3 .2-.8 2.5 3.1-2.3" />],
  fail: [BOX, <path class="k" d="M-2.6-2.6 2.6 2.6M2.6-2.6-2.6 2.6" />],
  skip: [BOX, <path class="k" d="M-2.9 0H2.9" />],
  comment: <path d="M-6.4-5.8H6.4V2.9H-.4L-3.8 6.4V2.9H-6.4Z" stroke-linejoin="round" />,
  decision: <path d="M0-7 7 0 0 7-7 0Z" stroke-linejoin="round" />,
  warn: [<path d="M0-7 7.2 5.8H-7.2Z" stroke-linejoin="round" />, <path class="k" d="M0-2.6V1.5M0 3.8V3.9" />],
  ack: [CIRCLE, <path class="k" d="M-2.8.1-.8 2.2 2.9-2.1" />],
  link: [<circle class="l" cx="-2.6" r="3.7" />, <circle class="l" cx="2.6" r="3.7" />],
  pulse: <path class="l" d="M-7 0H-3.4L-1.4-6.5 1.4 5 3.2 0H7" />,
  late: <path class="l" d="M5.5 5.5V1.5C5.5-6-4-6-4 2M-6.8-.6-4 3.2-1.2-.6" />,
  unwarned: [
    <path class="o" d="M0-7 7.2 5.8H-7.2Z" stroke-linejoin="round" />,
    <path class="l" d="M0-2.6V1.5M0 3.8V3.9" />,
  ],
  redundant: [<circle class="o" r="5.8" />, <path class="l" d="M-2.6-1.5H2.6M-2.6 1.5H2.6" />],
  invited: [<circle class="o dash" r="5.8" />, <path class="l" d="M-2.6 0H2.6M0-2.6V2.6" />],
  duplicate: [<circle class="o" cx="2.2" cy="-1.6" r="4.4" />, <circle class="o" cx="-1.8" cy="1.4" r="4.4" />],
  anomaly: [OCTAGON, <path class="k" d="M0-3.4V.8M0 3.4V3.5" />],
  refused: [OCTAGON, <path class="k" d="M-2.4-2.4 2.4 2.4M2.4-2.4-2.4 2.4" />],
  pending: [<g class="o dash">{OCTAGON}</g>, <path class="l" d="M-2.8 0H-2.7M0 0H.1M2.8 0H2.9" />],
  malformed: [
    OCTAGON,
    <path
      class="k"
      d="M-1.4-3Q-2.6-3-2.6-1.6T-3.6 0Q-2.6 0-2.6 1.6T-1.4 3M1.4-3Q2.6-3 2.6-1.6T3.6 0Q2.6 0 2.6 1.6T1.4 3"
    />,
  ],
  "not-reached": <circle class="o" r="2.6" />,
  "other-mission": [<g class="o">{OCTAGON}</g>, <path class="l" d="M-2.4 2.4 2.4-2.4M-.4-2.4H2.4V.4" />],
  ignored: <circle r="2.6" />,
};

const ALERTS: ReadonlySet<Glyph> = new Set<Glyph>(["warn", "ack", "anomaly", "pending", "unwarned", "other-mission"]);
const FAULTS: ReadonlySet<Glyph> = new Set<Glyph>(["refused", "malformed"]);

export function glyphClass(glyph: Glyph, status: Status | null, colour: number | null): string {
  const parts = ["g", `g-${glyph}`];
  if (ALERTS.has(glyph)) parts.push("alert");
  if (FAULTS.has(glyph)) parts.push("fault");
  if (status === "superseded") parts.push("over");
  if (colour !== null) parts.push(`f${colour}`);
  return parts.join(" ");
}

export function Mark(props: { glyph: Glyph; status?: Status | null; colour?: number | null }): JSX.Element {
  return <g class={glyphClass(props.glyph, props.status ?? null, props.colour ?? null)}>{SHAPES[props.glyph]}</g>;
}

/** A mark that stands in a line of text. */
export function Icon(props: {
  glyph: Glyph;
  status?: Status | null;
  colour?: number | null;
  size?: number;
}): JSX.Element {
  const size = props.size ?? 14;
  return (
    <svg class="icon" viewBox="-8 -8 16 16" width={size} height={size} aria-hidden="true">
      <Mark {...props} />
    </svg>
  );
}
