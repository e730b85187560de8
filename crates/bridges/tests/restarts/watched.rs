//! The watch restarts on schedule: the same stand-ins, with nobody who gives an order.

use std::time::Duration;

use everpresent_bridges::restart::journal::SCRIPT_FILE;
use everpresent_bridges::watch::{self, Order, ROUND, Sign};
use everpresent_store::BridgeHistory;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::leaky;
use super::stage::{Stage, at};

/// Longer than anything here takes on a machine that does much else.
const SOON: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn the_watch_finds_four_leaking_bridges_and_restarts_them_one_by_one_when_the_window_opens() {
    // A quarter to two in Brussels: the schedule and the window are at two.
    let stage = Stage::begin("2026-11-28T00:45:00Z", leaky(&[20, 15, 10, 60]), Vec::new()).await;
    let (orders, taken) = mpsc::channel(1);
    let (signs, mut told) = mpsc::channel(10_000);
    let options =
        watch::Options { inventory: stage.scene.inventory().into(), clock: stage.clock, round: ROUND };
    let watching = tokio::spawn(watch::run(options, taken, move |sign| signs.try_send(sign).unwrap()));

    let mut verdicts = Vec::new();
    let done = async {
        while (0..4).any(|bridge| stage.scene.leaked(bridge) > 0) {
            match told.recv().await.unwrap() {
                Sign::Round(verdict) => verdicts.push(verdict),
                _ => continue,
            }
            if stage.clock.now() < at("2026-11-28T01:00:00Z") {
                assert!(!stage.has_script(), "nothing is done before the window");
            }
        }
        // The last one is in the journal when it has been seen to.
        while stage.journal(SCRIPT_FILE).lines().count() < 4 {
            told.recv().await.unwrap();
        }
    };
    timeout(SOON, done).await.expect("all four are restarted");
    assert!(verdicts.iter().any(|verdict| verdict == "leak"), "{verdicts:?}");
    orders.send(Order::Stop).await.unwrap();
    timeout(SOON, watching).await.unwrap().unwrap().unwrap();

    stage.each_attempt_came_after_the_result_before();
    let script = stage.journal(SCRIPT_FILE);
    assert_eq!(
        script.lines().filter(|line| line.ends_with(" restarted successfully")).count(),
        4,
        "{script}"
    );
    assert_eq!(stage.scene.cut_calls(), 0);
    let history = BridgeHistory::open(&stage.scene.inventory().with_file_name("history.db")).await.unwrap();
    let restarts = history.restarts(0).await.unwrap();
    assert_eq!(restarts.iter().filter(|restart| restart.outcome == "restarted").count(), 4, "{restarts:?}");
}
