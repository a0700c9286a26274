/** The event that is chosen: what it is, what it changed, and why. */
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "../glyphs";
import { eventOf, titleOfRow, type Model, type Row } from "../model";
import { entryText, valueText } from "../stateview";
import { whyOf, type Part } from "../why";
import { counted, grouped, numbered, STATUS_WORDS } from "../words";
import { colourOf } from "./LaneMarks";
import type { Moment } from "../history";

interface Props {
  model: Model;
  row: Row | null;
  /** Whether problem pages are there to link to; they are not in a saved file. */
  hasLinks: boolean;
  isPlaying: boolean;
  onGo: (position: number) => void;
}

export function Card({ model, row, hasLinks, isPlaying, onGo }: Props): JSX.Element | null {
  if (row === null) return null;
  const { entry } = row;
  const moments = row.position > 0 ? (model.history.touches[row.position] ?? []) : [];
  return (
    <section class="panel card" aria-label="Event" aria-live={isPlaying ? "off" : "polite"}>
      <div>
        <h2>{row.position > 0 ? `Event ${numbered(row.position).slice(1)}` : `Sent as number ${entry.index + 1}`}</h2>
        <p class="title">
          <Icon glyph={row.glyph} status={row.status} colour={colourOf(model, row)} size={22} />
          <span>{titleOfRow(model, row)}</span>
        </p>
        <dl>
          <dt>effect</dt>
          <dd class={`effect ${row.status}`}>
            {STATUS_WORDS[row.status]}
            {entry.code !== undefined && (
              <>
                {" "}
                · <code>{entry.code}</code>
              </>
            )}
          </dd>
          <dt>type</dt>
          <dd>{entry.event_type ?? "none"}</dd>
          <dt>when</dt>
          <dd>
            {whenOf(entry.timestamp)} ·{" "}
            {entry.lamport_clock === null ? "no clock" : `clock ${grouped(entry.lamport_clock)}`}
          </dd>
          <dt>id</dt>
          <dd>
            <code>{entry.event_id ?? "none"}</code>
          </dd>
          <dt>arrived</dt>
          <dd>{arrived(row)}</dd>
        </dl>
      </div>
      <div>
        <h2>What it changed</h2>
        {moments.length === 0 ? (
          <p class="none">Nothing.</p>
        ) : (
          <ul class="changes">
            {moments.slice(0, 40).map((moment, index) => (
              <ChangeView key={index} model={model} moment={moment} />
            ))}
          </ul>
        )}
        {moments.length > 40 && <p class="none">and {grouped(moments.length - 40)} more</p>}
        <details>
          <summary>JSON of the event</summary>
          <pre tabindex={0}>{JSON.stringify(eventOf(model, row), null, 2)}</pre>
        </details>
      </div>
      <div>
        <h2>Why, and what came of it</h2>
        {whyOf(model, row).map((paragraph, index) => (
          <p key={index}>{paragraph.map((part) => partView(part, hasLinks, onGo))}</p>
        ))}
      </div>
    </section>
  );
}

function partView(part: Part, hasLinks: boolean, onGo: (position: number) => void): ComponentChildren {
  if (typeof part === "string") return part;
  if ("strong" in part) return <b>{part.strong}</b>;
  if ("event" in part)
    return (
      <button class="ref" onClick={() => onGo(part.event)}>
        {numbered(part.event)}
      </button>
    );
  return hasLinks ? <a href={`problems/${part.problem}`}>{part.problem}</a> : <code>{part.problem}</code>;
}

function ChangeView({ model, moment }: { model: Model; moment: Moment }): JSX.Element {
  const before = moment.kind === "add" ? "" : valueText(model, moment.entry, moment.before);
  const after = moment.kind === "remove" ? "removed" : valueText(model, moment.entry, moment.after);
  return (
    <li>
      <div>
        <span>{entryText(model, moment.entry)}: </span>
        {before !== "" && (
          <>
            <del>{before}</del>{" "}
            <span class="arrow" aria-label="becomes">
              →
            </span>{" "}
          </>
        )}
        <b>{after}</b>
      </div>
      <code>{moment.entry}</code>
    </li>
  );
}

function whenOf(timestamp: string | null): string {
  const instant = timestamp === null ? NaN : Date.parse(timestamp);
  if (Number.isNaN(instant)) return "no time";
  return new Date(instant)
    .toISOString()
    .replace("T", " ")
    .replace(/(\.000)?Z$/, "");
}

function arrived(row: Row): JSX.Element {
  const place = `as number ${grouped(row.entry.index + 1)}`;
  if (row.by === 0) return <>{place}</>;
  return (
    <b>
      {place}, {counted(Math.abs(row.by), "event")} {row.by > 0 ? "late" : "early"}
    </b>
  );
}
