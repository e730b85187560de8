//! What operators see with SQL, and that they see nothing else.

use std::time::Duration;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use everpresent_store::{Answer, AskError, Cell, Database, Limits, NodeRow};

use crate::backend::{Place, on_both};
use crate::rows::with_account;

on_both!(
    groups_and_nodes_are_shown_as_operators_know_them,
    a_question_reads_the_copy_and_nothing_else,
    a_question_is_bounded_in_rows_and_time,
    a_database_without_views_or_tables_is_named,
);

const LIMITS: Limits = Limits { time: Duration::from_secs(20), rows: 100 };

async fn node(store: &Database, name: &str) {
    let row = NodeRow {
        name: HomeName::new(name),
        group: "DefaultCUPSubCluster".into(),
        position: 0,
        link_address: format!("{name}.example.org:5270"),
        client_address: String::new(),
        state: 12,
        reason: 16,
        state_since: Timestamp(1_700_000_000_999),
        idle: false,
        version: "0.2.0".into(),
        seen: Timestamp(1_700_000_001_000),
    };
    store.join_node(&row).await.unwrap();
}

async fn pair(place: &Place) -> Database {
    let store = place.open().await;
    node(&store, "imp1").await;
    node(&store, "imp2").await;
    for name in ["alice", "bob", "carol"] {
        with_account(&store, &format!("{name}@example.org")).await;
    }
    let carol = crate::rows::user("carol@example.org");
    store.assign_home(&carol, &HomeName::new("imp2")).await.unwrap();
    store
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

async fn ask(store: &Database, sql: &str) -> Result<Answer, AskError> {
    store.views().await.unwrap().ask(sql, LIMITS).await
}

async fn groups_and_nodes_are_shown_as_operators_know_them(place: Place) {
    let store = pair(&place).await;
    store.set_ha_enabled("DefaultCUPSubCluster", true).await.unwrap();
    store.set_node_state(&HomeName::new("imp2"), 4, 8, Timestamp(1_700_000_060_000), false).await.unwrap();
    let groups = ask(&store, "select * from enterprisesubcluster").await.unwrap();
    let columns = [
        "id",
        "name",
        "ha_enabled",
        "assignment",
        "fkenterprisenode_1",
        "fkenterprisenode_2",
        "assigned_users",
        "created",
    ];
    assert_eq!(groups.columns, columns);
    let group = "DefaultCUPSubCluster";
    let expected = [
        text(group),
        text(group),
        Cell::Integer(1),
        text("balanced"),
        text("imp1"),
        text("imp2"),
        Cell::Integer(3),
        text("2023-11-14T22:13:21Z"),
    ];
    assert_eq!(groups.rows, [expected]);

    let sql = "SELECT name, subclusterid, tkhaserverstate, state, reason, since, assigned_users, version \
               FROM enterprisenode ORDER BY name DESC;\n";
    let nodes = ask(&store, sql).await.unwrap();
    let row = |name: &str, number: i64, [state, reason, since]: [&str; 3], users: i64| {
        let users = Cell::Integer(users);
        let number = Cell::Integer(number);
        vec![text(name), text(group), number, text(state), text(reason), text(since), users, text("0.2.0")]
    };
    let backup = ["Running in Backup Mode", "Peer Down", "2023-11-14T22:14:20Z"];
    let unknown = ["Unknown", "High Availability Not Enabled", "2023-11-14T22:13:20Z"];
    assert_eq!(nodes.rows, [row("imp2", 4, backup, 1), row("imp1", 12, unknown, 2)]);
    assert!(!nodes.more);
}

async fn a_question_reads_the_copy_and_nothing_else(place: Place) {
    let store = pair(&place).await;
    for secret in ["scram_keys", "tokens", "users", "archive", "settings", "homes", "_sqlx_migrations"] {
        let refused = ask(&store, &format!("select * from {secret}")).await;
        assert!(matches!(&refused, Err(AskError::Refused(text)) if text.contains(secret)), "{refused:?}");
    }
    let file = place.url.trim_start_matches("sqlite:").to_owned();
    let not_asked = [
        format!("attach '{file}' as server"),
        format!("select 1; attach '{file}' as server; select * from server.users"),
        "pragma query_only = off".to_owned(),
        "delete from enterprisenode".to_owned(),
        "/* select */ drop table enterprisenode".to_owned(),
        "explain select 1".to_owned(),
        String::new(),
        format!("select '{}'", "x".repeat(70_000)),
    ];
    for sql in not_asked {
        let refused = ask(&store, &sql).await;
        assert!(matches!(refused, Err(AskError::NotAQuestion(_))), "{sql:.60}: {refused:?}");
    }
    for sql in [
        "with x as (select 1) delete from enterprisenode",
        "with x as (select 1) insert into enterprisenode (id) select 1 from x",
        "select load_extension('libm.so.6')",
        "select pg_read_file('/etc/passwd')",
        "select * from",
    ] {
        let refused = ask(&store, sql).await;
        assert!(matches!(refused, Err(AskError::Refused(_))), "{sql}: {refused:?}");
    }
    assert_eq!(store.nodes().await.unwrap().len(), 2);
}

async fn a_question_is_bounded_in_rows_and_time(place: Place) {
    let store = pair(&place).await;
    let views = store.views().await.unwrap();
    let endless = "with recursive n(x) as (select 1 union all select x + 1 from n)";
    let some =
        views.ask(&format!("{endless} select x, x / 2.0, x'0aff', null from n"), LIMITS).await.unwrap();
    assert_eq!((some.rows.len(), some.more), (100, true));
    assert_eq!(some.rows[2], [Cell::Integer(3), Cell::Real(1.5), text("0aff"), Cell::Null]);
    let none = views.ask("select name as who from enterprisenode where 0", LIMITS).await.unwrap();
    assert_eq!((none.columns, none.rows, none.more), (vec!["who".to_owned()], vec![], false));

    let short = Limits { time: Duration::from_millis(100), rows: 1 };
    let late = views.ask(&format!("{endless} select count(*) from n"), short).await;
    assert!(matches!(late, Err(AskError::TooLong(_))), "{late:?}");
}

async fn a_database_without_views_or_tables_is_named(place: Place) {
    if place.is_sqlite() {
        let Err(missing) = Database::open_to_read(&place.url) else { panic!("it was opened") };
        assert!(missing.to_string().contains("there is no file"), "{missing}");
    } else {
        assert!(Database::open_to_read(&place.url).unwrap().views().await.is_err());
    }
    pair(&place).await.close().await;
    let as_it_is = Database::open_to_read(&place.url).unwrap();
    assert_eq!(ask(&as_it_is, "values (1)").await.unwrap().rows, [[Cell::Integer(1)]]);
    place.ask("DROP VIEW enterprisenode").await;
    assert!(!as_it_is.views().await.unwrap_err().retry_helps());
}
