/** A story as a small picture: its real lanes, without marks. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Box } from "../geometry";
import { makeHistory } from "../history";
import type { Life } from "../spans";
import { makeModel, unwarned, type Model } from "../model";
import { readFile } from "../reading";
import { explain, story as askStory, type Story } from "../service";
import { isTrouble } from "../words";
import { LaneBack } from "./LaneBack";
import { Mark } from "../glyphs";
import { xOf, endOf, type Sight } from "../window";

const WIDTH = 264;
const LANES = 4;
const PITCH = 25;
const FOOT = 26;
/** Half the width of a mark: so much room the last one needs. */
const MARK = 8;

export function Miniature({ story, apiKey }: { story: Story; apiKey: string }): JSX.Element {
  const [model, setModel] = useState<Model | null>(null);
  useEffect(() => {
    const away = new AbortController();
    void make(story, apiKey, away.signal).then(
      (made) => !away.signal.aborted && setModel(made),
      () => undefined,
    );
    return () => away.abort();
  }, [story.name, apiKey]);
  return (
    <svg
      class="miniature"
      viewBox={`0 0 ${WIDTH} ${Math.min(LANES, Math.max(3, model?.lives.size ?? 0)) * PITCH + FOOT}`}
      aria-hidden="true"
    >
      {model !== null && <Small model={model} />}
    </svg>
  );
}

async function make(story: Story, key: string, signal: AbortSignal): Promise<Model> {
  const batch = await readFile(await askStory(story.name, key));
  return makeModel(story.name, batch, await makeHistory(await explain(batch, "permissive", key, signal), batch));
}

function Small({ model }: { model: Model }): JSX.Element {
  const sight: Sight = { axis: model.axes.order, from: 0, to: 1, width: WIDTH - MARK };
  const lives = [...model.lives.values()].slice(0, LANES);
  const boxes = new Map(lives.map((life, index) => [life.id, boxOf(life, index * PITCH)]));
  const foot = lives.length * PITCH + 10;
  const silent = new Set(unwarned(model));
  const met = model.overlaps.filter((overlap) => overlap.people.some((id) => boxes.has(id)));
  const fields = met
    .map((overlap) => {
      const tops = overlap.people.flatMap((id) => boxes.get(id)?.top ?? []);
      const [from, to] = [xOf(sight, overlap.from), Math.min(WIDTH, endOf(sight, overlap.to))];
      return `M${from} ${Math.min(...tops) + 1}H${to}V${Math.max(...tops) + 20}H${from}Z`;
    })
    .join("");
  return (
    <g>
      {lives.map((life) => (
        <LaneBack
          key={life.id}
          model={model}
          life={life}
          box={boxes.get(life.id) as Box}
          sight={sight}
          top={boxes.get(life.id)?.top ?? 0}
        />
      ))}
      <path class="hatched" fill="url(#hatch)" d={fields} />
      <path class="edge" d={fields} />
      {[...model.warnings.values()].slice(0, 3).map((warning) => (
        <At key={warning.id} x={xOf(sight, warning.position)} y={foot}>
          <Mark glyph="warn" />
        </At>
      ))}
      {met
        .filter((overlap) => silent.has(overlap))
        .slice(0, 3)
        .map((overlap) => (
          <At key={overlap.from} x={xOf(sight, overlap.from)} y={foot}>
            <Mark glyph="unwarned" />
          </At>
        ))}
      {model.rows
        .filter((row) => isTrouble(row.status))
        .slice(0, 12)
        .map((row) => (
          <At
            key={row.place}
            x={xOf(sight, row.anchor)}
            y={boxes.has(row.lane) ? (boxes.get(row.lane)?.top ?? 0) + 10.5 : foot}
          >
            <Mark glyph={row.glyph} status={row.status} />
          </At>
        ))}
      {model.displaced.slice(0, 3).map((one) => {
        const [to, from] = [xOf(sight, one.position), xOf(sight, one.arrivedAt)];
        return (
          <g key={one.position} class="late">
            <path class="arc" d={`M${from} ${foot + 10}C${from} ${foot - 14} ${to} ${foot - 14} ${to} ${foot + 5}`} />
            <path class="head" d={`M${to - 4} ${foot + 4}h8l-4 7z`} />
          </g>
        );
      })}
    </g>
  );
}

function boxOf(life: Life, top: number): Box {
  const hasRibbons = life.ribbons.length > 0;
  return {
    id: life.id,
    kind: "person",
    top,
    height: 21,
    full: !hasRibbons,
    marks: top,
    ribbon: top + 5.5,
    ribbonHeight: 10,
    steps: top + 4,
    pulse: 0,
  };
}

function At({ x, y, children }: { x: number; y: number; children: ComponentChildren }): JSX.Element {
  return <g transform={`translate(${x} ${y})`}>{children}</g>;
}
