/** Names on ribbons and steps. They are drawn twice, and cut at the playhead: what is behind it is not true yet. */
import type { JSX } from "preact";
import type { Geometry } from "../geometry";
import { memo } from "../memo";
import type { Model } from "../model";
import { targetName } from "../people";
import type { Life } from "../spans";
import { endOf, xOf, type Sight } from "../window";
import { round, stepsInSight, stepTop } from "./LaneBack";

interface Props {
  model: Model;
  geometry: Geometry;
  sight: Sight;
  future: boolean;
}

const LETTER = 6.1; // pixels, at 11 px

export const Labels = memo(function Labels({ model, geometry, sight, future }: Props): JSX.Element {
  return (
    <g class={future ? "labels future" : "labels"} clip-path={`url(#${future ? "future" : "past"})`} aria-hidden="true">
      {[...model.lives.values()].map((life) => (
        <LaneLabels key={life.id} model={model} geometry={geometry} sight={sight} life={life} />
      ))}
    </g>
  );
});

function LaneLabels({ model, geometry, sight, life }: Omit<Props, "future"> & { life: Life }): JSX.Element | null {
  const box = geometry.boxes.get(life.id);
  if (box === undefined || !box.full) return null;
  const ribbons = life.ribbons.flatMap((ribbon) => {
    const place = room(sight, xOf(sight, ribbon.from), endOf(sight, ribbon.to));
    if (place === null) return [];
    const name = ribbon.target === "" ? "" : targetName(ribbon.target);
    const colour = ribbon.target === "" ? 0 : model.palette.colourOf(ribbon.target);
    return [{ ...place, name, colour, drives: ribbon.drives, key: ribbon.from }];
  });
  return (
    <g>
      {ribbons.map(({ x, width, name, colour, drives, key }) => {
        const middle = box.ribbon + box.ribbonHeight / 2;
        const start = drives ? x + 15 : x;
        const fitted = fit(name, width - (drives ? 15 : 0));
        const hasWord = drives && fitted === name && (name.length + 8) * LETTER < width - 15;
        return (
          <g key={key} class={`name f${colour} ${drives ? "drives" : "looks"}`}>
            {drives && width > 9 && <path class="chevrons" d={`M${x} ${middle - 4}l4 4-4 4m5-8 4 4-4 4`} />}
            {fitted !== "" && (
              <text x={start} y={middle + 4}>
                {fitted}
                {hasWord && (
                  <tspan class="quiet" dx="6">
                    drives
                  </tspan>
                )}
              </text>
            )}
          </g>
        );
      })}
      {stepsInSight(life, sight).map((step) => {
        const place = room(sight, xOf(sight, step.from), endOf(sight, step.to) - (step.to === 0 ? 0 : 16));
        const fitted = place === null ? "" : fit(step.step, place.width + 3);
        return (
          fitted !== "" &&
          place !== null && (
            <text key={`s${step.from}`} class="stepname" x={place.x} y={stepTop(step, box) + 11}>
              {fitted}
            </text>
          )
        );
      })}
    </g>
  );
}

/** Where a name starts: within its bar, and never beyond the left edge. */
function room(sight: Sight, from: number, to: number): { x: number; width: number } | null {
  const x = Math.max(from, 0) + 7;
  const width = Math.min(to, sight.width) - x - 3;
  return width < 8 ? null : { x: round(x), width };
}

function fit(name: string, width: number): string {
  const most = Math.floor(width / LETTER);
  if (name.length <= most) return name;
  return most >= 4 ? `${name.slice(0, most - 1)}…` : "";
}
