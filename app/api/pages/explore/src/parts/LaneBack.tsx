/** What lies below the marks of a lane: the time on the mission, what they look at and drive, the steps they run. */
import { memo } from "../memo";
import type { JSX } from "preact";
import { joined, type Stretch } from "../detail";
import { MOST_STEP_ROWS, STEP_HEIGHT, type Box } from "../geometry";
import type { Model } from "../model";
import type { Life, Ribbon, Span, Step } from "../spans";
import { endOf, xOf, type Sight } from "../window";

interface Props {
  model: Model;
  life: Life;
  box: Box;
  sight: Sight;
  top: number;
}

export const LaneBack = memo(function LaneBack({ model, life, box, sight, top }: Props): JSX.Element {
  const bottom = box.top + box.height;
  return (
    <g>
      <path
        class="track"
        d={tracks(life.tracks, sight)
          .map(([a, b, open]) => field(a, b, top, bottom, open))
          .join("")}
      />
      <path class="away" d={pausesOf(life.tracks, sight, (top + bottom) / 2)} />
      {ribbonPaths(model, life.ribbons, box, sight).map(({ key, d }) => (
        <path key={key} class={`rib ${key}`} d={d} />
      ))}
      {box.full && (
        <path
          class="step"
          d={stepsInSight(life, sight)
            .map((step) => stepPath(step, box, sight))
            .join("")}
        />
      )}
      {box.full && (
        <path
          class="stepend"
          d={stepsInSight(life, sight)
            .map((step) => endPath(step, box, sight))
            .join("")}
        />
      )}
      {box.pulse > 0 && (
        <path
          class="base"
          d={tracks(life.tracks, sight)
            .map(([a, b]) => `M${a + 8} ${box.pulse}H${b - 8}`)
            .join("")}
        />
      )}
    </g>
  );
});

function isVisible(span: Span, sight: Sight): boolean {
  return xOf(sight, span.from) < sight.width + 20 && endOf(sight, span.to) > -20;
}

function tracks(spans: Span[], sight: Sight): [number, number, boolean][] {
  return spans
    .filter((span) => isVisible(span, sight))
    .map((span) => {
      const from = Math.max(-20, xOf(sight, span.from));
      return [round(from), round(Math.max(from + 2, Math.min(sight.width + 20, endOf(sight, span.to)))), span.to === 0];
    });
}

/** A field with round corners; open at the right edge while it lasts. */
function field(from: number, to: number, top: number, bottom: number, open: boolean): string {
  const r = Math.min(8, (to - from) / 2);
  const right = open ? `H${to}V${bottom}` : `H${to - r}q${r} 0 ${r} ${r}V${bottom - r}q0 ${r}-${r} ${r}`;
  return `M${from + r} ${top}${right}H${from + r}q-${r} 0-${r}-${r}V${top + r}q0-${r} ${r}-${r}Z`;
}

function pausesOf(spans: Span[], sight: Sight, y: number): string {
  return spans
    .slice(1)
    .map((span, index) => {
      const left = endOf(sight, (spans[index] as Span).to);
      return `M${round(left + 4)} ${y}H${round(xOf(sight, span.from) - 4)}`;
    })
    .join("");
}

/** One path for each colour and way of looking: few elements, however many events there are. */
function ribbonPaths(model: Model, ribbons: Ribbon[], box: Box, sight: Sight): { key: string; d: string }[] {
  const stretches = ribbons
    .filter((ribbon) => isVisible(ribbon, sight))
    .map((ribbon): Stretch<Ribbon> => ({
      from: Math.max(-10, xOf(sight, ribbon.from)),
      to: Math.min(sight.width + 10, endOf(sight, ribbon.to)),
      of: ribbon,
    }));
  const paths = new Map<string, string>();
  for (const { from, to, of } of joined(stretches)) {
    const key = `f${of.target === "" ? 0 : model.palette.colourOf(of.target)} ${of.drives ? "drives" : "looks"}`;
    const inset = to - from > 6 ? 0.8 : 0;
    const shape = bar(round(from + inset), round(to - inset), box.ribbon, box.ribbonHeight, of.to === 0);
    paths.set(key, (paths.get(key) ?? "") + shape);
  }
  return [...paths].map(([key, d]) => ({ key, d }));
}

function bar(from: number, to: number, top: number, height: number, open: boolean): string {
  const r = Math.min(4, height / 4, (to - from) / 2);
  const right = open ? `H${to}v${height}` : `H${round(to - r)}q${r} 0 ${r} ${r}v${height - 2 * r}q0 ${r}-${r} ${r}`;
  return `M${round(from + r)} ${top}${right}H${round(from + r)}q-${r} 0-${r}-${r}v-${height - 2 * r}q0-${r} ${r}-${r}Z`;
}

export function stepsInSight(life: Life, sight: Sight): Step[] {
  return life.steps.filter(
    (step) => step.row < MOST_STEP_ROWS && isVisible(step, sight) && stepWidth(step, sight) >= 3,
  );
}

function stepWidth(step: Step, sight: Sight): number {
  return endOf(sight, step.to) - xOf(sight, step.from);
}

export function stepTop(step: Step, box: Box): number {
  return box.steps + step.row * STEP_HEIGHT;
}

function stepPath(step: Step, box: Box, sight: Sight): string {
  const from = Math.max(-10, xOf(sight, step.from));
  const to = Math.min(sight.width + 10, endOf(sight, step.to));
  return bar(round(from), round(to), stepTop(step, box), 14, step.to === 0);
}

const ENDS: Record<string, string> = {
  success: "m-3 0 2.2 2.3 4-4.7",
  failure: "m-2.6-2.6 5.2 5.2m0-5.2-5.2 5.2",
  skipped: "m-2.8 0h5.6",
};

/** The outcome: within the bar's end, or behind a bar that has no room for it. */
function endPath(step: Step, box: Box, sight: Sight): string {
  const end = ENDS[step.outcome];
  if (end === undefined || step.to === 0) return "";
  const x = xOf(sight, step.to) + (stepWidth(step, sight) > 24 ? -9 : 8);
  return `M${round(x)} ${stepTop(step, box) + 7}${end}`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
