/** A story as a small picture: its real lanes, without marks. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { makeHistory } from "../history";
import { makeModel, unwarned, type Model } from "../model";
import { readFile } from "../reading";
import { explain, story as askStory, type Story } from "../service";
import { isTrouble } from "../words";
import { LaneBack } from "./LaneBack";
import { Mark } from "../glyphs";
import { xOf, endOf, type Sight } from "../window";

const WIDTH = 264;
const HEIGHT = 96;
const LANES = 4;
const PITCH = 24;

export function Miniature({ story, apiKey }: { story: Story; apiKey: string }): JSX.Element {
  const [model, setModel] = useState<Model | null>(null);
  useEffect(() => {
    const away = new AbortController();
    void make(story, apiKey, away.signal).then((made) => !away.signal.aborted && setModel(made), () => undefined);
    return () => away.abort();
  }, [story.name, apiKey]);
  return <svg class="miniature" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">{model !== null && <Small model={model} />}</svg>;
}

async function make(story: Story, key: string, signal: AbortSignal): Promise<Model> {
  const batch = await readFile(await askStory(story.name, key));
  return makeModel(story.name, batch, await makeHistory(await explain(batch, "permissive", key, signal), batch));
}

function Small({ model }: { model: Model }): JSX.Element {
  const sight: Sight = { axis: model.axes.order, from: 0, to: 1, width: WIDTH };
  const lives = [...model.lives.values()].slice(0, LANES);
  const places = new Map(lives.map((life, index) => [life.id, index * PITCH + 2]));
  const silent = new Set(unwarned(model));
  const overlaps = model.overlaps.flatMap((overlap) => {
    const tops = overlap.people.flatMap((id) => places.get(id) ?? []);
    if (tops.length < 2) return [];
    const [from, to] = [xOf(sight, overlap.from), Math.min(WIDTH, endOf(sight, overlap.to))];
    return [{ d: `M${from} ${Math.min(...tops) + 1}H${to}V${Math.max(...tops) + 19}H${from}Z`, overlap }];
  });
  return (
    <g>
      {lives.map((life) => {
        const top = places.get(life.id) ?? 0;
        const box = { id: life.id, kind: "person" as const, top, height: 20, full: false, marks: top, ribbon: top + 5, ribbonHeight: 10, steps: top, pulse: 0 };
        return <LaneBack key={life.id} model={model} life={life} box={box} sight={sight} top={top} />;
      })}
      <path class="hatched" fill="url(#hatch)" d={overlaps.map(({ d }) => d).join("")} />
      <path class="edge" d={overlaps.map(({ d }) => d).join("")} />
      {overlaps.filter(({ overlap }) => silent.has(overlap)).slice(0, 3).map(({ overlap }) => (
        <g key={overlap.from} transform={`translate(${xOf(sight, overlap.from)} ${HEIGHT - 12})`}><Mark glyph="unwarned" /></g>
      ))}
      {model.rows.filter((row) => isTrouble(row.status)).slice(0, 12).map((row) => (
        <g key={row.place} transform={`translate(${xOf(sight, row.anchor)} ${(places.get(row.lane) ?? HEIGHT - 22) + 10})`}><Mark glyph={row.glyph} status={row.status} /></g>
      ))}
      {model.displaced.slice(0, 3).map((one) => {
        const [to, from] = [xOf(sight, one.position), xOf(sight, one.arrivedAt)];
        return <path key={one.position} class="late arc" d={`M${from} ${HEIGHT - 8}C${from} ${HEIGHT - 30} ${to} ${HEIGHT - 30} ${to} ${HEIGHT - 10}`} />;
      })}
    </g>
  );
}
