//! Restarts of stand-ins: what an operator sees, and what the bridges went through.

mod stage;
mod watched;

use everpresent_bridges::rehearsal::{BridgePlan, Call, Conduct};
use everpresent_bridges::restart::journal::{JSON_FILE, SCRIPT_FILE};
use everpresent_bridges::restart::{Leaking, Options, Outcome, Overrides, RunError};
use stage::{Stage, at, outcomes};

/// Bridges that leak so many of a hundred guests.
fn leaky(percents: &[u32]) -> Vec<BridgePlan> {
    let name =
        |(number, percent): (usize, &u32)| BridgePlan::new(format!("webbridge{}", number + 1), *percent);
    percents.iter().enumerate().map(name).collect()
}

fn now() -> Options {
    Options { overrides: Overrides { now: true, force: false }, ..Options::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_bridges_leak_and_are_restarted_one_by_one_in_their_window_only() {
    // A quarter to two in Brussels: the window opens at two.
    let stage = Stage::begin("2026-11-28T00:45:00Z", leaky(&[20, 15, 10, 60]), Vec::new()).await;
    let truth: Vec<u32> = (0..4).map(|bridge| stage.scene.leaked(bridge)).collect();
    assert!(truth.iter().all(|leaked| *leaked > 0), "{truth:?}");
    let Leaking::These(leaking) = stage.leaking() else { panic!("nobody leaks: {:?}", stage.leaking()) };
    assert_eq!(leaking.len(), 4);

    let refused = stage.run(&leaking, Options::default()).await.unwrap();
    assert_eq!(outcomes(&refused), [Outcome::Refused; 4]);
    assert!(refused[0].reason.contains("the next opens at 2026-11-28T01:00:00Z"), "{}", refused[0].reason);
    assert_eq!(
        (0..4).map(|bridge| stage.scene.leaked(bridge)).collect::<Vec<_>>(),
        truth,
        "nothing was done"
    );

    stage.clock.sleep_until(at("2026-11-28T01:00:00Z")).await;
    let restarted = stage.run(&leaking, Options::default()).await.unwrap();
    assert_eq!(outcomes(&restarted), [Outcome::Restarted; 4], "{restarted:?}");
    assert!((0..4).all(|bridge| stage.scene.leaked(bridge) == 0));
    assert!(
        restarted[0].reason.contains("its count began anew; its port was closed"),
        "{}",
        restarted[0].reason
    );
    stage.each_attempt_came_after_the_result_before();
    let script = stage.journal(SCRIPT_FILE);
    assert_eq!(
        script.lines().filter(|line| line.ends_with(" restarted successfully")).count(),
        4,
        "{script}"
    );
    assert!(script.starts_with("2026-11-28 01:0"), "by the clock of the rehearsal: {script}");

    let again = stage.run(&leaking, Options::default()).await.unwrap();
    assert_eq!(outcomes(&again), [Outcome::Refused; 4]);
    assert!(again[0].reason.contains("its cool-down of 6h is not over"), "{}", again[0].reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_progress_blocks_until_it_has_ended() {
    let call = Call { bridge: 0, from: at("2026-11-27T23:30:00Z"), to: at("2026-11-28T01:12:00Z") };
    let stage = Stage::begin("2026-11-28T01:02:00Z", leaky(&[20, 15]), vec![call]).await;
    let both = stage.all();
    let refused = stage.run(&both, Options::default()).await.unwrap();
    assert_eq!(outcomes(&refused), [Outcome::Refused; 2]);
    assert!(refused[0].reason.contains("1 call live, 0 allowed"), "{}", refused[0].reason);
    let patient = Options { wait: Some("1h".parse().unwrap()), ..Options::default() };
    let restarted = stage.run(&both, patient).await.unwrap();
    assert_eq!(outcomes(&restarted), [Outcome::Restarted; 2], "{restarted:?}");
    assert!(stage.clock.now() > at("2026-11-28T01:12:00Z"));
    assert_eq!(stage.scene.cut_calls(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn force_cuts_calls_and_says_how_many() {
    let call = Call { bridge: 0, from: at("2026-11-27T23:30:00Z"), to: at("2026-11-28T03:00:00Z") };
    let stage = Stage::begin("2026-11-28T01:02:00Z", leaky(&[20, 15]), vec![call]).await;
    let options = Options { overrides: Overrides { now: false, force: true }, ..Options::default() };
    let restarted = stage.run(&stage.all(), options).await.unwrap();
    assert_eq!(outcomes(&restarted), [Outcome::Restarted; 2], "{restarted:?}");
    assert!(restarted[0].decision.reason().contains("up to 1 live call will be cut"));
    assert_eq!(stage.scene.cut_calls(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_a_dead_host_fail_and_the_others_are_restarted() {
    let mut bridges = leaky(&[20, 15, 10]);
    bridges[0].wrong_password = true;
    bridges[1].dead = true;
    let stage = Stage::begin("2026-11-28T01:02:00Z", bridges, Vec::new()).await;
    let results = stage.run(&stage.all(), Options::default()).await.unwrap();
    assert_eq!(outcomes(&results), [Outcome::Failed, Outcome::Failed, Outcome::Restarted], "{results:?}");
    assert!(results[0].reason.contains("sign-in of admin was refused (tried once"), "{}", results[0].reason);
    assert!(results[1].reason.contains("no connection"), "{}", results[1].reason);
    let script = stage.journal(SCRIPT_FILE);
    let failed = "Failed to restart webbridge on server [127.0.0.11]:";
    assert!(script.contains(failed) && script.contains(". Error:\n"), "{script}");
    assert!(!stage.journal(JSON_FILE).contains("not-the-password"), "no secret in a journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_only_says_so_was_not_restarted() {
    let mut bridges = leaky(&[20, 15]);
    bridges[0].conduct = Conduct::Pretends;
    let stage = Stage::begin("2026-11-28T01:02:00Z", bridges, Vec::new()).await;
    let results = stage.run(&stage.all()[..1], Options::default()).await.unwrap();
    assert_eq!(outcomes(&results), [Outcome::Failed]);
    assert!(results[0].reason.contains("its count shows no restart"), "{}", results[0].reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_bridge_that_does_not_come_back_the_last_one_is_left_alone() {
    let mut bridges = leaky(&[20, 15]);
    bridges[0].conduct = Conduct::StaysDown;
    let stage = Stage::begin("2026-11-28T01:02:00Z", bridges, Vec::new()).await;
    let results = stage.run(&stage.all(), Options::default()).await.unwrap();
    assert_eq!(outcomes(&results), [Outcome::Failed, Outcome::Refused], "{results:?}");
    assert!(results[0].reason.contains("did not come back"), "{}", results[0].reason);
    assert!(results[1].reason.contains("0 of 1 others serve"), "{}", results[1].reason);
    assert!(stage.scene.leaked(1) > 0, "it was left alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_log_a_restart_is_not_called_successful() {
    let stage = Stage::begin("2026-11-28T01:02:00Z", leaky(&[20, 15]), Vec::new()).await;
    let stage = stage.with_inventory(|text| {
        let blind = text.replace("logs/webbridge1.log", "logs/none.log");
        blind.replace("[restart]\n", "[restart]\nverify_within = \"2m\"\n")
    });
    let results = stage.run(&stage.all()[..1], Options::default()).await.unwrap();
    assert_eq!(outcomes(&results), [Outcome::NotVerified]);
    assert!(
        results[0].reason.contains("its port was closed, but no Stats line came"),
        "{}",
        results[0].reason
    );
    assert!(!stage.journal(SCRIPT_FILE).contains("successfully"));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_call_bridge_is_silent_nobody_knows_whom_a_restart_would_cut() {
    let stage = Stage::begin("2026-11-28T01:02:00Z", leaky(&[20, 15]), Vec::new()).await;
    let stage = stage.with_inventory(|text| text.replace("logs/core2.log", "logs/none.log"));
    let results = stage.run(&stage.all(), Options::default()).await.unwrap();
    assert_eq!(outcomes(&results), [Outcome::Refused; 2]);
    let said = "nobody knows how many calls are live: core2 never counted calls";
    assert!(results[0].reason.contains(said), "{}", results[0].reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_are_one_too_many() {
    let stage = Stage::begin("2026-11-28T01:02:00Z", leaky(&[20, 15]), Vec::new()).await;
    let all = stage.all();
    let (first, second) =
        tokio::join!(stage.run(&all, Options::default()), stage.run(&all, Options::default()));
    let (done, refused) = if first.is_ok() { (first, second) } else { (second, first) };
    assert_eq!(outcomes(&done.unwrap()), [Outcome::Restarted; 2]);
    let error = refused.unwrap_err();
    assert!(matches!(error, RunError::Lock(_)) && error.to_string().contains("another run"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_run_that_was_killed_the_next_says_what_is_unknown() {
    let stage = Stage::begin("2026-11-28T01:02:00Z", leaky(&[20, 15]), Vec::new()).await;
    let cut_off = "{\"at\":\"2026-11-28T00:59:00Z\",\"run\":\"1\",\"event\":\"attempt\",\"server\":\"webbridge1\",\
                   \"address\":\"127.0.0.11\"}\n";
    stage.write_journal(JSON_FILE, cut_off);
    let results = stage.run(&stage.all(), Options::default()).await.unwrap();
    assert_eq!(outcomes(&results), [Outcome::Refused, Outcome::Restarted], "{results:?}");
    assert!(results[0].reason.contains("its cool-down of 6h is not over"), "it may have been restarted");
    let script = stage.journal(SCRIPT_FILE);
    assert!(
        script.contains("127.0.0.11 may have been restarted, unknown:\na run was cut off at or after"),
        "{script}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_noticed_before_anything_is_restarted() {
    let stage = Stage::begin("2026-11-28T01:02:00Z", leaky(&[20, 15]), Vec::new()).await;
    stage.journal_is_full();
    let before = stage.scene.leaked(0);
    let error = stage.run(&stage.all(), Options::default()).await.unwrap_err();
    assert!(error.to_string().contains("nothing is restarted without it"), "{error}");
    assert_eq!(stage.scene.leaked(0), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_decides_and_leaves_everything_as_it_is() {
    let stage = Stage::begin("2026-11-28T00:45:00Z", leaky(&[20, 15]), Vec::new()).await;
    let options = Options { dry_run: true, ..now() };
    let decided = stage.run(&stage.all(), options).await.unwrap();
    assert!(
        decided.iter().all(|server| server.outcome.is_none() && server.decision.allowed()),
        "{decided:?}"
    );
    let options = Options { dry_run: true, ..Options::default() };
    let decided = stage.run(&stage.all(), options).await.unwrap();
    assert_eq!(outcomes(&decided), [Outcome::Refused; 2]);
    assert!(stage.scene.leaked(0) > 0 && !stage.has_journal(), "nothing was done nor written");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_a_time_are_two_at_a_time_and_never_all() {
    let stage = Stage::begin("2026-11-28T01:02:00Z", leaky(&[20, 15, 10]), Vec::new()).await;
    let options = Options { parallel: Some(3), ..Options::default() };
    let restarted = stage.run(&stage.all(), options).await.unwrap();
    assert_eq!(outcomes(&restarted), [Outcome::Restarted; 3], "{restarted:?}");
    assert_eq!(stage.most_at_a_time(), 2, "the third is the last that serves");
}
