/** One history: the picture, the event, the state, and all that moves between them. */
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { matching, type Filter } from "../filter";
import type { Place } from "../link";
import { troubleOf, type Model, type Row } from "../model";
import type { Mode } from "../types";
import { Card } from "./Card";
import { Filters } from "./Filters";
import { Header } from "./Header";
import { Legend } from "./Legend";
import { Picture } from "./Picture";
import { Slider } from "./Slider";
import { StatePanel } from "./StatePanel";
import { Table } from "./Table";

interface Props {
  model: Model;
  place: Place;
  isSaved: boolean;
  onPlace: (change: (was: Place) => Place) => void;
  onMode: (mode: Mode) => void;
  onOpen: () => void;
  onSave: () => void;
}

const NARROW = "(max-width: 760px)";
const MARK_ROOM = 22; // pixels an event on a narrow screen

export function Explorer(props: Props): JSX.Element {
  const { model, place, onPlace } = props;
  const last = model.history.ordered.length;
  const at = Math.min(Math.max(place.at, last === 0 ? 0 : 1), last);
  const isNarrow = useMedia(NARROW);
  const [zoom, setZoom] = useState(() => firstZoom(last, isNarrow));
  const [sight, setSight] = useState({ from: 0, to: 1 });
  const [hovered, setHovered] = useState("");
  const [hasKeys, setHasKeys] = useState(true);
  const [speed, setSpeed] = useState(2);
  const chosen = useMemo(() => chosenRow(model, place, at), [model, place.event, at]);
  const matches = useMemo(() => matching(model, place.filter), [model, place.filter]);
  const asked = hovered || place.entry;
  const touched = useMemo(
    () => (model.history.byEntry.get(asked) ?? []).map((moment) => moment.position),
    [model, asked],
  );
  const axis = model.axes[isNarrow ? "order" : place.axis];

  const change = useCallback((part: Partial<Place>): void => onPlace((was) => ({ ...was, ...part })), [onPlace]);
  const go = useCallback(
    (to: number): void => change({ at: Math.min(Math.max(1, to), last), event: -1 }),
    [change, last],
  );
  const choose = useCallback(
    (row: Row): void => (row.position > 0 ? go(row.position) : change({ at: row.anchor, event: row.entry.index })),
    [change, go],
  );
  const setFilter = useCallback((filter: Filter): void => change({ filter }), [change]);
  const setEntry = useCallback((entry: string): void => change({ entry }), [change]);
  const setWindow = useCallback((from: number, to: number): void => setSight({ from, to }), []);
  const toTrouble = (way: 1 | -1): void => {
    const places = troubleOf(model);
    const next =
      way > 0 ? (places.find((one) => one > at) ?? places[0]) : (places.findLast((one) => one < at) ?? places.at(-1));
    if (next !== undefined) go(next);
  };
  const zoomTo = (to: number): void => setZoom(Math.min(Math.max(1, to), Math.max(8, last / 8)));
  const setTab = (tab: Place["tab"]): void => change({ tab });
  const playing = usePlay(speed, at, last, go);

  usePageKeys(hasKeys, {
    "/": () => document.getElementById("search")?.focus(),
    n: () => toTrouble(1),
    p: () => toTrouble(-1),
    "+": () => zoomTo(zoom * 2),
    "-": () => zoomTo(zoom / 2),
    "0": () => zoomTo(1),
    t: () => setTab(place.tab === "table" ? "picture" : "table"),
  });
  useEffect(() => {
    document.title = `${model.history.missionId || model.name} · Explore`;
  }, [model]);
  const found = matches === null ? null : matches.reduce((sum, one) => sum + one, 0);
  const isTable = place.tab === "table";
  return (
    <>
      <Header
        model={model}
        mode={place.mode}
        isSaved={props.isSaved}
        onMode={props.onMode}
        onOpen={props.onOpen}
        onSave={props.onSave}
      />
      <Filters
        model={model}
        filter={place.filter}
        found={found}
        tab={place.tab}
        onFilter={setFilter}
        onTab={setTab}
        onTrouble={toTrouble}
      />
      <main class={isTable ? "grid tabled" : "grid"}>
        <div class="main">
          <div class="panel stage">
            {!isTable && (
              <Picture
                model={model}
                axis={axis}
                at={at}
                chosen={chosen}
                touched={touched}
                matches={matches}
                zoom={zoom}
                isNarrow={isNarrow}
                onZoom={zoomTo}
                onWindow={setWindow}
                onChoose={choose}
                onGo={go}
              />
            )}
            <Table model={model} chosen={chosen} matches={matches} isHidden={!isTable} onChoose={choose} />
            <Slider
              model={model}
              axis={axis}
              at={at}
              isPlaying={playing.is}
              speed={speed}
              sight={sight}
              zoom={isTable ? 1 : zoom}
              onGo={go}
              onPlay={playing.toggle}
              onSpeed={setSpeed}
              onAxis={(axis) => change({ axis })}
              onZoom={zoomTo}
            />
          </div>
          <Card model={model} row={chosen} hasLinks={!props.isSaved} isPlaying={playing.is} onGo={go} />
          <Legend isOpen={!isNarrow} hasKeys={hasKeys} onKeys={setHasKeys} />
        </div>
        <StatePanel model={model} at={at} entry={place.entry} onEntry={setEntry} onHover={setHovered} onGo={go} />
      </main>
    </>
  );
}

function firstZoom(events: number, isNarrow: boolean): number {
  return isNarrow ? Math.min(3, Math.max(1, (events * MARK_ROOM) / innerWidth)) : 1;
}

function chosenRow(model: Model, place: Place, at: number): Row | null {
  const other = place.event < 0 ? undefined : model.rows.find((row) => row.entry.index === place.event);
  return other ?? model.byPosition[at] ?? null;
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = (): void => setMatches(list.matches);
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, [query]);
  return matches;
}

const FRAME_MS = 40;

/** Plays: one event at a time, or as many a frame as the speed asks for. */
function usePlay(
  speed: number,
  at: number,
  last: number,
  go: (to: number) => void,
): { is: boolean; toggle: () => void } {
  const [is, setIs] = useState(false);
  const now = useRef({ at, go });
  now.current = { at, go };
  useEffect(() => {
    if (!is) return;
    const pause = Math.max(FRAME_MS, 1000 / speed);
    const step = Math.max(1, Math.round((speed * pause) / 1000));
    const timer = setInterval(() => {
      if (now.current.at >= last) setIs(false);
      else now.current.go(now.current.at + step);
    }, pause);
    return () => clearInterval(timer);
  }, [is, speed, last]);
  const toggle = (): void => {
    if (!is && at >= last) go(1);
    setIs(!is);
  };
  return { is, toggle };
}

/** Keys of one letter, where no field has the focus. */
function usePageKeys(isOn: boolean, keys: Record<string, () => void>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    if (!isOn) return;
    const press = (event: KeyboardEvent): void => {
      const target = event.target as Element;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select, textarea, dialog") !== null)
        return;
      const action = latest.current[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [isOn]);
}
