/** The header: what is open, and what can be done with it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { lengthOf } from "../axis";
import type { Model } from "../model";
import type { Mode } from "../types";
import { counted } from "../words";

interface Props {
  model: Model;
  mode: Mode;
  isSaved: boolean;
  onMode: (mode: Mode) => void;
  onOpen: () => void;
  onSave: () => void;
}

export function Logo({ isSaved }: { isSaved: boolean }): JSX.Element {
  const content = (
    <>
      <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
        <rect class="tile" width="24" height="24" rx="6" />
        <circle cx="9.4" cy="12" r="4.6" />
        <circle cx="14.6" cy="12" r="4.6" />
      </svg>
      <span>Mission Collaboration Service</span>
    </>
  );
  return isSaved ? (
    <span class="logo">{content}</span>
  ) : (
    <a class="logo" href="./" aria-label="Mission Collaboration Service">
      {content}
    </a>
  );
}

const MODES: Record<Mode, string> = {
  permissive: "Permissive: replay and import",
  strict: "Strict: stops at the first refusal",
  admit: "Admit: as the live loop",
};

export function Header({ model, mode, isSaved, onMode, onOpen, onSave }: Props): JSX.Element {
  const { instants } = model.axes.time;
  const span = instants.length > 1 ? (instants.at(-1) ?? 0) - (instants[0] ?? 0) : 0;
  return (
    <header class="top">
      <Logo isSaved={isSaved} />
      <span class="slash" aria-hidden="true">
        /
      </span>
      <h1 title={model.name}>{model.history.missionId || model.name}</h1>
      <ul class="counts">
        <li>{counted(model.rows.length, "event")}</li>
        <li>{counted(model.lives.size, "participant")}</li>
        {span > 0 && <li>{lengthOf(span)}</li>}
      </ul>
      <span class="space" />
      <Theme />
      {isSaved ? (
        <span class="note">a saved file</span>
      ) : (
        <>
          <select
            class="select mode"
            aria-label="Mode"
            value={mode}
            onChange={(event) => onMode(event.currentTarget.value as Mode)}
          >
            {Object.entries(MODES).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
          <button class="btn" aria-label="Open another" onClick={onOpen}>
            <svg viewBox="0 0 16 16">
              <path d="M1.5 3.5h4.7l1.6 2h6.7v8h-13z" />
            </svg>
            <span class="word">Open…</span>
          </button>
          <button class="btn" aria-label="Save as one file" onClick={onSave}>
            <svg viewBox="0 0 16 16">
              <path d="M7 1.5h2v6h3L8 12 4 7.5h3zM2.5 13h11v1.6h-11z" />
            </svg>
            <span class="word">Save as one file</span>
          </button>
        </>
      )}
    </header>
  );
}

const THEMES = ["", "dark", "light"] as const;
const THEME_WORDS = { "": "as the system", dark: "dark", light: "light" };

function Theme(): JSX.Element {
  const [theme, setTheme] = useState<(typeof THEMES)[number]>("");
  const next = (): void => {
    const chosen = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "";
    if (chosen === "") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = chosen;
    setTheme(chosen);
  };
  return (
    <button
      class="btn square theme"
      aria-label={`Colours: ${THEME_WORDS[theme]}`}
      title={`Colours: ${THEME_WORDS[theme]}`}
      onClick={next}
    >
      <svg viewBox="0 0 16 16">
        <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" />
        <circle cx="8" cy="8" r="6.2" class="round" />
      </svg>
    </button>
  );
}
