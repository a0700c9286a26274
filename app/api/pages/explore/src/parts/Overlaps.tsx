/** Hatched fields where two drive one target or run one step: they belong to the pair, not to one lane. */
import type { JSX } from "preact";
import { MOST_FULL_LANES, STEP_HEIGHT, type Box, type Geometry } from "../geometry";
import { memo } from "../memo";
import type { Model } from "../model";
import type { Overlap } from "../spans";
import { endOf, xOf, type Sight } from "../window";
import { round } from "./LaneBack";

/** From more on, fields would cover the picture: a line below each ribbon stands for them. */
const MOST_FIELDS = 40;

interface Props {
  model: Model;
  geometry: Geometry;
  sight: Sight;
}

export const Overlaps = memo(function Overlaps({ model, geometry, sight }: Props): JSX.Element {
  const visible = model.overlaps.filter(
    (one) =>
      xOf(sight, one.from) < sight.width && endOf(sight, one.to) > 0 && endOf(sight, one.to) - xOf(sight, one.from) > 2,
  );
  if (visible.length > MOST_FIELDS || model.lives.size > MOST_FULL_LANES) {
    return <path class="met" d={visible.map((overlap) => underlined(overlap, geometry, sight)).join("")} />;
  }
  const d = visible.map((overlap) => outline(model, overlap, geometry, sight)).join("");
  return (
    <g>
      <path class="hatched" d={d} fill="url(#hatch)" />
      <path class="edge" d={d} />
    </g>
  );
});

/** One field over neighbouring lanes; one on each lane, and a rail that joins them, where others lie between. */
function outline(model: Model, overlap: Overlap, geometry: Geometry, sight: Sight): string {
  const order = [...model.lives.keys()];
  const places = overlap.people.map((id) => order.indexOf(id)).sort((a, b) => a - b);
  const boxes = places.flatMap((place) => geometry.boxes.get(order[place] ?? "") ?? []);
  const from = round(Math.max(-4, xOf(sight, overlap.from)));
  const to = round(Math.min(sight.width + 4, endOf(sight, overlap.to)));
  const areNeighbours = places.length > 1 && (places.at(-1) as number) - (places[0] as number) === places.length - 1;
  const first = boxes[0];
  const last = boxes.at(-1);
  if (first === undefined || last === undefined) return "";
  if (areNeighbours) return around(from, to, topOf(first, overlap), bottomOf(last, overlap));
  const rail = `M${from} ${topOf(first, overlap)}V${bottomOf(last, overlap)}`;
  return rail + boxes.map((box) => around(from, to, topOf(box, overlap), bottomOf(box, overlap))).join("");
}

function underlined(overlap: Overlap, geometry: Geometry, sight: Sight): string {
  const from = round(Math.max(-4, xOf(sight, overlap.from)));
  const to = round(Math.min(sight.width + 4, endOf(sight, overlap.to)));
  return overlap.people
    .flatMap((id) => geometry.boxes.get(id) ?? [])
    .map((box) => `M${from} ${bottomOf(box, overlap) - 3}H${to}`)
    .join("");
}

function topOf(box: Box, overlap: Overlap): number {
  return overlap.kind === "step" && box.full ? box.steps - 2 : box.ribbon - 4;
}

function bottomOf(box: Box, overlap: Overlap): number {
  return overlap.kind === "step" && box.full ? box.steps + STEP_HEIGHT - 1 : box.ribbon + box.ribbonHeight + 4;
}

function around(from: number, to: number, top: number, bottom: number): string {
  return `M${from} ${top}H${to}V${bottom}H${from}Z`;
}
