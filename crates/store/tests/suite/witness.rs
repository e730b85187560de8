//! Two processes at one database, and those who want nothing but the witness.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use everpresent_session::ids::{HomeName, Incarnation};
use everpresent_session::row::Row;
use everpresent_store::{CommitError, Database, HomeRow, Options};
use sqlx::Executor as _;

use crate::backend::{Place, on_both};
use crate::rows::{alice, claimed, fence, home, home_row, owned, renewed, spooled, user};

on_both!(
    two_owners_write_side_by_side_and_each_is_fenced_alone,
    a_lease_is_renewed_while_batches_pour_in,
    a_guardian_releases_what_its_dead_child_held,
    a_guardian_of_a_child_that_made_no_tables_has_nothing_to_release,
);

fn other_home_row() -> HomeRow {
    HomeRow {
        home: HomeName::new("imp2"),
        owner: "imp2".into(),
        incarnation: Some(Incarnation(0xb0b)),
        ..home_row()
    }
}

/// Each of two processes commits under its own home as fast as it can. Everything arrives, nobody is refused, and when
/// one of them loses its home the other goes on.
async fn two_owners_write_side_by_side_and_each_is_fenced_alone(place: Place) {
    const BATCHES: u64 = 60;
    let (l, r) = (place.open().await, place.open().await);
    let l_fence = owned(&l).await;
    assert!(r.insert_home(&other_home_row()).await.unwrap());
    let r_fence = fence(&other_home_row());
    let write = |store: Database, fence: everpresent_store::Fence, name: &'static str| {
        tokio::spawn(async move {
            for number in 0..BATCHES {
                let rows: Vec<Row> = (0..20).map(|row| spooled(&user(name), number * 20 + row)).collect();
                store.commit(&fence, &rows).await.unwrap();
            }
        })
    };
    let writers = [
        write(l.clone(), l_fence.clone(), "l@example.org"),
        write(r.clone(), r_fence.clone(), "r@example.org"),
    ];
    for writer in writers {
        writer.await.unwrap();
    }
    for name in ["l@example.org", "r@example.org"] {
        assert_eq!(l.spool_size(&user(name)).await.unwrap().rows, BATCHES * 20);
    }

    assert!(r.swap_home(&home_row(), &claimed(&home_row(), 0xb0b)).await.unwrap());
    let late = l.commit(&l_fence, &[spooled(&alice(), 1)]).await;
    assert!(matches!(late, Err(CommitError::Fenced)));
    r.commit(&r_fence, &[spooled(&alice(), 2)]).await.unwrap();
    assert!(l.swap_home(&other_home_row(), &claimed(&other_home_row(), 0xa11ce)).await.unwrap());
    let late = r.commit(&r_fence, &[spooled(&alice(), 3)]).await;
    assert!(matches!(late, Err(CommitError::Fenced)));
    assert_eq!(l.spool_size(&alice()).await.unwrap().rows, 1);
}

/// Several writers never leave the only connection for writes, nor SQLite's lock; leases are renewed all the same.
async fn a_lease_is_renewed_while_batches_pour_in(place: Place) {
    let store = place.open_with(Options::new(&place.url).writer_connections(1)).await;
    let fence = owned(&store).await;
    assert!(store.insert_home(&other_home_row()).await.unwrap());
    let turns: Arc<[AtomicU64; 3]> = Arc::default();
    let writers: Vec<_> = (0..3_usize)
        .map(|writer| {
            let (store, fence, turns) = (store.clone(), fence.clone(), turns.clone());
            tokio::spawn(async move {
                let user = user(&format!("user{writer}@example.org"));
                for number in 0.. {
                    let rows: Vec<Row> = (0..500).map(|row| spooled(&user, number * 500 + row)).collect();
                    match store.commit(&fence, &rows).await {
                        Ok(()) => turns[writer].store(number + 1, Ordering::Relaxed),
                        Err(CommitError::Fenced) => return,
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    let (mut own, mut other) = (home_row(), other_home_row());
    let mut rounds = 0;
    while rounds < 25 || turns.iter().any(|turns| turns.load(Ordering::Relaxed) == 0) {
        for row in [&mut own, &mut other] {
            let after = renewed(row);
            assert!(store.swap_home(row, &after).await.unwrap());
            *row = after;
        }
        rounds += 1;
        assert!(rounds < 10_000, "a writer never had its turn");
    }
    assert!(store.swap_home(&own, &claimed(&own, 7)).await.unwrap());
    for writer in writers {
        writer.await.unwrap();
    }
}

/// The guardian knows its child's incarnation and nothing else, and needs no connection before it needs one.
async fn a_guardian_releases_what_its_dead_child_held(place: Place) {
    let guardian = Database::open_witness(&place.url).unwrap();
    let child = place.open().await;
    owned(&child).await;
    assert!(child.insert_home(&other_home_row()).await.unwrap());
    assert!(child.swap_home(&other_home_row(), &claimed(&other_home_row(), 0xa11ce)).await.unwrap());
    child.close().await;

    assert_eq!(guardian.release_homes(Incarnation(0xa11ce)).await.unwrap(), 2, "whatever the epoch");
    let rows = guardian.homes().await.unwrap();
    assert!(rows.iter().all(|row| row.incarnation.is_none()));
    assert_eq!(guardian.read_home(&home()).await.unwrap().unwrap().beat, 2);
}

async fn a_guardian_of_a_child_that_made_no_tables_has_nothing_to_release(place: Place) {
    let guardian = Database::open_witness(&place.url).unwrap();
    assert_eq!(guardian.release_homes(Incarnation(1)).await.unwrap(), 0);
    if place.is_sqlite() {
        let file = place.url.strip_prefix("sqlite:").unwrap();
        assert!(!std::path::Path::new(file).exists(), "a guardian makes no file");
        std::fs::write(file, "").unwrap();
        assert_eq!(guardian.release_homes(Incarnation(1)).await.unwrap(), 0);
    }
    let missing = guardian.read_home(&home()).await.unwrap_err();
    assert!(!missing.retry_helps(), "no tables");
    owned(&place.open().await).await;
    assert_eq!(guardian.read_home(&home()).await.unwrap(), Some(home_row()));
}

/// A batch that hangs in the database holds the only connection for writes. The leases of other homes go on.
#[tokio::test]
async fn a_lease_is_renewed_while_a_batch_hangs() {
    let Some(place) = Place::postgres().await else { return };
    let store = place.open_with(Options::new(&place.url).writer_connections(1)).await;
    let fence = owned(&store).await;
    assert!(store.insert_home(&other_home_row()).await.unwrap());
    let mut other = place.connect().await;
    other.execute("BEGIN; LOCK TABLE spool").await.unwrap();
    let hanging = tokio::spawn({
        let (store, fence) = (store.clone(), fence.clone());
        async move { store.commit(&fence, &[spooled(&alice(), 1)]).await }
    });
    let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = 'spool'::regclass";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut other).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }

    assert!(store.swap_home(&other_home_row(), &renewed(&other_home_row())).await.unwrap());
    let own = store.swap_home(&home_row(), &renewed(&home_row())).await;
    assert!(matches!(own, Err(error) if error.retry_helps()), "its own batch holds the row");

    other.execute("ROLLBACK").await.unwrap();
    let hung = hanging.await.unwrap();
    assert!(matches!(&hung, Err(error) if error.retry_helps()) || hung.is_ok(), "{hung:?}");
    drop(other);
    place.remove().await;
}

/// The server ends every connection, again and again: a guardian's next calls may fail, and then work.
#[tokio::test]
async fn a_guardian_connects_anew_after_the_database_was_away() {
    let Some(place) = Place::postgres().await else { return };
    let store = place.open().await;
    owned(&store).await;
    store.close().await;
    let guardian = Database::open_witness(&place.url).unwrap();
    for _ in 0..3 {
        assert_eq!(guardian.homes().await.unwrap().len(), 1);
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        place.ask(others).await;
        let mut failures = 0;
        while let Err(error) = guardian.homes().await {
            assert!(error.retry_helps(), "{error}");
            failures += 1;
            assert!(failures <= 4, "more failures than connections");
        }
    }
    assert_eq!(guardian.release_homes(home_row().incarnation.unwrap()).await.unwrap(), 1);
    place.remove().await;

    let nowhere = Database::open_witness("postgres://nobody@127.0.0.1:9/x").unwrap();
    assert!(nowhere.release_homes(Incarnation(1)).await.unwrap_err().retry_helps());
}
