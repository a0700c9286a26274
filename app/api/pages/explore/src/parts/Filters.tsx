/** Search, filters and counts. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Filter, Kept } from "../filter";
import { Icon, type Glyph } from "../glyphs";
import { unwarned, type Model } from "../model";
import { grouped, isTrouble, STATUS_WORDS, STATUSES } from "../words";

interface Props {
  model: Model;
  filter: Filter;
  found: number | null;
  tab: "picture" | "table";
  onFilter: (filter: Filter) => void;
  onTab: (tab: "picture" | "table") => void;
  onTrouble: (way: 1 | -1) => void;
}

export function Filters({ model, filter, found, tab, onFilter, onTab, onTrouble }: Props): JSX.Element {
  const types = useMemo(
    () => [...new Set(model.rows.map((row) => row.entry.event_type ?? ""))].filter((type) => type !== "").sort(),
    [model],
  );
  const people = useMemo(() => [...model.lives.keys(), ...model.strangers], [model]);
  const late = useMemo(() => model.rows.filter((row) => row.by > 0).length, [model]);
  const silent = useMemo(() => unwarned(model).length, [model]);
  const toggle = (kept: Kept): void => {
    const others = filter.kept.filter((one) => one !== kept);
    onFilter({ ...filter, kept: others.length < filter.kept.length ? others : [...others, kept] });
  };
  return (
    <div class="filters" role="search">
      <label class="search">
        <span class="unseen">Search</span>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="7" cy="7" r="4.5" />
          <path d="m10.5 10.5 4 4" />
        </svg>
        <input
          id="search"
          type="search"
          placeholder="Search: name, type, id, text"
          value={filter.query}
          onInput={(event) => onFilter({ ...filter, query: event.currentTarget.value })}
        />
      </label>
      <select
        class="select"
        aria-label="Participant"
        value={filter.who}
        onChange={(event) => onFilter({ ...filter, who: event.currentTarget.value })}
      >
        <option value="">Everyone</option>
        {people.map((id) => (
          <option key={id} value={id}>
            {model.people.get(id)?.name ?? id}
          </option>
        ))}
      </select>
      <select
        class="select"
        aria-label="Type of event"
        value={filter.type}
        onChange={(event) => onFilter({ ...filter, type: event.currentTarget.value })}
      >
        <option value="">All types</option>
        {types.map((type) => (
          <option key={type} value={type}>
            {type}
          </option>
        ))}
      </select>
      {found !== null && (
        <span class="found" role="status">
          {grouped(found)} found{" "}
          <button class="link" onClick={() => onFilter({ query: "", who: "", type: "", kept: [] })}>
            clear
          </button>
        </span>
      )}
      <span class="space" />
      <span class="segments" role="group" aria-label="View">
        {(["picture", "table"] as const).map((name) => (
          <button key={name} aria-pressed={tab === name} onClick={() => onTab(name)}>
            {name === "picture" ? "Picture" : "Table"}
          </button>
        ))}
      </span>
      <div class="chips" role="group" aria-label="Effect">
        {STATUSES.filter((status) => model.counts.has(status)).map((status) => (
          <Chip
            key={status}
            glyph={status === "stands" || status === "superseded" ? "comment" : status}
            over={status === "superseded"}
            word={STATUS_WORDS[status]}
            count={model.counts.get(status) ?? 0}
            on={filter.kept.includes(status)}
            onClick={() => toggle(status)}
            loud={isTrouble(status)}
          />
        ))}
        {late > 0 && (
          <Chip
            glyph="late"
            word="late"
            count={late}
            on={filter.kept.includes("late")}
            onClick={() => toggle("late")}
          />
        )}
        {silent > 0 && (
          <Chip glyph="unwarned" word="overlap, no warning" count={silent} onClick={() => onTrouble(1)} loud />
        )}
      </div>
    </div>
  );
}

interface ChipProps {
  glyph: Glyph;
  over?: boolean;
  word: string;
  count: number;
  on?: boolean;
  loud?: boolean;
  onClick: () => void;
}

function Chip({ glyph, over, word, count, on, loud, onClick }: ChipProps): JSX.Element {
  return (
    <button class={loud ? "chip loud" : "chip"} aria-pressed={on} onClick={onClick}>
      <Icon glyph={glyph} status={over === true ? "superseded" : "stands"} />
      {word} <b>{grouped(count)}</b>
    </button>
  );
}
