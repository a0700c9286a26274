/** The state after the event at the playhead. Every entry names the event to blame, and can be asked why. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { touchesUpTo } from "../history";
import { memo } from "../memo";
import { titleOfRow, type Model } from "../model";
import { stateGroups, valueText, type Group, type StateRow } from "../stateview";
import { counted, grouped, numbered } from "../words";
import { Avatar } from "./Names";

interface Props {
  model: Model;
  at: number;
  entry: string;
  onEntry: (entry: string) => void;
  onHover: (entry: string) => void;
  onGo: (position: number) => void;
}

const SHOWN = 12;
const MORE = 100;

export function StatePanel(props: Props): JSX.Element {
  const groups = useMemo(() => stateGroups(props.model, props.at), [props.model, props.at]);
  const changed = new Set((props.model.history.touches[props.at] ?? []).map((moment) => moment.entry)).size;
  const panel = useRef<HTMLElement>(null);
  useEffect(() => bringInSight(panel.current), [props.entry]);
  return (
    <section class="panel state" aria-label="State" ref={panel}>
      <div class="head">
        <h2>State after {numbered(props.at)}</h2>
        <small>{changed === 0 ? "nothing changed" : `${counted(changed, "entry", "entries")} changed`}</small>
        <span class="why">why</span>
      </div>
      {groups.map((group) => (
        <GroupView key={group.key} {...props} group={group} />
      ))}
    </section>
  );
}

/** Moves the list, not the page, to the entry that is asked about. */
function bringInSight(panel: HTMLElement | null): void {
  const row = panel?.querySelector<HTMLElement>(".asked");
  if (!panel || !row) return;
  const top = row.getBoundingClientRect().top - panel.getBoundingClientRect().top;
  if (top < 50 || top > panel.clientHeight - 120) panel.scrollTop += top - panel.clientHeight / 3;
}

function GroupView(props: Props & { group: Group }): JSX.Element {
  const { group, model } = props;
  const [shown, setShown] = useState(SHOWN);
  const hidden = Math.max(0, group.size - shown);
  const isPerson = group.person !== "";
  const rows = [...group.rows(shown), ...group.removed];
  const person = model.people.get(group.person);
  return (
    <div class="group">
      <h3>
        {group.person !== "" && (
          <Avatar isAgent={person?.isAgent ?? false} initial={person?.initial ?? group.title.slice(0, 1)} />
        )}
        <span class={group.head?.fate === "removed" ? "gone" : ""}>{group.title}</span>
        {group.kind !== "" && <small>{group.kind}</small>}
        {!isPerson && group.size > SHOWN && <small>{grouped(group.size)}</small>}
        {group.head !== null && <HeadWhy {...props} row={group.head} />}
      </h3>
      {group.head !== null && props.entry === group.head.entry && (
        <Touched model={model} at={props.at} entry={props.entry} onGo={props.onGo} />
      )}
      {hidden > 0 && (
        <button class="link" onClick={() => setShown(shown + MORE)}>
          Show {Math.min(MORE, hidden)} {isPerson ? "more" : "earlier"}
          {hidden > MORE && ` of ${grouped(hidden)}`}
        </button>
      )}
      {rows.length === 0 && group.head === null && <p class="none">{group.none}</p>}
      <ul>
        {rows.map((row) => (
          <RowView
            key={`${row.entry} ${row.blame}`}
            {...row}
            model={model}
            isAsked={props.entry === row.entry}
            at={props.entry === row.entry ? props.at : 0}
            onEntry={props.onEntry}
            onHover={props.onHover}
            onGo={props.onGo}
          />
        ))}
      </ul>
    </div>
  );
}

function HeadWhy(props: Props & { row: StateRow }): JSX.Element {
  const { row } = props;
  return (
    <span class="headwhy" onPointerEnter={() => props.onHover(row.entry)} onPointerLeave={() => props.onHover("")}>
      {row.fate !== "" && <em>{row.fate}</em>}
      <Why model={props.model} blame={row.blame} onGo={props.onGo} />
    </span>
  );
}

interface RowProps extends StateRow {
  model: Model;
  isAsked: boolean;
  /** The position, while the entry is asked about. */
  at: number;
  onEntry: (entry: string) => void;
  onHover: (entry: string) => void;
  onGo: (position: number) => void;
}

const RowView = memo(function RowView(props: RowProps): JSX.Element {
  const { model, isAsked, entry, fate, target } = props;
  return (
    <li
      class={`row ${fate} ${isAsked ? "asked" : ""} ${props.isGone ? "nolonger" : ""}`}
      onPointerEnter={() => props.onHover(entry)}
      onPointerLeave={() => props.onHover("")}
    >
      <div class="line">
        <button class="entry" aria-expanded={isAsked} onClick={() => props.onEntry(isAsked ? "" : entry)}>
          {props.label !== "" && <span class="label">{props.label}</span>}
          <span class="value">
            {target !== "" && <i class={`swatch f${model.palette.colourOf(target)}`} />}
            {props.value}
          </span>
          {fate !== "" && <em>{fate}</em>}
        </button>
        <Why model={model} blame={props.blame} onGo={props.onGo} />
      </div>
      {isAsked && <Touched model={model} at={props.at} entry={entry} onGo={props.onGo} />}
    </li>
  );
});

function Why({ blame, model, onGo }: { blame: number; model: Model; onGo: (position: number) => void }): JSX.Element {
  if (blame === 0) return <span class="ref roster">roster</span>;
  const cause = model.byPosition[blame];
  const title = cause === undefined ? "" : titleOfRow(model, cause);
  return (
    <button class="ref" aria-label={`why: event ${blame}, ${title}`} title={title} onClick={() => onGo(blame)}>
      {numbered(blame)}
    </button>
  );
}

const DID = { add: "added", remove: "removed", replace: "changed" } as const;
const MOST_TOUCHES = 30;

/** Every event that touched the entry so far, the last one first. */
function Touched({
  model,
  at,
  entry,
  onGo,
}: {
  model: Model;
  at: number;
  entry: string;
  onGo: (position: number) => void;
}): JSX.Element {
  const all = touchesUpTo(model.history, entry, at).toReversed();
  const later = (model.history.byEntry.get(entry)?.length ?? 0) - all.length;
  return (
    <ol class="touches" aria-label="Events that touched it, the last one first">
      {all.slice(0, MOST_TOUCHES).map((moment, index) => {
        const cause = model.byPosition[moment.position];
        const value = moment.kind === "remove" ? "" : valueText(model, entry, moment.after);
        return (
          <li key={`${moment.position} ${index}`} class={index === 0 ? "blame" : ""}>
            <button class="ref" onClick={() => onGo(moment.position)}>
              {numbered(moment.position)}
            </button>
            <span>
              {cause === undefined ? "" : titleOfRow(model, cause)}
              <small>
                {DID[moment.kind]}
                {value === "" ? "" : `: ${value}`}
              </small>
            </span>
          </li>
        );
      })}
      {all.length === 0 && (
        <li>
          <span>It came with the roster.</span>
        </li>
      )}
      {all.length > MOST_TOUCHES && (
        <li>
          <span>and {grouped(all.length - MOST_TOUCHES)} before</span>
        </li>
      )}
      {later > 0 && (
        <li class="later">
          <span>touched {counted(later, "time")} after this position</span>
        </li>
      )}
    </ol>
  );
}
