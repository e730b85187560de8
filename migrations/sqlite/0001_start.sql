-- Times are milliseconds since 1970-01-01T00:00:00Z, addresses are in their normal form, ids are of fixed width and
-- sort as text. Keep in step with ../postgres: the same tables and columns, checked by the store's test suite.

CREATE TABLE users (
    account    TEXT   NOT NULL PRIMARY KEY,
    disabled   BIGINT NOT NULL DEFAULT 0,
    created_ms BIGINT NOT NULL
);

CREATE TABLE scram_keys (
    account    TEXT   NOT NULL,
    mechanism  TEXT   NOT NULL,
    salt       BLOB   NOT NULL,
    iterations BIGINT NOT NULL,
    stored_key BLOB   NOT NULL,
    server_key BLOB   NOT NULL,
    PRIMARY KEY (account, mechanism)
);

-- The time is in both indexes so that a search by time reads the index only. A third index, by time, would make each
-- insert a third dearer. A row's time never changes, so (account, id) is unique as well.
CREATE TABLE archive (
    account       TEXT   NOT NULL,
    id            TEXT   NOT NULL,
    at_ms         BIGINT NOT NULL,
    with_bare     TEXT   NOT NULL,
    with_resource TEXT   NOT NULL,
    stanza_id     TEXT   NOT NULL,
    stanza        BLOB   NOT NULL,
    PRIMARY KEY (account, id, at_ms)
);
CREATE INDEX archive_with ON archive (account, with_bare, id, at_ms);

CREATE TABLE archive_preferences (
    account     TEXT NOT NULL PRIMARY KEY,
    rule        TEXT NOT NULL,
    always_with TEXT NOT NULL,
    never_with  TEXT NOT NULL
);

CREATE TABLE spool (
    account  TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    at_ms    BIGINT NOT NULL,
    archived BIGINT NOT NULL,
    stanza   BLOB   NOT NULL,
    PRIMARY KEY (account, id)
);

CREATE TABLE roster (
    account      TEXT   NOT NULL,
    contact      TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    group_names  TEXT   NOT NULL,
    subscription TEXT   NOT NULL,
    pending_out  BIGINT NOT NULL,
    pending_in   BLOB,
    approved     BIGINT NOT NULL,
    listed       BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (account, contact)
);

CREATE TABLE roster_versions (
    account TEXT   NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);

CREATE TABLE blocked (
    account TEXT NOT NULL,
    jid     TEXT NOT NULL,
    PRIMARY KEY (account, jid)
);

CREATE TABLE tokens (
    account    TEXT   NOT NULL,
    user_agent TEXT   NOT NULL,
    slot       TEXT   NOT NULL,
    mechanism  TEXT   NOT NULL,
    secret     BLOB   NOT NULL,
    expires_ms BIGINT NOT NULL,
    use_count  BIGINT NOT NULL,
    PRIMARY KEY (account, user_agent, slot)
);

CREATE TABLE heads (
    home       TEXT   NOT NULL,
    session    TEXT   NOT NULL,
    account    TEXT   NOT NULL,
    jid        TEXT   NOT NULL,
    user_agent TEXT,
    handled    BIGINT NOT NULL,
    presence   BLOB,
    directed   TEXT   NOT NULL,
    opened_ms  BIGINT NOT NULL,
    PRIMARY KEY (home, session)
);

-- The witness: who owns a home. An empty incarnation means released, an empty replica that nobody holds one.
CREATE TABLE homes (
    home          TEXT   NOT NULL PRIMARY KEY,
    owner         TEXT   NOT NULL,
    incarnation   TEXT   NOT NULL,
    epoch         BIGINT NOT NULL,
    beat          BIGINT NOT NULL,
    replica       TEXT   NOT NULL,
    grant_seconds BIGINT NOT NULL
);

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
