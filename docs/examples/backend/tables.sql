-- Bodies are json and not jsonb, which refuses U+0000 in texts: JSON allows it, and clients send it.

CREATE TABLE IF NOT EXISTS missions (      -- a row is locked while events of its mission are taken in
    mission_id text COLLATE "C" PRIMARY KEY,
    checkpoint text,
    state      json
);

CREATE TABLE IF NOT EXISTS events (        -- what the service took in; a body is never overwritten
    arrived       bigint GENERATED ALWAYS AS IDENTITY,
    mission_id    text COLLATE "C" NOT NULL REFERENCES missions,
    event_id      text COLLATE "C" NOT NULL,
    lamport_clock bigint NOT NULL,         -- -1: unclocked, sorts before every clock
    instant       timestamptz NOT NULL,
    body          json NOT NULL,
    verdict       text NOT NULL CHECK (verdict IN ('accepted', 'pending', 'rejected')),
    reason        json,                    -- code and detail, where it is not accepted
    PRIMARY KEY (mission_id, event_id)
);
CREATE INDEX IF NOT EXISTS events_in_order ON events (mission_id, lamport_clock, instant, event_id);

CREATE TABLE IF NOT EXISTS waiting (       -- what the service cannot take in yet: sent again with the mission's next events
    digest        bytea PRIMARY KEY,
    mission_id    text COLLATE "C" NOT NULL REFERENCES missions,
    lamport_clock bigint NOT NULL,
    body          json NOT NULL,
    reason        json NOT NULL
);

CREATE TABLE IF NOT EXISTS other_events (  -- of types that the service ignores; other parts of the backend may not
    digest bytea PRIMARY KEY,
    body   json NOT NULL
);

CREATE TABLE IF NOT EXISTS dead_letters (  -- what can never be taken in: code, detail and pointer, and the original
    arrived    bigint GENERATED ALWAYS AS IDENTITY,
    digest     bytea PRIMARY KEY,
    mission_id text,
    reason     json NOT NULL,
    body       json NOT NULL,
    since      timestamptz NOT NULL DEFAULT now()
);
