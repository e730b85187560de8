-- What `everpresent bridges watch` keeps: counts, verdicts, restarts. A database of its own, SQLite only: it must be there
-- when no server is. Times are milliseconds since 1970-01-01T00:00:00Z.

-- Servers of which there are rows.
CREATE TABLE bridge_servers (
    name TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

-- `Stats` lines of Web Bridges.
CREATE TABLE bridge_sessions (
    server TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    sessions BIGINT NOT NULL,
    c BIGINT NOT NULL,
    d BIGINT NOT NULL,
    PRIMARY KEY (server, at_ms)
) WITHOUT ROWID;

-- `STATS` lines of Call Bridges: CMA calls then, and the highest number of the five minutes before.
CREATE TABLE bridge_calls (
    server TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    now BIGINT NOT NULL,
    peak BIGINT NOT NULL,
    PRIMARY KEY (server, at_ms)
) WITHOUT ROWID;

-- What the audit said. Bounds are missing where nothing was known.
CREATE TABLE bridge_verdicts (
    at_ms BIGINT NOT NULL PRIMARY KEY,
    verdict TEXT NOT NULL,
    least BIGINT,
    most BIGINT
) WITHOUT ROWID;

-- Restarts, ours and others'.
CREATE TABLE bridge_restarts (
    server TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (server, at_ms)
) WITHOUT ROWID;
