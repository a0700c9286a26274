/** The events of one lane, each with its name; the one that has the focus is always there. */
import type { JSX } from "preact";
import { layOut, type Layout, type PlacedMark } from "../detail";
import { markHeight, type Box } from "../geometry";
import { Mark } from "../glyphs";
import { memo } from "../memo";
import { eventOf, titleOfRow, type Model, type Row } from "../model";
import { payloadOf, targetKey } from "../people";
import { inSight, markX, type Sight } from "../window";
import { counted, grouped, numbered, statusText } from "../words";
import { round } from "./LaneBack";

interface Props {
  model: Model;
  rows: Row[];
  box: Box;
  sight: Sight;
  matches: Uint8Array | null;
  /** The row of this lane that Tab comes to, if it is in this lane. */
  stop: Row | null;
  chosen: Row | null;
}

export const LaneMarks = memo(function LaneMarks(props: Props): JSX.Element {
  const { rows, box, sight, matches, stop } = props;
  const visible = inSight(rows, sight);
  const place = (row: Row): number => markX(sight, row);
  const pulses = box.pulse > 0 ? visible.filter((row) => row.glyph === "pulse") : [];
  const others = box.pulse > 0 ? visible.filter((row) => row.glyph !== "pulse") : visible;
  const shown = matches === null ? others : others.filter((row) => matches[row.place] === 1);
  const dimmed = matches === null ? [] : others.filter((row) => matches[row.place] === 0);
  const events = layOut(shown, place, sight.width);
  const pale = layOut(dimmed, place, sight.width);
  const beats = layOut(
    matches === null ? pulses : pulses.filter((row) => matches[row.place] === 1),
    place,
    sight.width,
  );
  const marks = box.full
    ? [...events.marks, ...beats.marks]
    : events.marks.filter((mark) => mark.row.glyph !== "pulse");
  const isThere = stop === null || marks.some((mark) => mark.row === stop);
  return (
    <g>
      <path
        class="tick pale"
        d={lines(pale, box.marks, box) + pale.marks.map((mark) => tick(mark.x, box.marks)).join("")}
      />
      <path class="tick" d={lines(events, box.marks, box) + lines(beats, box.pulse, box)} />
      {marks.map((mark) => (
        <EventMark key={mark.row.place} {...props} mark={mark} />
      ))}
      {!isThere && stop !== null && (
        <EventMark key={stop.place} {...props} mark={{ row: stop, x: place(stop), count: 1 }} />
      )}
    </g>
  );
});

function lines(layout: Layout, y: number, box: Box): string {
  const most = box.full ? 15 : 6;
  const bins = layout.bins.map(({ x, height }) => {
    const h = round(2 + height * (most - 2));
    return `M${round(x)} ${round(y + most / 2 - h)}h3v${h}h-3z`;
  });
  return layout.ticks.map((x) => tick(x, y)).join("") + bins.join("");
}

function tick(x: number, y: number): string {
  return `M${round(x - 0.8)} ${y - 5}h1.6v10h-1.6z`;
}

function EventMark({ model, box, mark, stop, chosen }: Props & { mark: PlacedMark }): JSX.Element {
  const { row, x, count } = mark;
  const y = markHeight(box, row);
  const more = count > 1 ? `, ${counted(count, "event")} in this place` : "";
  return (
    <g
      class="ev"
      role="button"
      tabindex={row === stop ? 0 : -1}
      data-row={row.place}
      data-count={count}
      aria-current={row === chosen ? "true" : undefined}
      aria-label={`${labelOf(model, row)}${more}`}
      transform={`translate(${round(x)} ${y})`}
    >
      <circle class="hit" r="12" />
      <Mark glyph={row.glyph} status={row.status} colour={colourOf(model, row)} />
      {count > 1 && (
        <text class="count" x="6" y="-5">
          {grouped(count)}
        </text>
      )}
    </g>
  );
}

export function labelOf(model: Model, row: Row): string {
  const where = row.position > 0 ? `Event ${numbered(row.position).slice(1)}` : "Event without a place";
  const late = row.by > 0 ? `, arrived ${counted(row.by, "event")} late` : "";
  return `${where}: ${titleOfRow(model, row)}, ${statusText(row.entry)}${late}`;
}

export function colourOf(model: Model, row: Row): number | null {
  if (row.glyph !== "focus") return null;
  const target = targetKey(payloadOf(eventOf(model, row))["focus_target"]);
  return target === "" ? null : model.palette.colourOf(target);
}
