/**
 * The same events as a table. It is windowed: a long history is drawn a screen at a time.
 *
 * Beside the picture it stands hidden for screen readers, around the position that is chosen.
 */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Icon } from "../glyphs";
import { memo } from "../memo";
import { titleOfRow, type Model, type Row } from "../model";
import { nameOf } from "../people";
import { counted, grouped, statusText } from "../words";
import { colourOf } from "./LaneMarks";

interface Props {
  model: Model;
  chosen: Row | null;
  matches: Uint8Array | null;
  isHidden: boolean;
  onChoose: (row: Row) => void;
}

const ROW_HEIGHT = 34;
/** Rows that stand beside the picture, for screen readers. */
const BLOCK = 50;
const MARGIN = 8;

export function Table({ model, chosen, matches, isHidden, onChoose }: Props): JSX.Element {
  const rows = useMemo(
    () => (matches === null ? model.rows : model.rows.filter((row) => matches[row.place] === 1)),
    [model, matches],
  );
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const chosenPlace = chosen === null ? -1 : rows.indexOf(chosen);
  useLayoutEffect(() => setHeight(box.current?.clientHeight ?? 600), [isHidden]);
  useEffect(() => {
    const view = box.current;
    if (view === null || isHidden || chosenPlace < 0) return;
    const y = chosenPlace * ROW_HEIGHT;
    if (y < view.scrollTop || y > view.scrollTop + view.clientHeight - 3 * ROW_HEIGHT)
      view.scrollTop = y - view.clientHeight / 2;
  }, [chosenPlace, isHidden]);
  const first = isHidden
    ? Math.max(0, Math.floor(chosenPlace / BLOCK) * BLOCK - MARGIN)
    : Math.max(0, Math.floor(top / ROW_HEIGHT) - MARGIN);
  const last = isHidden ? first + BLOCK + 2 * MARGIN : first + Math.ceil(height / ROW_HEIGHT) + 2 * MARGIN;
  const shown = rows.slice(first, last);
  const spacer = (count: number): JSX.Element | false =>
    !isHidden &&
    count > 0 && (
      <tr class="spacer" style={{ height: `${count * ROW_HEIGHT}px` }}>
        <td colSpan={7} />
      </tr>
    );
  return (
    <div
      class={isHidden ? "table hidden" : "table"}
      ref={box}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      tabindex={isHidden ? -1 : 0}
      role="region"
      aria-label="Events as a table"
    >
      <table aria-rowcount={rows.length + 1}>
        <caption>{counted(rows.length, "event")}, in the order in which they are folded</caption>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">#</th>
            <th scope="col">Time</th>
            <th scope="col">Participant</th>
            <th scope="col">Event</th>
            <th scope="col">Effect</th>
            <th scope="col">Arrived</th>
            <th scope="col">Changes</th>
          </tr>
        </thead>
        <tbody>
          {spacer(first)}
          {shown.map((row, index) => (
            <TableRow
              key={row.place}
              model={model}
              row={row}
              index={first + index + 2}
              isChosen={row === chosen}
              isHidden={isHidden}
              onChoose={onChoose}
            />
          ))}
          {spacer(rows.length - first - shown.length)}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  model: Model;
  row: Row;
  index: number;
  isChosen: boolean;
  isHidden: boolean;
  onChoose: (row: Row) => void;
}

const TableRow = memo(function TableRow({ model, row, index, isChosen, isHidden, onChoose }: RowProps): JSX.Element {
  const { entry } = row;
  return (
    <tr
      aria-rowindex={index}
      aria-current={isChosen ? "true" : undefined}
      class={isChosen ? "chosen" : ""}
      onClick={() => onChoose(row)}
    >
      <td class="num">{row.position > 0 ? grouped(row.position) : "–"}</td>
      <td class="num">{entry.timestamp === null ? "" : timeOf(entry.timestamp)}</td>
      <td>
        {entry.participant_ids
          .slice(0, 3)
          .map((id) => nameOf(model.people, id))
          .join(", ")}
      </td>
      <td>
        <button class="plainbutton" tabindex={isHidden ? -1 : 0} title={entry.event_id ?? ""}>
          {titleOfRow(model, row)}
        </button>
      </td>
      <td class={`effect ${row.status}`}>
        <Icon glyph={row.glyph} status={row.status} colour={colourOf(model, row)} /> {statusText(entry)}
      </td>
      <td class="num">
        {grouped(entry.index + 1)}
        {row.by !== 0 && (
          <b>
            {" "}
            {Math.abs(row.by)} {row.by > 0 ? "late" : "early"}
          </b>
        )}
      </td>
      <td class="num">{entry.changes.length}</td>
    </tr>
  );
});

function timeOf(timestamp: string): string {
  const instant = Date.parse(timestamp);
  return Number.isNaN(instant) ? timestamp : new Date(instant).toISOString().slice(11, 19);
}
