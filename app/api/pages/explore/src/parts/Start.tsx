/** What one sees first: a place to drop a file, and stories to take. */
import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Story } from "../service";
import type { Problem } from "../types";

export interface Failure {
  title: string;
  detail: string;
  problem: Problem | null;
}

interface Props {
  stories: Story[];
  failure: Failure | null;
  needsKey: boolean;
  onFile: (file: File) => void;
  onPaste: () => void;
  onStory: (name: string) => void;
  onKey: (key: string) => void;
  miniature: (story: Story) => ComponentChildren;
}

export function Start(props: Props): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <main class="start">
      <h1>See what happened on a mission</h1>
      <p class="lead">
        Give it the events. You see who did what, what each event changed, and which event set any entry of the state.
      </p>
      {props.needsKey && <KeyField onKey={props.onKey} />}
      {props.failure !== null && <FailureView failure={props.failure} />}
      <div class="drop">
        <strong>Drop a file of events here</strong>
        <p>JSON or NDJSON, gzip too. It goes to this service only, which does not store it.</p>
        <input
          ref={input}
          type="file"
          class="unseen"
          id="file"
          tabindex={-1}
          aria-label="File of events"
          accept=".json,.ndjson,.jsonl,.gz,.txt,application/json,application/x-ndjson,application/gzip"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = "";
            if (file !== undefined) props.onFile(file);
          }}
        />
        <button class="btn primary" onClick={() => input.current?.click()}>
          Choose a file
        </button>{" "}
        <button class="btn" onClick={props.onPaste}>
          Paste events
        </button>
      </div>
      {props.stories.length > 0 && (
        <>
          <h2>Or take a story</h2>
          <ul class="stories">
            {props.stories.map((story) => (
              <li key={story.name}>
                <a
                  href={`#story=${encodeURIComponent(story.name)}`}
                  onClick={(event) => {
                    event.preventDefault();
                    props.onStory(story.name);
                  }}
                >
                  {props.miniature(story)}
                  <strong>{story.title}</strong>
                  <span>{story.about}</span>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </main>
  );
}

function KeyField({ onKey }: { onKey: (key: string) => void }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <form
      class="key panel"
      onSubmit={(event) => {
        event.preventDefault();
        onKey(input.current?.value ?? "");
      }}
    >
      <label for="key">This service needs an API key.</label>
      <input ref={input} id="key" type="password" autocomplete="off" />
      <button class="btn primary">Use it</button>
      <p>It is kept until you leave this page, and sent to this service only.</p>
    </form>
  );
}

const SHOWN = 5;

function FailureView({ failure }: { failure: Failure }): JSX.Element {
  const { problem } = failure;
  const errors = problem?.errors ?? [];
  const isLimit = problem !== null && (problem.status === 413 || problem.code === "state-too-large");
  return (
    <div class="failure panel" role="alert">
      <h2>{failure.title}</h2>
      <p>{failure.detail}</p>
      {errors.length > 0 && (
        <ul>
          {errors.slice(0, SHOWN).map((error, index) => (
            <li key={index}>
              {error.line !== undefined && `Line ${error.line}: `}
              <code>{error.pointer ?? error.parameter}</code> {error.message}
            </li>
          ))}
          {errors.length > SHOWN && <li>and {errors.length - SHOWN} more</li>}
        </ul>
      )}
      {isLimit && (
        <p>
          Cut the file: one event a line, <code>head -n 50000 events.ndjson</code> takes the first part.{" "}
          <a href="limits">What this service accepts</a>
        </p>
      )}
      {problem !== null && problem.code !== "" && (
        <p>
          <a href={`problems/${problem.code}`}>What {problem.code} means</a>
        </p>
      )}
    </div>
  );
}
