//! A database in trouble: full, locked or restarted. Calls fail with an error that says to try again, and then work.

use bytes::Bytes;
use everpresent_session::row::{Row, SpoolRow};
use everpresent_store::{CommitError, Fence, Options};
use sqlx::{Connection as _, Executor as _};

use crate::backend::{Place, on_both};
use crate::rows::{
    alice, archived, fence, home, home_row, item, keys, owned, renewed, spooled, unspooled, user,
    with_account,
};
use everpresent_session::time::Timestamp;

on_both!(
    a_write_that_waits_for_anothers_lock_gives_up_and_works_later,
    reads_go_on_while_somebody_writes,
    a_row_that_cannot_be_read_is_no_reason_to_retry,
);

fn large(record: u64) -> Row {
    match spooled(&alice(), record) {
        Row::Spool(row) => Row::Spool(SpoolRow { stanza: Bytes::from(vec![b'x'; 20_000]), ..row }),
        other => other,
    }
}

#[tokio::test]
async fn a_full_disk_refuses_whole_batches_and_recovers() {
    let place = Place::sqlite();
    let store = place.open_with(Options::new(&place.url).size_limit_bytes(1 << 20)).await;
    let fence = owned(&store).await;
    let batch = |n: u64| (n * 10..n * 10 + 10).map(large).collect::<Vec<_>>();
    let mut full = 0;
    let error = loop {
        match store.commit(&fence, &batch(full)).await {
            Ok(()) => full += 1,
            Err(error) => break error,
        }
    };
    assert!(error.retry_helps(), "{error}");
    assert!((1..6).contains(&full));
    assert_eq!(store.spool_size(&alice()).await.unwrap().rows, full * 10, "nothing of the refused batch");
    let again = store.commit(&fence, &batch(full)).await;
    assert!(again.unwrap_err().retry_helps(), "still full");

    let acknowledged: Vec<Row> = (0..20).map(|record| unspooled(&alice(), record)).collect();
    store.commit(&fence, &acknowledged).await.unwrap();
    store.commit(&fence, &batch(full)).await.unwrap();
    assert_eq!(store.spool_size(&alice()).await.unwrap().rows, full * 10 - 10);
}

async fn a_write_that_waits_for_anothers_lock_gives_up_and_works_later(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let mut other = place.connect().await;
    let lock = if place.is_sqlite() {
        "BEGIN IMMEDIATE"
    } else {
        "BEGIN; UPDATE homes SET beat = beat WHERE home = 'imp1'"
    };
    other.execute(lock).await.unwrap();

    let blocked = store.commit(&fence, &[spooled(&alice(), 1)]).await;
    assert!(matches!(&blocked, Err(CommitError::Store(error)) if error.retry_helps()), "{blocked:?}");
    assert!(store.swap_home(&home_row(), &renewed(&home_row())).await.unwrap_err().retry_helps());

    other.execute("ROLLBACK").await.unwrap();
    store.commit(&fence, &[spooled(&alice(), 1)]).await.unwrap();
    assert_eq!(store.spool_size(&alice()).await.unwrap().rows, 1);
    assert!(store.swap_home(&home_row(), &renewed(&home_row())).await.unwrap());
}

async fn reads_go_on_while_somebody_writes(place: Place) {
    let store = place.open().await;
    let alice = with_account(&store, "alice@example.org").await;
    let mut other = place.connect().await;
    let begin = if place.is_sqlite() { "BEGIN IMMEDIATE" } else { "BEGIN" };
    other.execute(begin).await.unwrap();
    other.execute("UPDATE users SET disabled = 1").await.unwrap();
    let state = store.account_state(&alice).await.unwrap().unwrap();
    assert!(!state.account.disabled, "what is not committed is not seen");
    other.execute("COMMIT").await.unwrap();
    other.close().await.unwrap();
    assert!(store.account_state(&alice).await.unwrap().unwrap().account.disabled);
}

async fn a_row_that_cannot_be_read_is_no_reason_to_retry(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let alice = with_account(&store, "alice@example.org").await;
    let rows = [Row::Roster(item(&alice, "bob@example.org", 1)), archived(&alice, 1, "bob@example.org")];
    store.commit(&fence, &rows).await.unwrap();
    place.ask("UPDATE roster SET contact = 'not@an@address'").await;
    let error = store.account_state(&alice).await.unwrap_err();
    assert!(!error.retry_helps());
    assert!(!error.to_string().contains("not@an@address"), "addresses stay out of errors: {error}");
    assert!(store.credentials(&alice).await.unwrap().is_some(), "the rest goes on");
}

/// The database server goes away and comes back: calls meanwhile and the first ones afterwards may fail, none of them
/// for good, and what was written is there.
#[tokio::test]
async fn a_restarted_postgresql_is_used_again() {
    let Some(place) = Place::postgres().await else { return };
    let store = place.open().await;
    let fence: Fence = { owned(&store).await };
    assert_eq!(fence, self::fence(&home_row()));
    store.create_account(&user("bob@example.org"), &home(), &keys(1), Timestamp(1)).await.unwrap();
    for round in 0..5 {
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        place.ask(others).await;
        let mut failures = 0;
        while let Err(error) = store.commit(&fence, &[spooled(&alice(), round)]).await {
            assert!(error.retry_helps(), "{error}");
            failures += 1;
            assert!(failures <= 8, "more failures than connections");
        }
        while let Err(error) = store.account_count().await {
            assert!(error.retry_helps(), "{error}");
            failures += 1;
            assert!(failures <= 8, "more failures than connections");
        }
    }
    assert_eq!(store.spool_size(&alice()).await.unwrap().rows, 5);
    place.remove().await;
}
