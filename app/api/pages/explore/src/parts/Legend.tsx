/** What the marks mean. */
import type { JSX } from "preact";
import { Icon, type Glyph } from "../glyphs";
import type { Status } from "../words";

const EVENTS: [Glyph, string][] = [
  ["join", "join"],
  ["leave", "leave"],
  ["on", "starts to drive"],
  ["off", "stops"],
  ["focus", "looks at"],
  ["start", "step starts"],
  ["done", "success"],
  ["fail", "failure"],
  ["skip", "skipped"],
  ["comment", "comment"],
  ["decision", "decision"],
  ["warn", "warning"],
  ["ack", "answer"],
  ["link", "session"],
];
const EFFECTS: [Glyph, Status, string][] = [
  ["comment", "stands", "filled: stands"],
  ["comment", "superseded", "outline: overwritten"],
  ["redundant", "redundant", "redundant"],
  ["invited", "invited", "invited"],
  ["duplicate", "duplicate", "duplicate"],
  ["anomaly", "anomaly", "anomaly"],
  ["refused", "refused", "refused"],
  ["pending", "pending", "pending"],
  ["malformed", "malformed", "malformed"],
  ["not-reached", "not-reached", "not reached"],
];
const KEYS: [string, string][] = [
  ["← →", "one event"],
  ["PgUp PgDn", "ten"],
  ["Home End", "first, last"],
  ["Space", "play"],
  ["/", "search"],
  ["n p", "next, previous trouble"],
  ["+ − 0", "zoom"],
  ["t", "table"],
];

export function Legend({
  isOpen,
  hasKeys,
  onKeys,
}: {
  isOpen: boolean;
  hasKeys: boolean;
  onKeys: (on: boolean) => void;
}): JSX.Element {
  return (
    <details class="panel legend" open={isOpen}>
      <summary>Legend and keys</summary>
      <dl>
        <dt>Lanes</dt>
        <dd>
          <span>
            <svg class="sample" viewBox="0 0 34 16">
              <path class="rib f1 drives" d="M0 1h34v14h-34z" />
              <path class="chevrons f1" d="M6 4l4 4-4 4m5-8 4 4-4 4" />
            </svg>
            drives
          </span>
          <span>
            <svg class="sample" viewBox="0 0 34 16">
              <path class="rib f1 looks" d="M1 1h32v14h-32z" />
            </svg>
            looks at
          </span>
          <span>
            <svg class="sample" viewBox="0 0 34 16">
              <path class="step" d="M1 2h32v12h-32z" />
              <path class="stepend" d="M22 8l2.2 2.3 4-4.7" />
            </svg>
            step in flight
          </span>
          <span>
            <svg class="sample" viewBox="0 0 34 16">
              <path class="hatched" fill="url(#hatch)" d="M1 1h32v14h-32z" />
              <path class="edge" d="M1 1h32v14h-32z" />
            </svg>
            two drive one target, or run one step
          </span>
          <span>
            <Icon glyph="unwarned" size={16} />
            overlap without a warning
          </span>
          <span>
            <Icon glyph="pulse" size={16} />
            heartbeat
          </span>
          <span>
            <Icon glyph="late" size={16} />
            late: from where it arrived
          </span>
        </dd>
        <dt>Events</dt>
        <dd>
          {EVENTS.map(([glyph, word]) => (
            <span key={word}>
              <Icon glyph={glyph} size={16} />
              {word}
            </span>
          ))}
        </dd>
        <dt>Effect</dt>
        <dd>
          {EFFECTS.map(([glyph, status, word]) => (
            <span key={word}>
              <Icon glyph={glyph} status={status} size={16} />
              {word}
            </span>
          ))}
        </dd>
        <dt>Keys</dt>
        <dd>
          {KEYS.map(([key, word]) => (
            <span key={key}>
              <kbd>{key}</kbd>
              {word}
            </span>
          ))}
          <label class="check">
            <input type="checkbox" checked={hasKeys} onChange={(event) => onKeys(event.currentTarget.checked)} />
            letter keys
          </label>
        </dd>
      </dl>
    </details>
  );
}
