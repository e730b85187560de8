-- What a pair of nodes needs: groups and their nodes, the home of each user, and what waits for another home. Only
-- additions, so that nodes of the version before go on working. Keep in step with ../postgres.

-- The home that a user is assigned to; empty: none yet.
ALTER TABLE users ADD COLUMN home TEXT NOT NULL DEFAULT '';
CREATE INDEX users_home ON users (home, account);

CREATE TABLE groups (
    name       TEXT   NOT NULL PRIMARY KEY,
    ha_enabled BIGINT NOT NULL,
    created_ms BIGINT NOT NULL
);

-- `position` is the order of joining within the group, from 1. `idle`: services were stopped by a manual failover.
CREATE TABLE nodes (
    name           TEXT   NOT NULL PRIMARY KEY,
    group_name     TEXT   NOT NULL,
    position       BIGINT NOT NULL,
    link_address   TEXT   NOT NULL,
    client_address TEXT   NOT NULL,
    state          BIGINT NOT NULL,
    reason         BIGINT NOT NULL,
    state_since_ms BIGINT NOT NULL,
    idle           BIGINT NOT NULL,
    version        TEXT   NOT NULL,
    seen_ms        BIGINT NOT NULL
);

-- Stanzas of a home that wait in a channel to another one.
CREATE TABLE routes (
    home    TEXT NOT NULL,
    id      TEXT NOT NULL,
    to_home TEXT NOT NULL,
    stanza  BLOB NOT NULL,
    PRIMARY KEY (home, id)
);
