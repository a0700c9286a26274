/** Dialogs: to paste events, to save a file. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

function Dialog({ title, onClose, children }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="dialogtitle">
      <h2 id="dialogtitle">{title}</h2>
      {children}
    </dialog>
  );
}

export function PasteDialog({ onText, onClose }: { onText: (text: string) => void; onClose: () => void }): JSX.Element {
  const [words, setWords] = useState("");
  return (
    <Dialog title="Paste events" onClose={onClose}>
      <label class="unseen" for="pasted">
        Events
      </label>
      <textarea
        id="pasted"
        rows={10}
        spellcheck={false}
        placeholder="A JSON list of events, or one event a line"
        value={words}
        onInput={(event) => setWords(event.currentTarget.value)}
      />
      <div class="buttons">
        <button class="btn primary" disabled={words.trim() === ""} onClick={() => onText(words)}>
          Show them
        </button>
        <button class="btn" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

export function SaveDialog({
  onSave,
  onClose,
}: {
  onSave: (texts: boolean) => Promise<void>;
  onClose: () => void;
}): JSX.Element {
  const [texts, setTexts] = useState(true);
  const [failure, setFailure] = useState("");
  const save = async (): Promise<void> => {
    try {
      await onSave(texts);
      onClose();
    } catch {
      setFailure("The file could not be made: the service does not answer.");
    }
  };
  return (
    <Dialog title="Save as one file" onClose={onClose}>
      <p>One HTML file with this history. It opens in any browser, without the service and without a network.</p>
      <p>
        <b>It holds names and texts:</b> all who get the file can read who did what, and what people wrote.
      </p>
      <label class="check">
        <input type="checkbox" checked={!texts} onChange={(event) => setTexts(!event.currentTarget.checked)} />
        Leave out the texts of comments, decisions and reasons. Names and ids stay.
      </label>
      {failure !== "" && (
        <p class="failure" role="alert">
          {failure}
        </p>
      )}
      <div class="buttons">
        <button class="btn primary" onClick={() => void save()}>
          Save
        </button>
        <button class="btn" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
