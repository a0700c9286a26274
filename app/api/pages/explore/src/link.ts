/**
 * What one looks at, as the part of the address behind `#`.
 *
 * That part never leaves the browser, so what people search for is in no server's log.
 */
import type { AxisKind } from "./axis";
import { NO_FILTER, type Filter, type Kept } from "./filter";
import type { Mode } from "./types";

export interface Place {
  story: string;
  mode: Mode;
  /** From 1; 0 when the address does not say. */
  at: number;
  /** The index of an event that was chosen though it has no position; -1 for none. */
  event: number;
  /** The entry of the state that is asked about; empty for none. */
  entry: string;
  axis: AxisKind;
  tab: "picture" | "table";
  filter: Filter;
}

const MODES: readonly string[] = ["permissive", "strict", "admit"] satisfies Mode[];

export function readLink(hash: string): Place {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const get = (name: string): string => given.get(name) ?? "";
  return {
    story: get("story"),
    mode: (MODES.includes(get("mode")) ? get("mode") : "permissive") as Mode,
    at: wholeNumber(get("at"), 0),
    event: wholeNumber(get("event"), -1),
    entry: get("entry"),
    axis: get("axis") === "order" ? "order" : "time",
    tab: get("view") === "table" ? "table" : "picture",
    filter: {
      query: get("q"),
      who: get("who"),
      type: get("type"),
      kept: get("effect")
        .split(",")
        .filter((word) => word !== "") as Kept[],
    },
  };
}

export function writeLink(place: Place): string {
  const { filter } = place;
  const parts: [string, string][] = [
    ["story", place.story],
    ["mode", place.mode === "permissive" ? "" : place.mode],
    ["at", place.at > 0 ? String(place.at) : ""],
    ["event", place.event >= 0 ? String(place.event) : ""],
    ["entry", place.entry],
    ["axis", place.axis === "time" ? "" : place.axis],
    ["view", place.tab === "picture" ? "" : place.tab],
    ["q", filter.query.trim()],
    ["who", filter.who],
    ["type", filter.type],
    ["effect", filter.kept.join(",")],
  ];
  const kept = parts.filter(([, value]) => value !== "");
  return kept.length === 0 ? "" : `#${new URLSearchParams(kept).toString()}`;
}

export const START: Place = {
  story: "",
  mode: "permissive",
  at: 0,
  event: -1,
  entry: "",
  axis: "time",
  tab: "picture",
  filter: NO_FILTER,
};

function wholeNumber(word: string, otherwise: number): number {
  return /^\d{1,9}$/.test(word) ? Number(word) : otherwise;
}
