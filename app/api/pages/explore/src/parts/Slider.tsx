/** One slider over all positions, with the buttons that play and step. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { clockOf, nearest, type Axis, type AxisKind } from "../axis";
import { memo } from "../memo";
import { titleOfRow, troubleOf, type Model } from "../model";
import { grouped } from "../words";
import { round } from "./LaneBack";

interface Props {
  model: Model;
  axis: Axis;
  at: number;
  isPlaying: boolean;
  speed: number;
  /** The part of the axis that the picture shows. */
  sight: { from: number; to: number };
  zoom: number;
  onGo: (position: number) => void;
  onPlay: () => void;
  onSpeed: (speed: number) => void;
  onAxis: (kind: AxisKind) => void;
  onZoom: (zoom: number) => void;
}

export const SPEEDS = [1, 2, 5, 20, 100];
const PAGE = 10;

export function Slider(props: Props): JSX.Element {
  const { model, axis, at, sight } = props;
  const last = axis.xs.length - 1;
  const rail = useRef<HTMLDivElement>(null);
  const row = model.byPosition[at];
  const drag = (event: PointerEvent): void => {
    const box = (rail.current as HTMLDivElement).getBoundingClientRect();
    props.onGo(nearest(axis, (event.clientX - box.left) / box.width));
  };
  const press = (event: KeyboardEvent): void => {
    const step: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      PageUp: at + PAGE,
      PageDown: at - PAGE,
      Home: 1,
      End: last,
    };
    const to = step[event.key];
    if (to !== undefined) props.onGo(to);
    else if (event.key === " ") props.onPlay();
    else return;
    event.preventDefault();
  };
  const x = (axis.xs[at] ?? 0) * 100;
  return (
    <div class="dock">
      <div
        class="slider"
        ref={rail}
        role="slider"
        tabindex={0}
        aria-label="Position in the history"
        aria-orientation="horizontal"
        aria-valuemin={last === 0 ? 0 : 1}
        aria-valuemax={last}
        aria-valuenow={at}
        aria-valuetext={
          row === undefined ? "No events" : `Event ${at} of ${last}, ${timeText(axis, at)}: ${titleOfRow(model, row)}`
        }
        onKeyDown={press}
        onPointerDown={(event) => {
          rail.current?.setPointerCapture(event.pointerId);
          rail.current?.focus();
          drag(event);
        }}
        onPointerMove={(event) => rail.current?.hasPointerCapture(event.pointerId) && drag(event)}
      >
        <Rail model={model} axis={axis} />
        {props.zoom > 1.01 && (
          <span class="sightbox" style={{ left: `${sight.from * 100}%`, width: `${(sight.to - sight.from) * 100}%` }} />
        )}
        <span class="done" style={{ width: `${x}%` }} />
        <span class="thumb" style={{ left: `${x}%` }}>
          {grouped(at)}
        </span>
      </div>
      <div class="transport">
        <button class="btn square" aria-label="Previous event" disabled={at <= 1} onClick={() => props.onGo(at - 1)}>
          <svg viewBox="0 0 16 16">
            <path d="M11 3v10L4 8z" />
          </svg>
        </button>
        <button class="btn primary play" aria-pressed={props.isPlaying} disabled={last < 2} onClick={props.onPlay}>
          <svg viewBox="0 0 16 16">
            {props.isPlaying ? <path d="M4 3h3v10H4zM9 3h3v10H9z" /> : <path d="M4 2.5v11l9-5.5z" />}
          </svg>
          {props.isPlaying ? "Pause" : "Play"}
        </button>
        <button class="btn square" aria-label="Next event" disabled={at >= last} onClick={() => props.onGo(at + 1)}>
          <svg viewBox="0 0 16 16">
            <path d="M5 3v10l7-5z" />
          </svg>
        </button>
        <span class="now">
          <b>{grouped(at)}</b> of {grouped(last)} <b class="clock">{timeText(axis, at)}</b>
        </span>
        <span class="space" />
        <span class="zoom" role="group" aria-label="Zoom">
          <button
            class="btn square"
            aria-label="Zoom out"
            disabled={props.zoom <= 1}
            onClick={() => props.onZoom(props.zoom / 2)}
          >
            −
          </button>
          <button class="btn square" aria-label="Zoom in" onClick={() => props.onZoom(props.zoom * 2)}>
            +
          </button>
        </span>
        <select
          class="select speed"
          aria-label="Speed"
          value={props.speed}
          onChange={(event) => props.onSpeed(Number(event.currentTarget.value))}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {speed === 1 ? "1 event a second" : `${speed} events a second`}
            </option>
          ))}
        </select>
        <span class="segments" role="group" aria-label="Axis">
          {(["time", "order"] as const).map((kind) => (
            <button key={kind} aria-pressed={axis.kind === kind} onClick={() => props.onAxis(kind)}>
              {kind === "time" ? "By time" : "By order"}
            </button>
          ))}
        </span>
      </div>
    </div>
  );
}

export function timeText(axis: Axis, at: number): string {
  const instant = axis.instants[at - 1];
  return instant === undefined || Number.isNaN(instant) ? "" : clockOf(instant);
}

const WIDE = 1000;
const MOST_DIAMONDS = 50;

/** A line for each event, or for each column of them; diamonds where there is trouble. */
const Rail = memo(function Rail({ model, axis }: { model: Model; axis: Axis }): JSX.Element {
  const columns = new Map<number, number>();
  for (let position = 1; position < axis.xs.length; position++) {
    const column = Math.round((axis.xs[position] ?? 0) * WIDE);
    columns.set(column, (columns.get(column) ?? 0) + 1);
  }
  const most = Math.log1p(Math.max(1, ...columns.values()));
  const isDense = axis.xs.length > 400;
  const lines = [...columns].map(([column, count]) => {
    const height = isDense ? 2 + 10 * (Math.log1p(count) / most) : 10;
    return `M${column} ${round(17 - height / 2)}v${round(height)}`;
  });
  const trouble = [...new Set(troubleOf(model).map((position) => round((axis.xs[position] ?? 0) * 100)))];
  const hasRoom = trouble.length <= MOST_DIAMONDS;
  return (
    <>
      <svg class="rail" viewBox={`0 0 ${WIDE} 34`} preserveAspectRatio="none" aria-hidden="true">
        <path d={`M0 17H${WIDE}`} class="line" />
        <path d={lines.join("")} />
        {!hasRoom && <path class="alerts" d={trouble.map((x) => `M${x * 10} 3v5`).join("")} />}
      </svg>
      {hasRoom && trouble.map((x) => <i key={x} class="trouble" style={{ left: `${x}%` }} />)}
    </>
  );
});
