//! Small searches, for every run of the tests. `cargo xtask model` runs [`searches`].

use super::*;

fn assert_holds(options: Options) {
    let report = check(options);
    assert_eq!(report.violations, [], "in {:?}", options.budget);
    assert!(report.complete);
}

/// The bug breaks this property, by a path that is shown.
fn assert_found(bug: Planted, property: &str) {
    let report = check(Options::planted(bug));
    let broken: Vec<_> = report.violations.iter().map(|violation| violation.property).collect();
    assert!(broken.contains(&property), "{bug:?} broke {broken:?} in {} states", report.states);
    assert!(report.violations.iter().all(|violation| !violation.path.is_empty()));
}

const ONE_OWNER: &str = "P1: no two processes may serve the home";

#[test]
fn any_one_thing_may_go_wrong_at_any_time() {
    let none = Budget::NONE;
    assert_holds(Options::pair(none));
    assert_holds(Options::pair(Budget { messages: 1, ..none }));
    assert_holds(Options::pair(Budget { statements: 1, ..none }));
    assert_holds(Options::pair(Budget { cuts: 1, ..none }));
    assert_holds(Options::pair(Budget { orders: 1, ..none }));
    assert_holds(Options::pair(Budget { kills: 1, ..none }));
    assert_holds(Options::pair(Budget { kills: 1, starts: 1, ..none }));
}

#[test]
fn a_single_node_comes_back_whatever_happens_to_it() {
    let budget = Budget { statements: 1, cuts: 1, kills: 1, starts: 1, ..Budget::NONE };
    assert_holds(Options { pair: false, ..Options::pair(budget) });
}

#[test]
fn a_takeover_with_the_replica_is_among_what_is_searched() {
    let report = check(Options::pair(Budget { kills: 1, ..Budget::NONE }));
    assert!(report.examples.contains(&"the partner takes over with its replica"), "{report:?}");
}

#[test]
fn a_grant_while_a_claim_is_pending_is_found() {
    assert_found(Planted::GrantWhileClaiming, ONE_OWNER);
}

#[test]
fn a_start_that_forgets_grants_is_found() {
    assert_found(Planted::StartForgetsGrants, ONE_OWNER);
}

#[test]
fn a_release_by_epoch_is_found() {
    assert_found(Planted::ReleaseByEpoch, ONE_OWNER);
}

#[test]
fn a_renewal_that_unreleases_is_found() {
    assert_found(Planted::RenewalUnreleases, "a released row stays released until a claim");
}

#[test]
fn an_adoption_by_another_processs_replica_is_found() {
    assert_found(Planted::AdoptsForeignReplica, "a takeover adopts only a complete replica");
}

#[test]
fn every_other_rule_left_out_is_found() {
    for bug in [Planted::NoLeaseWait, Planted::NoGrantWait, Planted::CountsFromAnswer, Planted::NoFence] {
        assert_found(bug, ONE_OWNER);
    }
}

#[test]
fn a_report_says_what_was_searched_and_what_broke() {
    let bug = Planted::parse("renewal-unreleases").expect("known");
    let report = check(Options::planted(bug)).to_string();
    assert!(report.starts_with(
        "two nodes, messages 0 statements 0 cuts 0 orders 0 kills 1 starts 1, planted renewal-unreleases: "
    ));
    assert!(report.contains("broken: a released row stays released until a claim\n"));
    assert!(report.contains("Land(0)"), "the path: {report}");
}
