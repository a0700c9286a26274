/** What joins events across lanes: warnings with their answers, and events that arrived elsewhere. */
import type { ComponentChildren, JSX } from "preact";
import type { Displaced } from "../arrival";
import { lengthOf } from "../axis";
import { MISSION, overlapTitle, unwarned, type Model, type Warning } from "../model";
import { markHeight, type Geometry } from "../geometry";
import { Mark } from "../glyphs";
import { memo } from "../memo";
import { targetName } from "../people";
import { toPixels, xOf, type Sight } from "../window";
import { counted, numbered } from "../words";
import { round } from "./LaneBack";

interface Props {
  model: Model;
  geometry: Geometry;
  sight: Sight;
  /** The position that is chosen: its own threads are drawn however many there are. */
  at: number;
}

const MOST_THREADS = 6;
const MOST_ARCS = 8;
const LETTER = 5.9;
const BOLD_LETTER = 6.7;

export const Threads = memo(function Threads({ model, geometry, sight, at }: Props): JSX.Element {
  const y = geometry.boxes.get(MISSION)?.marks ?? 0;
  const isNear = (x: number): boolean => x > -300 && x < sight.width + 300;
  const near = [...model.warnings.values()].filter((warning) => isNear(xOf(sight, warning.position)));
  const concerns = (warning: Warning): boolean =>
    warning.position === at || warning.answers.some((answer) => answer.position === at);
  const shown = near.length <= MOST_THREADS ? near : near.filter(concerns);
  return (
    <g class="threads" aria-hidden="true">
      {shown.map((warning) => (
        <Thread key={warning.id} {...{ model, geometry, sight, warning, y }} />
      ))}
    </g>
  );
});

function Thread({
  model,
  geometry,
  sight,
  warning,
  y,
}: Omit<Props, "at"> & { warning: Warning; y: number }): JSX.Element {
  const x = round(xOf(sight, warning.position));
  const drops = warning.answers.flatMap(({ position }) => {
    const row = model.byPosition[position];
    const box = row && geometry.boxes.get(row.lane);
    return row && box ? [{ x: round(xOf(sight, position)), y: markHeight(box, row) }] : [];
  });
  const named = warning.people.flatMap((id) => geometry.boxes.get(id) ?? []).map((box) => box.ribbon);
  const end = Math.max(x, ...drops.map((drop) => drop.x));
  const lowest = Math.max(y, ...named);
  return (
    <g>
      <path class="thread" d={`M${x} ${y}H${end}${drops.map((drop) => `M${drop.x} ${y}V${drop.y}`).join("")}`} />
      {named.length > 0 && <path class="stem" d={`M${x} ${y}V${lowest}`} />}
      {named.map((top) => (
        <circle key={top} class="knot" cx={x} cy={top} r="3" />
      ))}
    </g>
  );
}

/** Words in the line of warnings, where there is room for them. */
export const WarningWords = memo(function WarningWords({ model, geometry, sight }: Omit<Props, "at">): JSX.Element {
  const box = geometry.boxes.get(MISSION);
  const y = (box?.marks ?? 0) + 4;
  const words = [
    ...[...model.warnings.values()].map((warning) => ({
      key: warning.id,
      x: xOf(sight, warning.position),
      end: warningEnd(warning, sight),
      words: `${warning.kind === "drive" ? "both drive" : "both run"} ${warning.kind === "drive" ? targetName(warning.what) : warning.what}`,
      after: warning.answers.map((answer) => answer.word).join(" · "),
    })),
    ...unwarned(model).map((overlap) => ({
      key: `${overlap.kind} ${overlap.what} ${overlap.from}`,
      x: xOf(sight, overlap.from),
      end: xOf(sight, overlap.from),
      words: "",
      after: `${overlapTitle(model, overlap)}: no warning`,
    })),
  ]
    .filter((one) => one.x > -200 && one.x < sight.width + 200)
    .sort((a, b) => a.x - b.x);
  if (box === undefined || words.length > 60) return <g />;
  return (
    <g class="words" aria-hidden="true">
      {placed(words, sight.width).map((one) => (
        <text key={one.key} class={one.class} x={round(one.x)} y={y} text-anchor={one.anchor}>
          {one.text}
        </text>
      ))}
    </g>
  );
});

interface Words {
  key: string;
  x: number;
  end: number;
  words: string;
  after: string;
}

interface PlacedWords {
  key: string;
  class: string;
  x: number;
  anchor: "start" | "end";
  text: string;
}

function placed(all: Words[], width: number): PlacedWords[] {
  const found: PlacedWords[] = [];
  let free = 0;
  all.forEach((one, index) => {
    const next = all[index + 1]?.x ?? width + 40;
    const isUnwarned = one.words === "";
    const after = one.after.length * (isUnwarned ? BOLD_LETTER : LETTER) + 14;
    const hasRoom = one.end + after <= Math.min(next - 10, width);
    const words = isUnwarned && !hasRoom ? one.after : one.words; // what has no room behind its mark may have it before
    const before = words.length * BOLD_LETTER + 14;
    if (words !== "" && one.x - before >= free) {
      found.push({ key: `${one.key}<`, class: "warned", x: one.x - 12, anchor: "end", text: words });
    }
    free = Math.max(free, one.end + 10);
    if (one.after !== "" && hasRoom) {
      found.push({
        key: `${one.key}>`,
        class: isUnwarned ? "warned" : "answered",
        x: one.end + 12,
        anchor: "start",
        text: one.after,
      });
      free = one.end + after;
    }
  });
  return found;
}

function warningEnd(warning: Warning, sight: Sight): number {
  return xOf(sight, Math.max(warning.position, ...warning.answers.map((answer) => answer.position)));
}

/** A dashed triangle where an overlap begins without a warning. */
export const Unwarned = memo(function Unwarned({ model, geometry, sight }: Omit<Props, "at">): JSX.Element {
  const y = geometry.boxes.get(MISSION)?.marks ?? 0;
  let last = -Infinity;
  const marks: ComponentChildren[] = [];
  for (const overlap of unwarned(model)) {
    const x = xOf(sight, overlap.from);
    if (x < -10 || x > sight.width + 10 || x - last < 13) continue;
    last = x;
    marks.push(
      <g
        key={`${overlap.from} ${overlap.what}`}
        class="ev"
        role="button"
        tabindex={-1}
        data-at={overlap.from}
        aria-label={`${overlapTitle(model, overlap)}, without a warning`}
        transform={`translate(${round(x)} ${y})`}
      >
        <circle class="hit" r="12" />
        <Mark glyph="unwarned" />
      </g>,
    );
  }
  return <g>{marks}</g>;
});

/** Arcs from where events arrived to where they belong. */
export const Arcs = memo(function Arcs({ model, geometry, sight, at }: Props): JSX.Element {
  const inSight = model.displaced.filter((one) => {
    const [a, b] = [xOf(sight, one.position), xOf(sight, one.arrivedAt)];
    return Math.max(a, b) > 0 && Math.min(a, b) < sight.width;
  });
  const largest = [...inSight].sort((a, b) => Math.abs(b.by) - Math.abs(a.by)).slice(0, MOST_ARCS);
  const arcs = inSight
    .filter((one) => largest.includes(one) || one.position === at)
    .sort((a, b) => Number(a.position === at) - Number(b.position === at)); // the one with words is drawn over the others
  const others = inSight.filter((one) => !arcs.includes(one));
  const hasWords = arcs.length === 1;
  return (
    <g class="late" aria-hidden="true">
      <path
        class="head"
        d={others.map((one) => `M${round(xOf(sight, one.position)) - 3} ${geometry.arcs - 9}h6l-3 5z`).join("")}
      />
      {arcs.map((one) => (
        <Arc
          key={one.position}
          one={one}
          sight={sight}
          floor={geometry.arcs - 12}
          words={hasWords || one.position === at}
        />
      ))}
    </g>
  );
});

function Arc({
  one,
  sight,
  floor,
  words,
}: {
  one: Displaced;
  sight: Sight;
  floor: number;
  words: boolean;
}): JSX.Element {
  const to = round(xOf(sight, one.position));
  const from = round(xOf(sight, one.arrivedAt) + (one.by > 0 ? 6 : -6));
  const top = Math.max(-8, floor - 14 - Math.min(26, Math.abs(to - from) / 6));
  const said = `${numbered(one.position)} arrived here, ${counted(Math.abs(one.by), "event")} ${one.by > 0 ? "late" : "early"}`;
  const isRight = from + said.length * LETTER + 10 < sight.width;
  return (
    <g>
      <path class="arc" d={`M${from} ${floor}C${from} ${top} ${to} ${top} ${to} ${floor}`} />
      <path class="head" d={`M${to - 4.5} ${floor}h9l-4.5 8z`} />
      <circle class="came" cx={from} cy={floor + 2} r="3.2" />
      {words && (
        <text x={isRight ? from + 9 : from - 9} y={floor + 6} text-anchor={isRight ? "start" : "end"}>
          {said}
        </text>
      )}
    </g>
  );
}

/** Torn strips where nothing happened for long. */
export function Gaps({ sight, height, top }: { sight: Sight; height: number; top: number }): JSX.Element {
  const gaps = sight.axis.kind === "order" ? [] : sight.axis.gaps;
  return (
    <g class="gaps" aria-hidden="true">
      {gaps.map((gap) => {
        const width = ((gap.to - gap.from) / (sight.to - sight.from)) * sight.width;
        const middle = xOf(sight, gap.position) + width / 2;
        const half = Math.max(4, Math.min(28, width / 2 - 12));
        if (middle < -80 || middle > sight.width + 80) return null;
        const torn = (x: number): string => tear(round(x), top, height);
        return (
          <g key={gap.position}>
            <rect class="void" x={round(middle - half)} y={top} width={2 * half} height={height - top} />
            <path class="torn" d={torn(middle - half) + torn(middle + half)} />
          </g>
        );
      })}
    </g>
  );
}

/** How long nothing happened, above the veil. */
export function GapWords({ sight, top }: { sight: Sight; top: number }): JSX.Element {
  const gaps = sight.axis.kind === "order" ? [] : sight.axis.gaps;
  return (
    <g class="gaps" aria-hidden="true">
      {gaps.map((gap) => (
        <text key={gap.position} x={toPixels(sight, (gap.from + gap.to) / 2)} y={top + 13}>
          {lengthOf(gap.ms)}
        </text>
      ))}
    </g>
  );
}

function tear(x: number, top: number, bottom: number): string {
  let d = `M${x} ${top}`;
  for (let y = top + 4, side = 2.2; y <= bottom; y += 4, side = -side) d += `L${x + side} ${y}`;
  return d;
}
