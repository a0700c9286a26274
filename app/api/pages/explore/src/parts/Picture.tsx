/** The picture: lanes along the axis, the playhead, and what joins them. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { dayOf, nearest, ticks, type Axis } from "../axis";
import { arrange, markHeight, type Box, type Geometry } from "../geometry";
import { OUTSIDE, STRANGERS, titleOfRow, type Model, type Row } from "../model";
import { absentOf, markX, toAxis, toPixels, xOf, type Sight } from "../window";
import { counted, isTrouble, numbered, short, statusText } from "../words";
import { memo } from "../memo";
import { useKeys } from "./keys";
import { LaneBack } from "./LaneBack";
import { LaneMarks } from "./LaneMarks";
import { Labels } from "./Labels";
import { Arcs, GapWords, Gaps, Threads, Unwarned, WarningWords } from "./Notes";
import { Overlaps } from "./Overlaps";

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

const MOST_RINGS = 300;

export function Picture(props: Props): JSX.Element {
  const { model, axis, at, chosen, isNarrow } = props;
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const scroller = useRef<HTMLDivElement>(null);
  const { sight, virtual } = useSight(scroller, props, at);
  const absent = isNarrow ? absentOf(model, sight).join("\n") : "";
  const geometry = useMemo(() => arrange(model, opened, isNarrow, new Set(absent.split("\n"))), [model, opened, isNarrow, absent]);
  const [tip, setTip] = useState<Tip | null>(null);
  const keys = useKeys({ model, axis, chosen, onChoose: props.onChoose, scroller });
  const toggle = (id: string): void => setOpened((was) => {
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
        <div class="scroll" ref={scroller} style={{ height: `${geometry.height + 4}px` }}
          onKeyDown={keys.press} onFocusIn={keys.focus}
          onPointerOver={(event) => setTip(tipOf(model, event))} onPointerLeave={() => setTip(null)}>
          <div class="roll" style={{ width: `${virtual}px` }}>
            <svg class="lanes" width={sight.width} height={geometry.height} onClick={click} role="group" aria-label="Lanes, one for each participant">
              <Definitions playhead={playhead} width={sight.width} height={geometry.height} />
              <Grid sight={sight} height={geometry.height} top={geometry.arcs} />
              {[...model.lives.values()].map((life) => {
                const box = geometry.boxes.get(life.id);
                return box && <LaneBack key={life.id} model={model} life={life} box={box} sight={sight} top={box.top + (isNarrow ? 22 : 0)} />;
              })}
              <Lines geometry={geometry} width={sight.width} />
              <Overlaps {...lanes} />
              <Gaps sight={sight} top={geometry.arcs} height={geometry.height} />
              <rect class="veil" x={Math.max(0, playhead)} y={geometry.arcs - 2} width={Math.max(0, sight.width - Math.max(0, playhead))} height={geometry.height} />
              <Threads {...lanes} at={at} />
              <Rings {...lanes} touched={props.touched} at={at} />
              <g mask="url(#dim)">{[...geometry.boxes.values()].map((box) => (
                <LaneMarks key={box.id} model={model} box={box} sight={sight} matches={props.matches} rows={model.lanes.get(box.id) ?? []}
                  stop={keys.stop?.lane === box.id ? keys.stop : null} chosen={chosen?.lane === box.id ? chosen : null} />
              ))}</g>
              <Unwarned {...lanes} />
              <Labels {...lanes} future={false} />
              <Labels {...lanes} future />
              <GapWords sight={sight} top={geometry.arcs} />
              <WarningWords {...lanes} />
              <TroubleWords {...lanes} />
              <Arcs {...lanes} at={at} />
              {model.stoppedAt > 0 && <Stop x={xOf(sight, model.stoppedAt)} top={geometry.arcs} height={geometry.height} />}
              <line class="playhead" x1={playhead} x2={playhead} y1="0" y2={geometry.height} />
              <Chosen row={chosen} {...lanes} />
            </svg>
          </div>
        </div>
      </div>
      <AxisLine sight={sight} />
      {tip !== null && <div class="tip" style={{ left: `${tip.x}px`, top: `${tip.y}px` }}><b>{tip.title}</b><br />{tip.about}</div>}
    </div>
  );
}

function left(scroller: { current: HTMLDivElement | null }): number {
  return scroller.current?.getBoundingClientRect().left ?? 0;
}

/** The window on the axis: as wide as the box, moved by scrolling, and kept around the playhead. */
function useSight(scroller: { current: HTMLDivElement | null }, props: Props, at: number): { sight: Sight; virtual: number } {
  const { axis, zoom } = props;
  const [width, setWidth] = useState(800);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const box = scroller.current as HTMLDivElement;
    const measure = (): void => setWidth(Math.max(200, box.clientWidth));
    const watch = new ResizeObserver(measure);
    watch.observe(box);
    measure();
    const scrolled = (): void => setOffset(box.scrollLeft);
    box.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      watch.disconnect();
      box.removeEventListener("scroll", scrolled);
    };
  }, []);
  const virtual = Math.round(width * zoom);
  useLayoutEffect(() => {
    if (zoom <= 1) return setOffset(0);
    const box = scroller.current as HTMLDivElement;
    const x = (axis.xs[at] ?? 0) * virtual;
    const isInSight = x > box.scrollLeft + 24 && x < box.scrollLeft + width - 24;
    if (!isInSight) box.scrollLeft = x - width * 0.55;
    setOffset(box.scrollLeft);
  }, [at, virtual, axis]);
  const sight = useMemo((): Sight => {
    const from = zoom <= 1 ? 0 : Math.min(offset / virtual, 1 - 1 / zoom);
    return { axis, width, from, to: from + 1 / Math.max(1, zoom) };
  }, [axis, width, virtual, offset, zoom]);
  useEffect(() => props.onWindow(sight.from, sight.to), [sight.from, sight.to]);
  return { sight, virtual };
}

function Definitions({ playhead, width, height }: { playhead: number; width: number; height: number }): JSX.Element {
  const cut = Math.max(0, Math.min(width, playhead));
  return (
    <defs>
      <mask id="dim" maskUnits="userSpaceOnUse" x="-20" y="-20" width={width + 40} height={height + 40}>
        <rect x="-20" y="-20" width={cut + 34} height={height + 40} fill="#fff" />
        <rect x={cut + 14} y="-20" width={width + 20 - cut} height={height + 40} fill="#fff" opacity="0.7" />
      </mask>
      <clipPath id="past"><rect x="-20" y="-20" width={cut + 20} height={height + 40} /></clipPath>
      <clipPath id="future"><rect x={cut} y="-20" width={width + 20 - cut} height={height + 40} /></clipPath>
    </defs>
  );
}

const Grid = memo(function Grid({ sight, height, top }: { sight: Sight; height: number; top: number }): JSX.Element {
  const d = ticks(sight.axis, sight.from, sight.to, sight.width).map(({ x }) => `M${Math.round(toPixels(sight, x)) + 0.5} ${top}V${height}`);
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
          <text key={`${x}`} x={Math.max(16, Math.min(sight.width - 16, toPixels(sight, x)))} y="12">{label}</text>
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

function Names(props: { model: Model; geometry: Geometry; opened: ReadonlySet<string>; toggle: (id: string) => void }): JSX.Element {
  return (
    <div class="names" style={{ height: `${props.geometry.height}px` }}>
      {[...props.geometry.boxes.values()].map((box) => <Name key={box.id} {...props} box={box} />)}
    </div>
  );
}

function Name({ model, box, opened, toggle }: { model: Model; box: Box; opened: ReadonlySet<string>; toggle: (id: string) => void }): JSX.Element {
  const style = { top: `${box.top}px`, height: `${box.height}px` };
  if (box.kind !== "person") {
    const [title, about] = {
      mission: ["Mission", "warnings"],
      strangers: ["Never joined", short(model.strangers.join(", "), 40)],
      outside: ["Not folded", counted(model.lanes.get(OUTSIDE)?.length ?? 0, "event")],
    }[box.kind];
    return <div class="lane plain" style={style}><span class="who"><b>{title}</b><small>{about}</small></span></div>;
  }
  const person = model.people.get(box.id);
  const name = person?.name ?? box.id;
  const content = (
    <>
      <Avatar isAgent={person?.isAgent ?? false} initial={person?.initial ?? name.slice(0, 1)} />
      <span class="who"><b>{name}</b>{box.full && <small>{person?.kind ?? ""}</small>}</span>
    </>
  );
  const canFold = !box.full || model.lives.size > 12;
  return canFold
    ? <button class={`lane ${box.full ? "" : "strip"}`} style={style} aria-expanded={opened.has(box.id)} onClick={() => toggle(box.id)}>{content}</button>
    : <div class="lane" style={style}>{content}</div>;
}

export function Avatar({ isAgent, initial }: { isAgent: boolean; initial: string }): JSX.Element {
  return (
    <span class={isAgent ? "avatar agent" : "avatar"} aria-hidden="true">
      {isAgent ? <svg viewBox="-8 -8 16 16"><path d="M0-7C.9-2 2-.9 7 0 2 .9.9 2 0 7-.9 2-2 .9-7 0-2-.9-.9-2 0-7Z" /></svg> : initial}
    </span>
  );
}

interface Lanes {
  model: Model;
  geometry: Geometry;
  sight: Sight;
}

/** Says beside a mark of trouble what it is, in the lanes of strangers and of what was not folded. */
function TroubleWords({ model, geometry, sight }: Lanes): JSX.Element {
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
      found.push(<text key={row.place} class={isTrouble(row.status) ? "warned" : "quiet"} x={Math.round(x)} y={(box as Box).marks + 4}>{words}</text>);
    });
  }
  return <g class="words" aria-hidden="true">{found}</g>;
}

/** Rings around the events that touched the entry that is asked about; the one to blame has a full one. */
function Rings({ model, geometry, sight, touched, at }: Lanes & { touched: number[]; at: number }): JSX.Element {
  const before = touched.filter((position) => position <= at);
  return (
    <g class="rings" aria-hidden="true">
      {touched.slice(-MOST_RINGS).map((position) => {
        const row = model.byPosition[position];
        const box = row && geometry.boxes.get(row.lane);
        const x = xOf(sight, position);
        if (row === undefined || box === undefined || x < -12 || x > sight.width + 12) return null;
        return <circle key={position} class={position === before.at(-1) ? "blame" : ""} cx={x} cy={markHeight(box, row)} r="10.5" />;
      })}
    </g>
  );
}

function Chosen({ row, geometry, sight }: Lanes & { row: Row | null }): JSX.Element | null {
  const box = row === null ? undefined : geometry.boxes.get(row.lane);
  if (row === null || box === undefined) return null;
  return <circle class="chosen" cx={markX(sight, row)} cy={markHeight(box, row)} r="10.5" aria-hidden="true" />;
}

function Stop({ x, top, height }: { x: number; top: number; height: number }): JSX.Element {
  return (
    <g class="stop" aria-hidden="true">
      <line x1={x + 12} x2={x + 12} y1={top} y2={height} />
      <text x={x + 17} y={height - 6}>strict stops here</text>
    </g>
  );
}

interface Tip {
  x: number;
  y: number;
  title: string;
  about: string;
}

function tipOf(model: Model, event: PointerEvent): Tip | null {
  const mark = (event.target as Element).closest<SVGElement>(".ev");
  if (mark === null || event.pointerType === "touch") return null;
  const box = mark.getBoundingClientRect();
  const place = { x: Math.min(innerWidth - 290, box.left + 10), y: box.bottom + 4 };
  const row = model.rows[Number(mark.dataset["row"] ?? -1)];
  if (row === undefined) return { ...place, title: mark.getAttribute("aria-label") ?? "", about: "" };
  const number = row.position > 0 ? `${numbered(row.position)} ` : "";
  const count = Number(mark.dataset["count"] ?? 1);
  const late = row.by > 0 ? `, ${counted(row.by, "event")} late` : "";
  const more = count > 1 ? ` (and ${count - 1} more here)` : "";
  return { ...place, title: number + titleOfRow(model, row), about: `${statusText(row.entry)}${late}${more}` };
}

