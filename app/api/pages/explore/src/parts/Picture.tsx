/** The picture: lanes along the axis, the playhead, and what joins them. */
import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { dayOf, nearest, ticks, type Axis } from "../axis";
import { arrange, type Geometry } from "../geometry";
import { OUTSIDE, STRANGERS, type Model, type Row } from "../model";
import { absentOf, toAxis, toPixels, xOf, type Sight } from "../window";
import { memo } from "../memo";
import { useKeys } from "./keys";
import { LaneBack } from "./LaneBack";
import { LaneMarks } from "./LaneMarks";
import { Labels } from "./Labels";
import { Chosen, Rings, Stop, TroubleWords } from "./Marks";
import { Names } from "./Names";
import { Arcs, GapWords, Gaps, Threads, Unwarned, WarningWords } from "./Notes";
import { Overlaps } from "./Overlaps";
import { tipOf, type Tip } from "./Tooltip";
import { useSight } from "./useSight";

interface Props {
  model: Model;
  axis: Axis;
  at: number;
  chosen: Row | null;
  /** Positions that touched the entry that is asked about, the one to blame last. */
  touched: number[];
  matches: Uint8Array | null;
  zoom: number;
  isNarrow: boolean;
  onZoom: (zoom: number) => void;
  onWindow: (from: number, to: number) => void;
  onChoose: (row: Row) => void;
  onGo: (position: number) => void;
}

export function Picture(props: Props): JSX.Element {
  const { model, axis, at, chosen, isNarrow } = props;
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const scroller = useRef<HTMLDivElement>(null);
  const { sight, virtual } = useSight(scroller, props, at);
  const absent = isNarrow ? absentOf(model, sight).join("\n") : "";
  const geometry = useMemo(
    () => arrange(model, opened, isNarrow, new Set(absent.split("\n"))),
    [model, opened, isNarrow, absent],
  );
  const [tip, setTip] = useState<Tip | null>(null);
  const keys = useKeys({ model, axis, chosen, onChoose: props.onChoose, scroller });
  const toggle = (id: string): void =>
    setOpened((was) => {
      const next = new Set(was);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const click = (event: MouseEvent): void => {
    const mark = (event.target as Element).closest<SVGElement>(".ev");
    if (mark === null) props.onGo(nearest(axis, toAxis(sight, event.clientX - left(scroller))));
    else if (mark.dataset["at"] !== undefined) props.onGo(Number(mark.dataset["at"]));
    else if (Number(mark.dataset["count"]) > 1 && props.zoom < 400) props.onZoom(props.zoom * 3);
    const row = model.rows[Number(mark?.dataset["row"] ?? -1)];
    if (row !== undefined) props.onChoose(row);
  };
  const playhead = xOf(sight, at);
  const lanes = { model, geometry, sight };
  return (
    <div class="pic">
      <div class="frame">
        <Names model={model} geometry={geometry} toggle={toggle} opened={opened} />
        <div
          class="scroll"
          ref={scroller}
          style={{ height: `${geometry.height + 4}px` }}
          onKeyDown={keys.press}
          onFocusIn={keys.focus}
          onPointerOver={(event) => setTip(tipOf(model, event))}
          onPointerLeave={() => setTip(null)}
        >
          <div class="roll" style={{ width: `${virtual}px` }}>
            <svg
              class="lanes"
              width={sight.width}
              height={geometry.height}
              onClick={click}
              role="group"
              aria-label="Lanes, one for each participant"
            >
              <Definitions playhead={playhead} width={sight.width} height={geometry.height} />
              <Grid sight={sight} height={geometry.height} top={geometry.arcs} />
              {[...model.lives.values()].map((life) => {
                const box = geometry.boxes.get(life.id);
                return (
                  box && (
                    <LaneBack
                      key={life.id}
                      model={model}
                      life={life}
                      box={box}
                      sight={sight}
                      top={box.top + (isNarrow ? 22 : 0)}
                    />
                  )
                );
              })}
              <Lines geometry={geometry} width={sight.width} />
              <Overlaps {...lanes} />
              <Gaps sight={sight} top={geometry.arcs} height={geometry.height} />
              <rect
                class="veil"
                x={Math.max(0, playhead)}
                y={geometry.arcs - 2}
                width={Math.max(0, sight.width - Math.max(0, playhead))}
                height={geometry.height}
              />
              <Threads {...lanes} at={at} />
              <Rings {...lanes} touched={props.touched} at={at} />
              <g mask="url(#dim)">
                {[...geometry.boxes.values()].map((box) => (
                  <LaneMarks
                    key={box.id}
                    model={model}
                    box={box}
                    sight={sight}
                    matches={props.matches}
                    rows={model.lanes.get(box.id) ?? []}
                    stop={keys.stop?.lane === box.id ? keys.stop : null}
                    chosen={chosen?.lane === box.id ? chosen : null}
                  />
                ))}
              </g>
              <Unwarned {...lanes} />
              <Labels {...lanes} future={false} />
              <Labels {...lanes} future />
              <GapWords sight={sight} top={geometry.arcs} />
              <WarningWords {...lanes} />
              <TroubleWords {...lanes} />
              <Arcs {...lanes} at={at} />
              {model.stoppedAt > 0 && (
                <Stop x={xOf(sight, model.stoppedAt)} top={geometry.arcs} height={geometry.height} />
              )}
              <line class="playhead" x1={playhead} x2={playhead} y1="0" y2={geometry.height} />
              <Chosen row={chosen} {...lanes} />
            </svg>
          </div>
        </div>
      </div>
      <AxisLine sight={sight} />
      {tip !== null && (
        <div class="tip" style={{ left: `${tip.x}px`, top: `${tip.y}px` }}>
          <b>{tip.title}</b>
          <br />
          {tip.about}
        </div>
      )}
    </div>
  );
}

function left(scroller: { current: HTMLDivElement | null }): number {
  return scroller.current?.getBoundingClientRect().left ?? 0;
}

function Definitions({ playhead, width, height }: { playhead: number; width: number; height: number }): JSX.Element {
  const cut = Math.max(0, Math.min(width, playhead));
  return (
    <defs>
      <mask id="dim" maskUnits="userSpaceOnUse" x="-20" y="-20" width={width + 40} height={height + 40}>
        <rect x="-20" y="-20" width={cut + 34} height={height + 40} fill="#fff" />
        <rect x={cut + 14} y="-20" width={width + 20 - cut} height={height + 40} fill="#fff" opacity="0.7" />
      </mask>
      <clipPath id="past">
        <rect x="-20" y="-20" width={cut + 20} height={height + 40} />
      </clipPath>
      <clipPath id="future">
        <rect x={cut} y="-20" width={width + 20 - cut} height={height + 40} />
      </clipPath>
    </defs>
  );
}

const Grid = memo(function Grid({ sight, height, top }: { sight: Sight; height: number; top: number }): JSX.Element {
  const d = ticks(sight.axis, sight.from, sight.to, sight.width).map(
    ({ x }) => `M${Math.round(toPixels(sight, x)) + 0.5} ${top}V${height}`,
  );
  return <path class="grid" d={d.join("")} />;
});

const AxisLine = memo(function AxisLine({ sight }: { sight: Sight }): JSX.Element {
  const first = sight.axis.instants[0];
  const isTime = sight.axis.kind === "time";
  return (
    <div class="axis" aria-hidden="true">
      <span class="axisname">{isTime && first !== undefined ? `${dayOf(first)}, UTC` : "position"}</span>
      <svg width={sight.width} height="18">
        {ticks(sight.axis, sight.from, sight.to, sight.width).map(({ x, label }) => (
          <text key={`${x}`} x={Math.max(16, Math.min(sight.width - 16, toPixels(sight, x)))} y="12">
            {label}
          </text>
        ))}
      </svg>
    </div>
  );
});

/** Dotted lines of those who never joined, and of what was not folded. */
function Lines({ geometry, width }: { geometry: Geometry; width: number }): JSX.Element {
  const lines = [STRANGERS, OUTSIDE].flatMap((id) => geometry.boxes.get(id) ?? []);
  return <path class="away" d={lines.map((box) => `M0 ${box.marks}H${width}`).join("")} />;
}
