//! A process that is killed while it commits leaves whole batches only, and all that it was told were written.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use everpresent_store::Database;

use crate::backend::{Place, on_both};
use crate::rows::{fence, home_row, owned, spooled, user};

on_both!(a_killed_process_leaves_whole_batches, a_connection_cut_mid_batch_leaves_whole_batches);

/// Tells the process under test, which is this program again, where to write.
const VICTIM: &str = "EVERPRESENT_TEST_VICTIM";
const BATCH_ROWS: u64 = 150;
const KILLS: usize = 5;

/// Not a story: the process that is killed. It says the number of each batch once it is told that it is written.
#[tokio::test]
async fn victim() {
    let Ok(url) = std::env::var(VICTIM) else { return };
    let store = Database::open(&url).await.unwrap();
    for number in written(&store).await + 1.. {
        commit(&store, number).await.unwrap();
        println!("wrote {number}");
    }
}

async fn commit(store: &Database, number: u64) -> Result<(), everpresent_store::CommitError> {
    let rows: Vec<_> = (0..BATCH_ROWS)
        .map(|row| spooled(&user(&format!("u{}@example.org", row % 3)), number * BATCH_ROWS + row))
        .collect();
    store.commit(&fence(&home_row()), &rows).await
}

/// How many batches there are; fails if one is there in part.
async fn written(store: &Database) -> u64 {
    let mut rows = 0;
    for n in 0..3 {
        let part = store.spool_size(&user(&format!("u{n}@example.org"))).await.unwrap().rows;
        assert_eq!(part % (BATCH_ROWS / 3), 0, "part of a batch is there");
        rows += part;
    }
    assert_eq!(rows % BATCH_ROWS, 0, "part of a batch is there");
    rows / BATCH_ROWS
}

async fn a_killed_process_leaves_whole_batches(place: Place) {
    let store = place.open().await;
    owned(&store).await;
    store.close().await;
    let mut before = 0;
    for kill in 0..KILLS {
        let told = tokio::task::spawn_blocking({
            let url = place.url.clone();
            move || kill_after(&url, 3 + 4 * kill)
        })
        .await
        .unwrap();
        let store = place.open().await;
        let now = written(&store).await;
        assert!(told > before && now >= told, "{told} were said to be written, {now} are there");
        before = now;
        store.close().await;
    }
}

/// Starts a victim, kills it after so many batches, and gives the number of the last that it said was written.
fn kill_after(url: &str, batches: usize) -> u64 {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::victim", "--nocapture", "--test-threads=1"])
        .env(VICTIM, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
    let number = |line: String| line.split_once("wrote ").and_then(|(_, number)| number.parse().ok());
    let mut last = lines.by_ref().filter_map(number).take(batches).last().unwrap_or(0);
    victim.kill().unwrap();
    victim.wait().unwrap();
    last = lines.filter_map(number).last().unwrap_or(last);
    last
}

/// Commits are cut off again and again at ever other points: PostgreSQL ends the connection, and on both the caller gives
/// up.
async fn a_connection_cut_mid_batch_leaves_whole_batches(place: Place) {
    let store = place.open().await;
    owned(&store).await;
    let mut told = 0;
    for attempt in 0..40_u64 {
        let cutter = tokio::spawn(cut_after(place.clone(), Duration::from_micros(attempt * 150)));
        let number = told + 1;
        match tokio::time::timeout(Duration::from_micros(attempt * 250), commit(&store, number)).await {
            Ok(Ok(())) => told = number,
            Ok(Err(error)) => assert!(error.retry_helps(), "{error}"),
            Err(_given_up) => {}
        }
        cutter.await.unwrap();
        let looker = place.open().await;
        let now = written(&looker).await;
        assert!(now >= told, "{told} were said to be written, {now} are there");
        looker.close().await;
    }
    while let Err(error) = commit(&store, told + 1).await {
        assert!(error.retry_helps(), "{error}");
    }
    let looker = place.open().await;
    assert_eq!(written(&looker).await, told + 1);
}

async fn cut_after(place: Place, wait: Duration) {
    // waits: the cut is to fall at a random point of a commit; no outcome depends on how long this is.
    tokio::time::sleep(wait).await;
    if !place.is_sqlite() {
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        place.ask(others).await;
    }
}
