/** The page: opens batches, and shows the one that is open. */
import type { JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { makeHistory } from "../history";
import { readLink, START, writeLink, type Place } from "../link";
import { makeModel, type Model } from "../model";
import { readFile, readText, UnreadableError } from "../reading";
import { download, withoutTexts, type Saved } from "../save";
import { explain, ProblemError, stories as askStories, story as askStory, type Story } from "../service";
import type { Batch, Explanation, Mode } from "../types";
import { grouped } from "../words";
import { PasteDialog, SaveDialog } from "./Dialogs";
import { Explorer } from "./Explorer";
import { Logo } from "./Header";
import { Miniature } from "./Miniature";
import { Start, type Failure } from "./Start";

interface Opened {
  model: Model;
  explanation: Explanation;
}

export function App({ saved }: { saved: Saved | null }): JSX.Element {
  const [place, setPlace] = useState<Place>(() => readLink(location.hash));
  const [opened, setOpened] = useState<Opened | null>(null);
  const [busy, setBusy] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [key, setKey] = useState("");
  const [needsKey, setNeedsKey] = useState(false);
  const [stories, setStories] = useState<Story[]>([]);
  const [dialog, setDialog] = useState<"" | "paste" | "save">("");
  /** What waits for a key. */
  const waiting = useRef<((key: string) => void) | null>(null);

  const show = useCallback(async (name: string, batch: Batch, explanation: Explanation, next: Place): Promise<void> => {
    const history = await makeHistory(explanation, batch, (done, total) =>
      setBusy(`Reading the answer: ${Math.round((100 * done) / total)} %`),
    );
    const model = makeModel(name, batch, history);
    const last = history.ordered.length;
    setPlace({ ...next, at: Math.min(next.at || model.stoppedAt || last, last) });
    setOpened({ model, explanation });
  }, []);

  /** Reads, asks and shows; what goes wrong is told on the start page. */
  const open = async (
    read: (key: string) => Promise<{ name: string; batch: Batch }>,
    next: Place,
    withKey = key,
  ): Promise<void> => {
    setFailure(null);
    setBusy("Reading the events");
    waiting.current = null;
    try {
      const { name, batch } = await read(withKey);
      setBusy(`Asking what ${grouped(batch.events.length)} events did`);
      const explanation = await explain(batch, next.mode, withKey);
      await show(name, batch, explanation, next);
      setNeedsKey(false);
    } catch (error) {
      setOpened(null);
      setFailure(failureOf(error));
      if (isLocked(error)) {
        setNeedsKey(true);
        waiting.current = (given) => void open(read, next, given);
      }
    } finally {
      setBusy("");
    }
  };

  const openStory = (name: string, next: Place): Promise<void> =>
    open(async (withKey) => ({ name, batch: await readFile(await askStory(name, withKey)) }), next);
  /** A file is opened at the place that the address names: only a story can be named there, too. */
  const here: Place = opened === null ? { ...place, story: "" } : { ...START, mode: place.mode };
  const openFile = (file: File): Promise<void> =>
    open(async () => ({ name: file.name, batch: await readFile(file) }), here);
  const openText = (words: string): Promise<void> =>
    open(() => Promise.resolve({ name: "pasted events", batch: readText(words) }), here);

  useEffect(() => {
    if (saved !== null) void show(saved.name, saved.batch, saved.explanation, place);
    else if (place.story !== "") void openStory(place.story, place);
  }, []);

  useEffect(() => {
    if (saved === null) askStories(key).then(setStories, (error: unknown) => isLocked(error) && setNeedsKey(true));
  }, [key]);

  useEffect(() => {
    const timer = setTimeout(
      () => history.replaceState(null, "", writeLink(place) || location.pathname + location.search),
      150,
    );
    return () => clearTimeout(timer);
  }, [place]);

  useEffect(() => {
    const followed = (event: HashChangeEvent): void => {
      const next = readLink(new URL(event.newURL).hash);
      if (saved === null && next.story !== "" && next.story !== place.story) void openStory(next.story, next);
      else setPlace(next);
    };
    addEventListener("hashchange", followed);
    return () => removeEventListener("hashchange", followed);
  });

  useEffect(() => {
    if (saved !== null) return;
    const over = (event: DragEvent): void => event.preventDefault();
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) void openFile(file);
    };
    const paste = (event: ClipboardEvent): void => {
      const words = event.clipboardData?.getData("text/plain") ?? "";
      const isInField = (event.target as Element).closest("input, textarea") !== null;
      if (opened === null && !isInField && words.trim() !== "") void openText(words);
    };
    addEventListener("dragover", over);
    addEventListener("drop", drop);
    addEventListener("paste", paste);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("drop", drop);
      removeEventListener("paste", paste);
    };
  });

  const useKey = (given: string): void => {
    setKey(given);
    setNeedsKey(false);
    waiting.current?.(given);
  };
  const save = async (texts: boolean): Promise<void> => {
    if (opened === null) return;
    const { name, batch, history } = opened.model;
    const whole: Saved = { name: history.missionId || name, batch, explanation: opened.explanation };
    await download(texts ? whole : withoutTexts(whole));
  };
  const changeMode = (mode: Mode): void => {
    if (opened === null) return;
    const { name, batch } = opened.model;
    void open(() => Promise.resolve({ name, batch }), {
      ...place,
      mode,
      at: mode === "strict" ? 0 : place.at,
      entry: "",
      event: -1,
    });
  };
  const close = (): void => {
    setOpened(null);
    setPlace({ ...START, mode: place.mode });
  };

  return (
    <>
      <svg class="unseen" aria-hidden="true">
        <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2.2" height="7" class="hatch" />
        </pattern>
      </svg>
      {opened === null ? (
        <>
          <header class="top bare">
            <Logo isSaved={saved !== null} />
          </header>
          {saved === null && (
            <Start
              stories={stories}
              failure={failure}
              needsKey={needsKey}
              onFile={(file) => void openFile(file)}
              onPaste={() => setDialog("paste")}
              onStory={(name) => void openStory(name, { ...START, story: name, mode: place.mode })}
              onKey={useKey}
              miniature={(story) => <Miniature story={story} apiKey={key} />}
            />
          )}
        </>
      ) : (
        <Explorer
          model={opened.model}
          place={place}
          isSaved={saved !== null}
          onPlace={setPlace}
          onMode={changeMode}
          onOpen={close}
          onSave={() => setDialog("save")}
        />
      )}
      {busy !== "" && (
        <div class="busy" role="status">
          <span class="spinner" />
          {busy}
        </div>
      )}
      {dialog === "paste" && (
        <PasteDialog
          onClose={() => setDialog("")}
          onText={(words) => {
            setDialog("");
            void openText(words);
          }}
        />
      )}
      {dialog === "save" && <SaveDialog onClose={() => setDialog("")} onSave={save} />}
    </>
  );
}

function isLocked(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.status === 401;
}

function failureOf(error: unknown): Failure {
  if (error instanceof UnreadableError)
    return { title: "This could not be read", detail: error.message, problem: null };
  if (error instanceof ProblemError) {
    return { title: error.problem.title, detail: error.problem.detail, problem: error.problem };
  }
  if (error instanceof TypeError)
    return { title: "The service does not answer", detail: "Try again in a moment.", problem: null };
  return { title: "This page failed", detail: error instanceof Error ? error.message : String(error), problem: null };
}
