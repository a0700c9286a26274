/** Makes one HTML file of a history, which works without the service. */
import type { Batch, Explanation, Json, JsonObject } from "./types";
import { isObject } from "./types";

/** What a saved file holds. */
export interface Saved {
  name: string;
  batch: Batch;
  explanation: Explanation;
}

/** Members of payloads that are ids and choices; all others may be texts that people wrote. */
const NO_TEXTS: ReadonlySet<string> = new Set([
  "mission_id",
  "participant_id",
  "participant_identity",
  "participant_ids",
  "invited_by",
  "auth_principal_id",
  "session_id",
  "intent",
  "focus_target",
  "previous_focus_target",
  "step_id",
  "wp_id",
  "outcome",
  "warning_id",
  "severity",
  "acknowledgement",
  "comment_id",
  "reply_to",
  "decision_id",
  "referenced_warning_id",
  "primary_session_id",
  "linked_session_id",
  "link_type",
]);
const TEXTS_OF_STATE: ReadonlySet<string> = new Set(["content", "topic", "chosen_option"]);
const LEFT_OUT = "(left out)";

/** Leaves out what people wrote: comments, decisions, reasons, and members that the contract does not name. */
export function withoutTexts(saved: Saved): Saved {
  const { batch, explanation } = saved;
  const events = batch.events.map((event) =>
    isObject(event) ? { ...event, payload: bare(event["payload"]) } : LEFT_OUT,
  );
  const timeline = explanation.timeline.map((entry) => ({
    ...entry,
    changes: blanked(entry.changes as unknown as Json) as never,
  }));
  return {
    ...saved,
    batch: { ...batch, events },
    explanation: { ...explanation, timeline, state: blanked(explanation.state) as JsonObject },
  };
}

function bare(payload: Json | undefined): Json {
  if (!isObject(payload)) return {};
  return Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, NO_TEXTS.has(key) ? value : LEFT_OUT]));
}

function blanked(value: Json): Json {
  if (Array.isArray(value)) return value.map(blanked);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      TEXTS_OF_STATE.has(key) && typeof child === "string" ? LEFT_OUT : blanked(child),
    ]),
  );
}

/** The page, its style, its script and the data in one text. */
export function fileOf(saved: Saved, script: string, style: string): string {
  const data = JSON.stringify(saved).replaceAll("<", "\\u003c");
  const title = `${saved.name} · a mission's history`.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">`,
    `<title>${title}</title><style>${style.replaceAll("</style", "<\\/style")}</style></head>`,
    `<body><div id="page"></div><script type="application/json" id="saved">${data}</script>`,
    `<script type="module">${script.replaceAll("</script", "<\\/script")}</script></body></html>`,
  ].join("\n");
}

/** The history that this very page was saved with; null when the page comes from a service. */
export function savedHere(): Saved | null {
  const found = document.getElementById("saved");
  return found === null ? null : (JSON.parse(found.textContent ?? "") as Saved);
}

export async function download(saved: Saved): Promise<void> {
  const [script, style] = await Promise.all(
    ["assets/explore.js", "assets/explore.css"].map(async (path) => {
      const response = await fetch(path);
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      return response.text();
    }),
  );
  const file = new Blob([fileOf(saved, script ?? "", style ?? "")], { type: "text/html" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `${saved.name.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 80) || "mission"}.html`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
