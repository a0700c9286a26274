/** The names of participants, their kind, and the colours of what they look at. */
import { isObject, text, type Batch, type Json, type JsonObject } from "./types";

export interface Person {
  id: string;
  name: string;
  kind: string;
  isAgent: boolean;
  initial: string;
}

export type People = Map<string, Person>;

/** Everyone whom the batch names with an identity; the last identity stands. */
export function peopleOf(batch: Batch): People {
  const people: People = new Map();
  const know = (identity: Json | undefined): void => {
    const id = text(identity, "participant_id");
    if (id === "") return;
    const name = text(identity, "display_name") || id;
    const kind = text(identity, "participant_type");
    const isAgent = kind === "llm_context";
    people.set(id, {
      id,
      name,
      kind: isAgent ? "LLM agent" : kind,
      isAgent,
      initial: [...name][0]?.toUpperCase() ?? "?",
    });
  };
  Object.values(batch.roster ?? {}).forEach(know);
  for (const event of batch.events) know(payloadOf(event)["participant_identity"]);
  return distinct(people);
}

function distinct(people: People): People {
  const byName = new Map<string, Person[]>();
  for (const person of people.values()) byName.set(person.name, [...(byName.get(person.name) ?? []), person]);
  for (const sharers of byName.values()) {
    if (sharers.length > 1) sharers.forEach((person) => (person.name = `${person.name} (${person.id})`));
  }
  return people;
}

export function nameOf(people: People, id: string): string {
  return people.get(id)?.name ?? id;
}

export function payloadOf(event: Json | undefined): JsonObject {
  const payload = isObject(event) ? event["payload"] : undefined;
  return isObject(payload) ? payload : {};
}

/** The key of a focus target, as the state writes it: `wp:WP03`; empty when there is none. */
export function targetKey(target: Json | undefined): string {
  return isObject(target) ? `${text(target, "target_type")}:${text(target, "target_id")}` : "";
}

export function targetName(key: string): string {
  return key.slice(key.indexOf(":") + 1);
}

const COLOURS = 6;

/** Colours by first appearance: 1 to 6, and 0 for all that come later. */
export class Palette {
  private readonly given = new Map<string, number>();

  colourOf(target: string): number {
    const known = this.given.get(target);
    if (known !== undefined) return known;
    const colour = this.given.size < COLOURS ? this.given.size + 1 : 0;
    this.given.set(target, colour);
    return colour;
  }
}
