-- Times are milliseconds since 1970-01-01T00:00:00Z, addresses are in their normal form, ids are of fixed width and
-- sort as text (by bytes, hence the collation). Keep in step with ../sqlite: the same tables and columns, checked by the store's test suite.

CREATE TABLE users (
    account    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    disabled   BIGINT           NOT NULL DEFAULT 0,
    created_ms BIGINT           NOT NULL
);

CREATE TABLE scram_keys (
    account    TEXT COLLATE "C" NOT NULL,
    mechanism  TEXT COLLATE "C" NOT NULL,
    salt       BYTEA            NOT NULL,
    iterations BIGINT           NOT NULL,
    stored_key BYTEA            NOT NULL,
    server_key BYTEA            NOT NULL,
    PRIMARY KEY (account, mechanism)
);

-- The time is in both indexes so that a search by time reads the index only. A third index, by time, would make each
-- insert a third dearer. A row's time never changes, so (account, id) is unique as well.
CREATE TABLE archive (
    account       TEXT COLLATE "C" NOT NULL,
    id            TEXT COLLATE "C" NOT NULL,
    at_ms         BIGINT           NOT NULL,
    with_bare     TEXT COLLATE "C" NOT NULL,
    with_resource TEXT COLLATE "C" NOT NULL,
    stanza_id     TEXT COLLATE "C" NOT NULL,
    stanza        BYTEA            NOT NULL,
    PRIMARY KEY (account, id, at_ms)
);
CREATE INDEX archive_with ON archive (account, with_bare, id, at_ms);

CREATE TABLE archive_preferences (
    account     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    rule        TEXT COLLATE "C" NOT NULL,
    always_with TEXT COLLATE "C" NOT NULL,
    never_with  TEXT COLLATE "C" NOT NULL
);

CREATE TABLE spool (
    account  TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    at_ms    BIGINT           NOT NULL,
    archived BIGINT           NOT NULL,
    stanza   BYTEA            NOT NULL,
    PRIMARY KEY (account, id)
);

CREATE TABLE roster (
    account      TEXT COLLATE "C" NOT NULL,
    contact      TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    group_names  TEXT COLLATE "C" NOT NULL,
    subscription TEXT COLLATE "C" NOT NULL,
    pending_out  BIGINT           NOT NULL,
    pending_in   BYTEA,
    approved     BIGINT           NOT NULL,
    listed       BIGINT           NOT NULL,
    version      BIGINT           NOT NULL,
    PRIMARY KEY (account, contact)
);

CREATE TABLE roster_versions (
    account TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version BIGINT           NOT NULL
);

CREATE TABLE blocked (
    account TEXT COLLATE "C" NOT NULL,
    jid     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, jid)
);

CREATE TABLE tokens (
    account    TEXT COLLATE "C" NOT NULL,
    user_agent TEXT COLLATE "C" NOT NULL,
    slot       TEXT COLLATE "C" NOT NULL,
    mechanism  TEXT COLLATE "C" NOT NULL,
    secret     BYTEA            NOT NULL,
    expires_ms BIGINT           NOT NULL,
    use_count  BIGINT           NOT NULL,
    PRIMARY KEY (account, user_agent, slot)
);

CREATE TABLE heads (
    home       TEXT COLLATE "C" NOT NULL,
    session    TEXT COLLATE "C" NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    jid        TEXT COLLATE "C" NOT NULL,
    user_agent TEXT COLLATE "C",
    handled    BIGINT           NOT NULL,
    presence   BYTEA,
    directed   TEXT COLLATE "C" NOT NULL,
    opened_ms  BIGINT           NOT NULL,
    PRIMARY KEY (home, session)
) WITH (fillfactor = 70);

-- The witness: who owns a home. An empty incarnation means released, an empty replica that nobody holds one.
CREATE TABLE homes (
    home          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner         TEXT COLLATE "C" NOT NULL,
    incarnation   TEXT COLLATE "C" NOT NULL,
    epoch         BIGINT           NOT NULL,
    beat          BIGINT           NOT NULL,
    replica       TEXT COLLATE "C" NOT NULL,
    grant_seconds BIGINT           NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE settings (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);
