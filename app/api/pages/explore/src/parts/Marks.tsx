/** What lies over the lanes for the moment: words beside trouble, rings, the choice, the end of a strict fold. */
import type { JSX } from "preact";
import { markHeight, type Box, type Geometry } from "../geometry";
import { OUTSIDE, STRANGERS, type Model, type Row } from "../model";
import { markX, xOf, type Sight } from "../window";
import { isTrouble, statusText } from "../words";

const MOST_RINGS = 300;

interface Lanes {
  model: Model;
  geometry: Geometry;
  sight: Sight;
}

/** Says beside a mark of trouble what it is, in the lanes of strangers and of what was not folded. */
export function TroubleWords({ model, geometry, sight }: Lanes): JSX.Element {
  const found: JSX.Element[] = [];
  for (const id of [STRANGERS, OUTSIDE]) {
    const box = geometry.boxes.get(id);
    const rows = box === undefined ? [] : (model.lanes.get(id) ?? []);
    if (rows.length > 200) continue;
    rows.forEach((row, index) => {
      const x = xOf(sight, row.anchor) + 12;
      const next = rows[index + 1];
      const words = statusText(row.entry);
      const room = (next === undefined ? sight.width : xOf(sight, next.anchor)) - x;
      if (x < 0 || words.length * 5.6 + 16 > room) return;
      found.push(
        <text
          key={row.place}
          class={isTrouble(row.status) ? "warned" : "quiet"}
          x={Math.round(x)}
          y={(box as Box).marks + 4}
        >
          {words}
        </text>,
      );
    });
  }
  return (
    <g class="words" aria-hidden="true">
      {found}
    </g>
  );
}

/** Rings around the events that touched the entry that is asked about; the one to blame has a full one. */
export function Rings({ model, geometry, sight, touched, at }: Lanes & { touched: number[]; at: number }): JSX.Element {
  const before = touched.filter((position) => position <= at);
  return (
    <g class="rings" aria-hidden="true">
      {touched.slice(-MOST_RINGS).map((position) => {
        const row = model.byPosition[position];
        const box = row && geometry.boxes.get(row.lane);
        const x = xOf(sight, position);
        if (row === undefined || box === undefined || x < -12 || x > sight.width + 12) return null;
        return (
          <circle
            key={position}
            class={position === before.at(-1) ? "blame" : ""}
            cx={x}
            cy={markHeight(box, row)}
            r="10.5"
          />
        );
      })}
    </g>
  );
}

export function Chosen({ row, geometry, sight }: Lanes & { row: Row | null }): JSX.Element | null {
  const box = row === null ? undefined : geometry.boxes.get(row.lane);
  if (row === null || box === undefined) return null;
  return <circle class="chosen" cx={markX(sight, row)} cy={markHeight(box, row)} r="10.5" aria-hidden="true" />;
}

export function Stop({ x, top, height }: { x: number; top: number; height: number }): JSX.Element {
  return (
    <g class="stop" aria-hidden="true">
      <line x1={x + 12} x2={x + 12} y1={top} y2={height} />
      <text x={x + 17} y={height - 6}>
        strict stops here
      </text>
    </g>
  );
}
