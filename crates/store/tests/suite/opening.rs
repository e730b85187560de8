//! Opening: what is made, what is refused, and that a schema is the same however it came about.

use everpresent_store::{Backend, Database, OpenError, Options};
use sqlx::{AnyConnection, Row as _};

use crate::backend::{Place, on_both};
use crate::rows::{alice, home, keys, owned};
use everpresent_session::time::Timestamp;

on_both!(
    what_is_written_is_there_after_a_restart,
    tasks_that_start_together_make_the_tables_once,
    processes_that_start_together_make_the_tables_once,
    tables_of_the_version_before_are_brought_up_to_date,
    a_schema_made_step_by_step_equals_one_made_at_once,
    tables_of_a_newer_version_are_used,
    a_closed_database_refuses_work,
);

async fn what_is_written_is_there_after_a_restart(place: Place) {
    let store = place.open().await;
    assert_eq!(store.backend() == Backend::Sqlite, place.is_sqlite());
    store.create_account(&alice(), &home(), &keys(1), Timestamp(1)).await.unwrap();
    store.close().await;
    let store = place.open().await;
    store.ping().await.unwrap();
    assert_eq!(store.account_count().await.unwrap(), 1);
}

async fn tasks_that_start_together_make_the_tables_once(place: Place) {
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let url = place.url.clone();
            tokio::spawn(async move { Database::open(&url).await.map(|store| store.backend()) })
        })
        .collect();
    for start in starts {
        start.await.unwrap().unwrap();
    }
}

/// Tells the process under test, which is this program again, what to open.
const STARTER: &str = "EVERPRESENT_TEST_STARTER";

/// Not a story: a process that opens the database, uses it and closes it.
#[tokio::test]
async fn starter() {
    let Ok(url) = std::env::var(STARTER) else { return };
    let store = Database::open(&url).await.expect("it opens while others do");
    assert_eq!(store.account_count().await.unwrap(), 0);
    store.touch_node(&home(), Timestamp(1)).await.unwrap();
    store.close().await;
}

async fn processes_that_start_together_make_the_tables_once(place: Place) {
    let start = |_| {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "opening::starter", "--test-threads=1"])
            .env(STARTER, &place.url)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let processes: Vec<_> = (0..6).map(start).collect();
    let ends = processes.into_iter().map(|mut process| process.wait().unwrap().success());
    assert_eq!(ends.collect::<Vec<_>>(), [true; 6]);
}

/// Accounts that were made before there were homes are there and belong to none; the version before goes on making
/// accounts in its way.
async fn tables_of_the_version_before_are_brought_up_to_date(place: Place) {
    if place.is_sqlite() {
        std::fs::write(place.url.strip_prefix("sqlite:").unwrap(), "").unwrap();
    }
    let mut connection = place.connect().await;
    steps(&place).await.run_to(1, &mut connection).await.unwrap();
    drop(connection);
    let insert = |name| format!("INSERT INTO users (account, disabled, created_ms) VALUES ('{name}', 0, 1)");
    place.ask(&insert("alice@example.org")).await;

    let store = place.open().await;
    place.ask(&insert("bob@example.org")).await;

    let accounts = store.accounts(None, 9).await.unwrap();
    let homes: Vec<_> = accounts.iter().map(|account| (account.user.as_str(), &account.home)).collect();
    assert_eq!(homes, [("alice@example.org", &None), ("bob@example.org", &None)]);
}

async fn steps(place: &Place) -> sqlx::migrate::Migrator {
    let folder = if place.is_sqlite() { "sqlite" } else { "postgres" };
    let steps = format!("{}/../../migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
    sqlx::migrate::Migrator::new(std::path::Path::new(&steps)).await.unwrap()
}

/// Every column of every table: table, column, type, whether it may be empty.
async fn schema(connection: &mut AnyConnection, sqlite: bool) -> Vec<[String; 4]> {
    let sql = if sqlite {
        "SELECT t.name, c.name, c.type, CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 'NO' ELSE 'YES' END \
         FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY t.name, c.cid"
    } else {
        "SELECT table_name::text, column_name::text, upper(data_type)::text, is_nullable::text \
         FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) \
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position"
    };
    let rows = sqlx::query(sql).fetch_all(connection).await.unwrap();
    let mut columns: Vec<[String; 4]> = rows.iter().map(|row| [0, 1, 2, 3].map(|n| row.get(n))).collect();
    columns.retain(|[table, ..]| !table.starts_with("_sqlx") && !table.starts_with("sqlite_"));
    for [_, _, kind, _] in &mut columns {
        *kind = kind.replace("BLOB", "BYTEA");
    }
    columns
}

/// Every column of every view: what they hold is checked by what they show.
async fn views(connection: &mut AnyConnection, sqlite: bool) -> Vec<[String; 2]> {
    let sql = if sqlite {
        "SELECT v.name, c.name FROM sqlite_schema v JOIN pragma_table_info(v.name) c WHERE v.type = 'view' \
         ORDER BY v.name, c.cid"
    } else {
        "SELECT table_name::text, column_name::text \
         FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) \
         WHERE table_schema = 'public' AND table_type = 'VIEW' ORDER BY table_name, ordinal_position"
    };
    let rows = sqlx::query(sql).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| [0, 1].map(|n| row.get(n))).collect()
}

async fn indexes(connection: &mut AnyConnection, sqlite: bool) -> Vec<String> {
    let sql = if sqlite {
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    } else {
        "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%pkey' ORDER BY 1"
    };
    sqlx::query(sql).fetch_all(connection).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// The migrations, taken one by one as versions of the past did, end where a fresh database begins; and both databases
/// have the same tables.
async fn a_schema_made_step_by_step_equals_one_made_at_once(place: Place) {
    let fresh = place.open().await;
    fresh.close().await;
    let mut connection = place.connect().await;
    let at_once =
        (schema(&mut connection, place.is_sqlite()).await, indexes(&mut connection, place.is_sqlite()).await);
    let views_at_once = views(&mut connection, place.is_sqlite()).await;

    let steps = steps(&place).await;
    let past = if place.is_sqlite() { Place::sqlite() } else { Place::postgres().await.unwrap() };
    if past.is_sqlite() {
        std::fs::write(past.url.strip_prefix("sqlite:").unwrap(), "").unwrap();
    }
    for step in steps.iter() {
        let mut connection = past.connect().await;
        steps.run_to(step.version, &mut connection).await.unwrap();
    }
    past.open().await.close().await;
    let mut connection = past.connect().await;
    let by_steps =
        (schema(&mut connection, past.is_sqlite()).await, indexes(&mut connection, past.is_sqlite()).await);
    assert_eq!(by_steps, at_once);
    assert_eq!(views(&mut connection, past.is_sqlite()).await, views_at_once);

    assert!(at_once.0.len() > 70);
    let reference = Place::sqlite();
    reference.open().await.close().await;
    let mut connection = reference.connect().await;
    assert_eq!(at_once.0, schema(&mut connection, true).await, "both databases have the same tables");
    assert_eq!(at_once.1, indexes(&mut connection, true).await, "and the same indexes");
    assert!(views_at_once.len() > 20);
    assert_eq!(views_at_once, views(&mut connection, true).await, "and the same views");
    drop(connection);
    past.remove().await;
}

/// During an upgrade the older node goes on with tables that the newer one made.
async fn tables_of_a_newer_version_are_used(place: Place) {
    place.open().await.close().await;
    place
        .ask(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'of the future', true, '', 1)",
        )
        .await;
    let store = place.open().await;
    owned(&store).await;
    store.close().await;

    place.ask("UPDATE _sqlx_migrations SET checksum = '' WHERE version = 1").await;
    let answer = Database::open(&place.url).await;
    assert!(matches!(answer, Err(OpenError::Migration(_))), "a step that was changed afterwards");
}

async fn a_closed_database_refuses_work(place: Place) {
    let store = place.open().await;
    store.close().await;
    assert!(store.account_count().await.unwrap_err().retry_helps());
}

#[tokio::test]
async fn a_url_that_is_no_database_is_refused_without_repeating_it() {
    let urls =
        ["mysql://root:secret@localhost/x", "sqlite:", "sqlite::memory:", "sqlite:/no/such/folder/x.db", ""];
    for url in urls.into_iter().chain(["postgres://user:secret@:x/y"]) {
        let Err(error) = Database::open(url).await else { panic!("{url} was opened") };
        assert!(matches!(error, OpenError::Url(_)), "{url}: {error}");
        assert!(!error.retry_helps());
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_worth_a_retry() {
    let Err(error) = Database::open("postgres://nobody@127.0.0.1:9/x").await else { panic!("it was opened") };
    assert!(error.retry_helps(), "{error}");
}

#[tokio::test]
async fn a_new_sqlite_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::sqlite();
    let store = place.open_with(Options::new(&place.url).reader_connections(1)).await;
    owned(&store).await;
    let file = place.url.strip_prefix("sqlite:").unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let mode = std::fs::metadata(format!("{file}{suffix}")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{suffix}");
    }
}

#[tokio::test]
async fn a_postgresql_that_may_lose_what_it_acknowledged_is_refused() {
    let Some(place) = Place::postgres().await else { return };
    place.open().await.close().await;
    let name = place.url.rsplit_once('/').unwrap().1.to_owned();
    place.ask(&format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
    let answer = Database::open(&place.url).await;
    assert!(matches!(&answer, Err(OpenError::Unsafe(text)) if text.contains("synchronous_commit")));
    place.remove().await;
}
