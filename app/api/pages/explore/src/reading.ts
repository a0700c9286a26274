/** Reads what people drop, choose or paste: JSON, NDJSON, and either of them gzipped. */
import { isObject, type Batch, type Json } from "./types";

/** Says to a person why their file could not be read. */
export class UnreadableError extends Error {}

export async function readFile(file: Blob): Promise<Batch> {
  return readText(await decode(file));
}

async function decode(file: Blob): Promise<string> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const isGzip = first === 0x1f && second === 0x8b;
  if (!isGzip) return file.text();
  try {
    return await new Response(file.stream().pipeThrough(new DecompressionStream("gzip"))).text();
  } catch {
    throw new UnreadableError("The file begins like gzip, but it cannot be unpacked: it is cut short or damaged.");
  }
}

/** Reads an array of events, a request with `events`, or one event a line. */
export function readText(raw: string): Batch {
  const source = raw.replace(/^\uFEFF/, "").trim();
  if (source === "") throw new UnreadableError("There is nothing in it. Give it events, as JSON or one a line.");
  const whole = parsed(source);
  if (whole === undefined) return { events: readLines(source), roster: null, missionId: null };
  if (Array.isArray(whole)) return { events: whole, roster: null, missionId: null };
  if (isObject(whole) && Array.isArray(whole["events"])) {
    const { events, roster, mission_id: missionId } = whole;
    return {
      events: events as Json[],
      roster: isObject(roster) ? roster : null,
      missionId: typeof missionId === "string" ? missionId : null,
    };
  }
  if (isObject(whole) && "event_type" in whole) return { events: [whole], roster: null, missionId: null };
  throw new UnreadableError("It is JSON, but there are no events in it: a list of events, or an object with `events`.");
}

function parsed(source: string): Json | undefined {
  try {
    return JSON.parse(source) as Json;
  } catch {
    return undefined;
  }
}

function readLines(source: string): Json[] {
  const events: Json[] = [];
  source.split("\n").forEach((line, number) => {
    if (line.trim() === "") return;
    try {
      events.push(JSON.parse(line) as Json);
    } catch (error) {
      const reason = error instanceof Error ? error.message : "";
      throw new UnreadableError(
        `It is neither JSON nor one event a line. Line ${number + 1} cannot be read: ${reason}.`,
      );
    }
  });
  return events;
}
