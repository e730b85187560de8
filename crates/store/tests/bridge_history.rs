//! The history of bridges: months of it, asked in the ways in which it is asked, and files that are damaged or locked.

#![allow(clippy::unwrap_used, reason = "a story ends at its first surprise")]

use std::time::{Duration, Instant};

use everpresent_store::BridgeHistory;
use everpresent_store::bridge_history::{Batch, CallCount, RestartRow, SessionCount, VerdictRow};
use sqlx::Connection as _;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const START: i64 = 1_591_628_000_000;

fn count(server: &str, at: i64, sessions: u32) -> SessionCount {
    SessionCount { server: server.into(), at, sessions, c: 3_477, d: 3_170 }
}

fn calls(server: &str, at: i64, now: u32, peak: u32) -> CallCount {
    CallCount { server: server.into(), at, now, peak }
}

async fn scene() -> (tempfile::TempDir, BridgeHistory) {
    let folder = tempfile::tempdir().unwrap();
    let history = BridgeHistory::open(&folder.path().join("history.db")).await.unwrap();
    (folder, history)
}

#[tokio::test]
async fn what_is_recorded_twice_is_there_once_and_outlives_the_process() {
    let (folder, history) = scene().await;
    let batch = Batch {
        sessions: vec![count("web1", START, 149), count("web2", START, 3), count("web1", START + MINUTE, 0)],
        calls: vec![calls("core1", START, 14, 17)],
        verdicts: vec![VerdictRow { at: START, verdict: "full".into(), bounds: Some((132, 135)) }],
        restarts: vec![RestartRow {
            server: "web1".into(),
            at: START,
            outcome: "not verified".into(),
            detail: String::new(),
        }],
    };
    history.record(&batch).await.unwrap();
    history.record(&batch).await.unwrap();
    history.close().await;
    let history = BridgeHistory::open(&folder.path().join("history.db")).await.unwrap();
    assert_eq!(history.servers().await.unwrap(), ["core1", "web1", "web2"]);
    assert_eq!(
        history.sessions("web1", 0, 10).await.unwrap(),
        [batch.sessions[0].clone(), batch.sessions[2].clone()]
    );
    assert_eq!(history.sessions("web1", 0, 1).await.unwrap(), [batch.sessions[2].clone()], "the newest");
    assert_eq!(history.calls("core1", START, 10).await.unwrap(), batch.calls);
    assert_eq!(history.restarts(0).await.unwrap(), batch.restarts);
    let leaks = history.leak_buckets((0, i64::MAX), HOUR).await.unwrap();
    assert_eq!((leaks.len(), leaks[0].least, leaks[0].most), (1, 132, 135));
}

#[tokio::test]
async fn a_plot_has_the_extremes_of_each_bucket() {
    let (_folder, history) = scene().await;
    let sessions =
        (0..120).map(|minute| count("web1", START + minute * MINUTE, if minute == 77 { 149 } else { 5 }));
    history.record(&Batch { sessions: sessions.collect(), ..Batch::default() }).await.unwrap();
    let buckets = history.session_buckets("web1", (START, START + DAY), HOUR).await.unwrap();
    assert!((2..=3).contains(&buckets.len()));
    assert_eq!(buckets.iter().map(|bucket| bucket.highest).max(), Some(149));
    assert!(buckets.iter().all(|bucket| bucket.lowest == 5));
}

#[tokio::test]
async fn the_peak_of_an_hour_is_the_sum_of_each_servers_highest() {
    let (_folder, history) = scene().await;
    let hour = START / HOUR * HOUR;
    let rows = vec![
        calls("core1", hour, 1, 4),
        calls("core1", hour + 5 * MINUTE, 2, 9),
        calls("core2", hour + MINUTE, 0, 3),
        calls("core2", hour + HOUR, 0, 1),
    ];
    history.record(&Batch { calls: rows, ..Batch::default() }).await.unwrap();
    let hours = history.peak_hours(0).await.unwrap();
    let seen: Vec<_> =
        hours.iter().map(|found| ((found.at - hour) / HOUR, found.peak, found.servers)).collect();
    assert_eq!(seen, [(0, 12, 2), (1, 1, 1)]);
}

#[tokio::test]
async fn what_is_older_than_the_retention_goes_and_nothing_else() {
    let (_folder, history) = scene().await;
    let days = 0..12_000_i64;
    let at = |n: i64| START + n * MINUTE;
    let batch = Batch {
        sessions: days.clone().map(|n| count("web1", at(n), 1)).collect(),
        calls: days.clone().map(|n| calls("core1", at(n), 1, 1)).collect(),
        verdicts: days.map(|n| VerdictRow { at: at(n), verdict: "healthy".into(), bounds: None }).collect(),
        restarts: Vec::new(),
    };
    history.record(&batch).await.unwrap();
    assert_eq!(history.prune(at(11_000)).await.unwrap(), 33_000);
    assert_eq!(history.prune(at(11_000)).await.unwrap(), 0);
    assert_eq!(history.sessions("web1", 0, 100_000).await.unwrap().len(), 1_000);
    assert_eq!(history.calls("core1", 0, 100_000).await.unwrap().len(), 1_000);
}

#[tokio::test]
async fn a_damaged_file_and_one_that_is_none_are_refused_and_left_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    std::fs::write(&path, "this is a text\n".repeat(1_000)).unwrap();
    let error = BridgeHistory::open(&path).await.err().unwrap();
    assert!(!error.retry_helps(), "{error}");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("this is a text"));
    assert!(BridgeHistory::open(&folder.path().join("no/such/folder.db")).await.is_err());
}

#[tokio::test]
async fn while_another_program_holds_the_file_recording_fails_in_time_and_works_afterwards() {
    let (folder, history) = scene().await;
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}", folder.path().join("history.db").display());
    let mut other = sqlx::AnyConnection::connect(&url).await.unwrap();
    let hold = sqlx::Executor::execute(&mut other, "BEGIN EXCLUSIVE").await;
    hold.unwrap();
    let batch = Batch { sessions: vec![count("web1", START, 1)], ..Batch::default() };
    let began = Instant::now();
    let error = history.record(&batch).await.unwrap_err();
    assert!(error.retry_helps() && began.elapsed() < Duration::from_secs(8), "{error}");
    sqlx::Executor::execute(&mut other, "ROLLBACK").await.unwrap();
    history.record(&batch).await.unwrap();
    assert_eq!(history.sessions("web1", 0, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn three_months_of_eight_servers_are_asked_in_moments() {
    let (_folder, history) = scene().await;
    // Ninety days: four Web Bridges that count every two minutes, four Call Bridges every five.
    for server in 0..4 {
        let sessions =
            (0..90 * 720).map(|n| count(&format!("web{server}"), START + n * 2 * MINUTE, (n % 150) as u32));
        let calls = (0..90 * 288)
            .map(|n| calls(&format!("core{server}"), START + n * 5 * MINUTE, 1, (n % 20) as u32));
        history
            .record(&Batch { sessions: sessions.collect(), calls: calls.collect(), ..Batch::default() })
            .await
            .unwrap();
    }
    let began = Instant::now();
    let mut points = 0;
    for server in 0..4 {
        let buckets =
            history.session_buckets(&format!("web{server}"), (START, START + 90 * DAY), 3 * HOUR).await;
        points += buckets.unwrap().len();
    }
    assert_eq!(points, 4 * (720 + 1));
    assert!(history.peak_hours(0).await.unwrap().len() >= 90 * 24);
    assert_eq!(history.sessions("web1", 0, 32_768).await.unwrap().len(), 32_768);
    // A debug build on a machine that does much else: an order of magnitude above what is seen.
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
