/** The names of the lanes, beside them or above them. */
import type { JSX } from "preact";
import { MOST_FULL_LANES, type Box, type Geometry } from "../geometry";
import { OUTSIDE, type Model } from "../model";
import { counted, short } from "../words";

const SHOWN_WHOLE = 11;
const KEPT_AT_END = 4;

export function Names(props: {
  model: Model;
  geometry: Geometry;
  opened: ReadonlySet<string>;
  toggle: (id: string) => void;
}): JSX.Element {
  return (
    <div class="names" style={{ height: `${props.geometry.height}px` }}>
      {[...props.geometry.boxes.values()].map((box) => (
        <Name key={box.id} {...props} box={box} />
      ))}
    </div>
  );
}

function Name({
  model,
  box,
  opened,
  toggle,
}: {
  model: Model;
  box: Box;
  opened: ReadonlySet<string>;
  toggle: (id: string) => void;
}): JSX.Element {
  const style = { top: `${box.top}px`, height: `${box.height}px` };
  if (box.kind !== "person") {
    const [title, about] = {
      mission: ["Mission", "warnings"],
      strangers: ["Never joined", short(model.strangers.join(", "), 40)],
      outside: ["Not folded", counted(model.lanes.get(OUTSIDE)?.length ?? 0, "event")],
    }[box.kind];
    return (
      <div class="lane plain" style={style}>
        <span class="who">
          <b>{title}</b>
          <small>{about}</small>
        </span>
      </div>
    );
  }
  const person = model.people.get(box.id);
  const name = person?.name ?? box.id;
  const content = (
    <>
      <Avatar isAgent={person?.isAgent ?? false} initial={person?.initial ?? name.slice(0, 1)} />
      <span class="who">
        <LaneName name={name} />
        {box.full && <small>{person?.kind ?? ""}</small>}
      </span>
    </>
  );
  const canFold = !box.full || model.lives.size > MOST_FULL_LANES;
  return canFold ? (
    <button
      class={`lane ${box.full ? "" : "strip"}`}
      style={style}
      aria-expanded={opened.has(box.id)}
      onClick={() => toggle(box.id)}
    >
      {content}
    </button>
  ) : (
    <div class="lane" style={style}>
      {content}
    </div>
  );
}

/** A name too long for its column loses its middle: names of one team often differ at the end alone. */
function LaneName({ name }: { name: string }): JSX.Element {
  const letters = [...name];
  if (letters.length <= SHOWN_WHOLE) return <b>{name}</b>;
  return (
    <b class="long" title={name}>
      <span>{letters.slice(0, -KEPT_AT_END).join("")}</span>
      <span>{letters.slice(-KEPT_AT_END).join("")}</span>
    </b>
  );
}

export function Avatar({ isAgent, initial }: { isAgent: boolean; initial: string }): JSX.Element {
  return (
    <span class={isAgent ? "avatar agent" : "avatar"} aria-hidden="true">
      {isAgent ? (
        <svg viewBox="-8 -8 16 16">
          <path d="M0-7C.9-2 2-.9 7 0 2 .9.9 2 0 7-.9 2-2 .9-7 0-2-.9-.9-2 0-7Z" />
        </svg>
      ) : (
        initial
      )}
    </span>
  );
}
