/** Arrow keys in the picture: one tab stop that moves from event to event. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Axis } from "../axis";
import type { Model, Row } from "../model";

interface Given {
  model: Model;
  axis: Axis;
  chosen: Row | null;
  scroller: { current: HTMLDivElement | null };
  onChoose: (row: Row) => void;
}

interface Keys {
  /** The event that Tab comes to. */
  stop: Row | null;
  press: (event: KeyboardEvent) => void;
  focus: (event: FocusEvent) => void;
}

export function useKeys({ model, axis, chosen, onChoose, scroller }: Given): Keys {
  const [cursor, setCursor] = useState<Row | null>(null);
  const moved = useRef(false);
  const stop = cursor ?? chosen;
  useLayoutEffect(() => setCursor(null), [chosen, model]);
  useLayoutEffect(() => {
    if (!moved.current || stop === null) return;
    moved.current = false;
    bringInSight(scroller.current, axis, stop);
    scroller.current?.querySelector<SVGElement>(`[data-row="${stop.place}"]`)?.focus();
  });
  const press = (event: KeyboardEvent): void => {
    if (stop === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      moved.current = true;
      onChoose(stop);
    } else if (event.key === "Escape") {
      document.querySelector<HTMLElement>("[role=slider]")?.focus();
    } else {
      const next = neighbour(model, stop, event.key);
      if (next === null) return;
      moved.current = true;
      setCursor(next);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const focus = (event: FocusEvent): void => {
    const row = model.rows[Number((event.target as SVGElement).dataset["row"] ?? -1)];
    if (row !== undefined && row !== stop) setCursor(row);
  };
  return { stop, press, focus };
}

function bringInSight(box: HTMLDivElement | null, axis: Axis, row: Row): void {
  if (box === null) return;
  const x = (axis.xs[row.anchor] ?? 0) * box.scrollWidth;
  if (x < box.scrollLeft + 20 || x > box.scrollLeft + box.clientWidth - 20) box.scrollLeft = x - box.clientWidth / 2;
}

function neighbour(model: Model, from: Row, key: string): Row | null {
  const lane = model.lanes.get(from.lane) ?? [];
  const place = lane.indexOf(from);
  switch (key) {
    case "ArrowRight":
      return lane[place + 1] ?? null;
    case "ArrowLeft":
      return lane[place - 1] ?? null;
    case "Home":
      return lane[0] ?? null;
    case "End":
      return lane.at(-1) ?? null;
    case "ArrowDown":
      return inNextLane(model, from, 1);
    case "ArrowUp":
      return inNextLane(model, from, -1);
    default:
      return null;
  }
}

/** The nearest event of the next lane that has any. */
function inNextLane(model: Model, from: Row, way: 1 | -1): Row | null {
  const lanes = [...model.lanes.entries()].filter(([, rows]) => rows.length > 0);
  const place = lanes.findIndex(([id]) => id === from.lane);
  const rows = lanes[place + way]?.[1];
  if (rows === undefined) return null;
  return rows.reduce((best, row) =>
    Math.abs(row.anchor - from.anchor) < Math.abs(best.anchor - from.anchor) ? row : best,
  );
}
