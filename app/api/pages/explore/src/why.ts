/** Why an event did what it did, and what came of it: paragraphs of text and references to other events. */
import { blameAt, touchesUpTo } from "./history";
import { eventOf, type Model, type Row } from "./model";
import { pointer } from "./patch";
import { payloadOf } from "./people";
import { text } from "./types";
import { counted } from "./words";

export type Part = string | { strong: string } | { event: number } | { problem: string };
export type Paragraph = Part[];

export function whyOf(model: Model, row: Row): Paragraph[] {
  const paragraphs = [resultOf(model, row)];
  if (row.entry.code !== undefined && row.entry.code !== "") {
    paragraphs.push(["What it means, and what to do: ", { problem: row.entry.code }, "."]);
  }
  if (row.by !== 0) paragraphs.push(arrivalOf(model, row));
  return paragraphs;
}

function resultOf(model: Model, row: Row): Paragraph {
  const { entry } = row;
  switch (row.status) {
    case "stands":
      return [{ strong: "It stands." }, " No later event has touched what it changed."];
    case "superseded":
      return [{ strong: "It has been overwritten" }, " by ", ...references(model, entry.superseded_by ?? []), "."];
    case "redundant":
      return redundant(model, row);
    case "invited":
      return [
        { strong: "An invitation." },
        " It is kept, but the state does not show it: a participant is on the mission only after a join.",
      ];
    case "duplicate":
      return duplicate(model, row);
    case "anomaly":
      return [
        { strong: entry.changes.length > 1 ? "An anomaly. " : "Not applied: an anomaly. " },
        sentence(entry.reason),
        " The events after it were folded.",
      ];
    case "refused":
      return [{ strong: "Refused. " }, sentence(entry.reason), model.stoppedAt > 0 ? " Strict mode stops here." : ""];
    case "pending":
      return [{ strong: "Waits. " }, sentence(entry.reason), " An event that comes late may still make it valid."];
    case "not-reached":
      return [{ strong: "Not reached." }, " Strict mode stopped at ", { event: model.stoppedAt }, "."];
    case "ignored":
      return [{ strong: "Not folded." }, " The contract knows 14 event types, and this is another one."];
    case "other-mission":
      return [{ strong: "Not applied: another mission. " }, sentence(entry.reason)];
    case "malformed":
      return [
        { strong: "Malformed. " },
        sentence(entry.reason),
        entry.pointer === undefined ? "" : ` Where: ${entry.pointer}`,
      ];
  }
}

function sentence(reason: string | undefined): string {
  if (reason === undefined || reason === "") return "";
  return /[.!?]$/.test(reason) ? reason : `${reason}.`;
}

function references(model: Model, ids: readonly string[]): Paragraph {
  const positions = ids.flatMap((id) => model.history.positions.get(id) ?? []);
  return positions.flatMap((position, index): Part[] =>
    index === 0 ? [{ event: position }] : [", ", { event: position }],
  );
}

/** Names the event that had made it so, where it can be told. */
function redundant(model: Model, row: Row): Paragraph {
  const since = touchedBefore(model, row)
    .map((entry) => blameAt(model.history, entry, row.position - 1)?.position ?? 0)
    .reduce((latest, position) => Math.max(latest, position), 0);
  const told: Paragraph = [{ strong: "It changed nothing:" }, " the state was so already"];
  return since > 0 ? [...told, ", since ", { event: since }, "."] : [...told, "."];
}

function touchedBefore(model: Model, row: Row): string[] {
  const payload = payloadOf(eventOf(model, row));
  const who = text(payload, "participant_id");
  const warning = text(payload, "warning_id");
  const entries: Record<string, string[]> = {
    DriveIntentSet: [pointer("active_drivers", who)],
    FocusChanged: [pointer("focus_by_participant", who)],
    PresenceHeartbeat: [pointer("presence", who)],
    WarningAcknowledged: [pointer("warnings", warning, "acknowledgements", who)],
    ConcurrentDriverWarning: [pointer("warnings", warning)],
    PotentialStepCollisionDetected: [pointer("warnings", warning)],
  };
  return entries[row.entry.event_type ?? ""] ?? [];
}

function duplicate(model: Model, row: Row): Paragraph {
  const first = model.rows.find((other) => other.entry.index === row.entry.duplicate_of);
  const told: Paragraph = [{ strong: "A copy." }, " An event with this id was there before"];
  return first !== undefined && first.position > 0 ? [...told, ": ", { event: first.position }, "."] : [...told, "."];
}

function arrivalOf(model: Model, row: Row): Paragraph {
  const moved = model.displaced.find((one) => one.position === row.position);
  if (moved === undefined) return [];
  const events = counted(Math.abs(row.by), "event");
  if (row.by < 0) {
    return [
      { strong: `It arrived ${events} early,` },
      " before ",
      { event: moved.arrivedAt },
      "; its clock puts it here.",
    ];
  }
  return [
    { strong: `It rewrote history: it arrived ${events} late,` },
    " behind ",
    { event: moved.arrivedAt },
    ". Its clock puts it here, so what follows was folded again.",
    ...madeRedundant(model, row),
  ];
}

/** Redundant events whose entry this late one touched last: it took their effect away. */
function madeRedundant(model: Model, row: Row): Paragraph {
  const arrivedAt = model.displaced.find((one) => one.position === row.position)?.arrivedAt ?? row.position;
  const entries = new Set((model.history.touches[row.position] ?? []).map((moment) => moment.entry));
  const found = model.byPosition
    .slice(row.position + 1, arrivedAt + 1)
    .filter(
      (later) =>
        later?.status === "redundant" &&
        touchedBefore(model, later).some(
          (entry) =>
            entries.has(entry) && touchesUpTo(model.history, entry, later.position).at(-1)?.position === row.position,
        ),
    );
  if (found.length === 0) return [];
  const told = found
    .slice(0, 5)
    .flatMap((later, index): Part[] =>
      index === 0 ? [{ event: later?.position ?? 0 }] : [", ", { event: later?.position ?? 0 }],
    );
  return [" Because of it ", ...told, found.length === 1 ? " changes nothing." : " change nothing."];
}
