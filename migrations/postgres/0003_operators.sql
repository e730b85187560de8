-- What operators ask for with SQL: the two tables of a redundancy group that they know from elsewhere, as views; and how
-- new users are shared out among a group's nodes. Only additions, so that nodes of the version before go on working. Keep
-- in step with ../sqlite: the same views and columns.
--
-- A node and a group are known by their names, which never change: those are their ids too.

-- `balanced`, `active-standby` or `by-hand`.
ALTER TABLE groups ADD COLUMN assignment TEXT COLLATE "C" NOT NULL DEFAULT 'balanced';

CREATE VIEW enterprisesubcluster AS
SELECT
    g.name AS id,
    g.name AS name,
    g.ha_enabled AS ha_enabled,
    g.assignment AS assignment,
    (SELECT n.name FROM nodes n WHERE n.group_name = g.name ORDER BY n.position, n.name LIMIT 1) AS fkenterprisenode_1,
    (SELECT n.name FROM nodes n WHERE n.group_name = g.name ORDER BY n.position, n.name LIMIT 1 OFFSET 1)
        AS fkenterprisenode_2,
    (SELECT COUNT(*) FROM nodes n JOIN users u ON u.home = n.name WHERE n.group_name = g.name) AS assigned_users,
    to_char(to_timestamp(g.created_ms / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created
FROM groups g;

-- The texts are those of the recovery manager, checked by a test of the command.
CREATE VIEW enterprisenode AS
SELECT
    n.name AS id,
    n.name AS name,
    n.group_name AS subclusterid,
    n.group_name AS subcluster,
    n.position AS position,
    n.state AS tkhaserverstate,
    CASE n.state
        WHEN 1 THEN 'Initializing'
        WHEN 2 THEN 'Idle'
        WHEN 3 THEN 'Normal'
        WHEN 4 THEN 'Running in Backup Mode'
        WHEN 5 THEN 'Taking Over'
        WHEN 6 THEN 'Failing Over'
        WHEN 7 THEN 'Failed Over'
        WHEN 8 THEN 'Failed Over with Critical Services not Running'
        WHEN 9 THEN 'Falling Back'
        WHEN 10 THEN 'Taking Back'
        WHEN 11 THEN 'Running in Failed Mode'
        WHEN 12 THEN 'Unknown'
        ELSE 'Unknown'
    END AS state,
    n.reason AS tkhaserverreason,
    CASE n.reason
        WHEN 1 THEN 'Normal'
        WHEN 2 THEN 'Initialization'
        WHEN 3 THEN 'On Admin Request'
        WHEN 4 THEN 'Automatic Fallback'
        WHEN 5 THEN 'Critical Service Down'
        WHEN 6 THEN 'Database Failure'
        WHEN 7 THEN 'Start of Critical Services Failed'
        WHEN 8 THEN 'Peer Down'
        WHEN 9 THEN 'Peer Reboot'
        WHEN 10 THEN 'Peer Down During Initialization'
        WHEN 11 THEN 'Take Over Users Failed'
        WHEN 12 THEN 'Take Back Users Failed'
        WHEN 13 THEN 'Auto Recover Database Failure'
        WHEN 14 THEN 'Auto Recover Critical Service Down'
        WHEN 15 THEN 'Unknown'
        WHEN 16 THEN 'High Availability Not Enabled'
        WHEN 17 THEN 'Witness Unreachable'
        WHEN 18 THEN 'Peer Link Down'
        WHEN 19 THEN 'Fenced'
        WHEN 20 THEN 'Maintenance'
        ELSE 'Unknown'
    END AS reason,
    to_char(to_timestamp(n.state_since_ms / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
    n.idle AS idle,
    (SELECT COUNT(*) FROM users u WHERE u.home = n.name) AS assigned_users,
    n.link_address AS link_address,
    n.client_address AS client_address,
    n.version AS version,
    to_char(to_timestamp(n.seen_ms / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS seen
FROM nodes n;
