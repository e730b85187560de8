//! The table against the tests that it names: they exist, and they go where the rows say.

use std::collections::{BTreeMap, BTreeSet};

use super::harness::{Seen, take_record};
use super::*;
use crate::manager::table::{Place, Places, ROWS, Row};

type Test = fn();

/// Tests by the names that the table gives them. One that does not exist does not compile.
macro_rules! tests {
    ($($module:ident: $($test:ident),+;)+) => {
        BTreeMap::from([$($(
            (concat!(stringify!($module), "::", stringify!($test)), super::$module::$test as Test),
        )+)+])
    };
}

fn named() -> BTreeMap<&'static str, Test> {
    tests! {
        failed:
            failed_failed_by_themselves_when_health_returns, failed_failed_order_recover,
            taking_back_users_cannot_be_taken, taking_over_the_taker_goes_away,
            taking_over_users_cannot_be_taken;
        failing:
            failed_over_the_backup_dies, healthy_for_automatic_fallback_delay,
            heartbeats_of_l_gone_lease_and_grant_expired, idle_the_backup_dies, l_said_goodbye;
        maintenance: any_maintenance;
        orders: idle_or_failed_over_order_fallback_l, normal_normal_order_failover_l;
        services:
            backup_loses_a_service_and_its_peer_cannot_take_over,
            backup_loses_a_service_and_its_peer_is_failed_over,
            backup_loses_the_database_and_its_peer_is_failed_over, backup_without_a_peer_loses_a_service,
            failed_over_services_up_and_down, l_cannot_reach_the_database_and_r_can,
            l_returns_without_a_service, service_down_on_both, service_of_l_down_for_the_delay_and_up_on_r,
            taking_back_services_do_not_start;
        starting:
            a_backup_without_a_partner_that_restarts_is_the_backup_again,
            a_failed_over_node_that_restarts_stays_failed_over, an_idle_node_that_restarts_stays_idle,
            both_cold_start_together, ha_off_enable_and_disable,
            initializing_no_peer_for_the_initialization_timeout, l_returns_while_r_is_backup;
        steady:
            a_backup_that_is_fenced_stays_the_backup, any_owner_with_neither_grant_nor_lease, link_lost_alone,
            witness_lost_alone;
        stopping: both_stop_at_nearly_the_same_time;
    }
}

/// All that the tests of a row went through.
fn seen_by(row: &Row, tests: &BTreeMap<&'static str, Test>) -> BTreeSet<Seen> {
    take_record();
    row.tests.iter().for_each(|test| tests[test]());
    take_record()
}

/// Whether the pair was seen so, whichever of the nodes it was; with this reason, if one is named.
fn was(seen: &BTreeSet<Seen>, places: Option<Places>, reason: Option<Reason>) -> bool {
    seen.iter().any(|seen| {
        let Places(l, r) = seen.places;
        let there = places.is_none_or(|places| places == Places(l, r) || places == Places(r, l));
        there && reason.is_none_or(|reason| seen.reasons.contains(&Some(reason)))
    })
}

#[test]
fn every_row_goes_where_it_says() {
    let tests = named();
    for row in ROWS {
        let seen = seen_by(row, &tests);
        for places in row.from.iter().chain(row.to).copied().chain(row.by) {
            assert!(was(&seen, Some(places), None), "{}: never {places} in {seen:#?}", row.on);
        }
        let shown_at: Vec<Option<Places>> = match (row.to, row.by) {
            ([], None) => vec![None],
            (to, by) => to.iter().copied().chain(by).map(Some).collect(),
        };
        for reason in row.reasons {
            let shown = shown_at.iter().any(|places| was(&seen, *places, Some(*reason)));
            assert!(shown, "{}: never for {reason} in {seen:#?}", row.on);
        }
    }
}

#[test]
fn the_table_names_every_test_that_is_kept_for_it_and_no_other() {
    let named: BTreeSet<&str> = named().into_keys().collect();
    let used: BTreeSet<&str> = ROWS.iter().flat_map(|row| row.tests.iter().copied()).collect();
    assert_eq!(named, used);
    assert!(ROWS.iter().all(|row| !row.tests.is_empty()));
}

#[test]
fn every_state_and_reason_is_in_the_table() {
    let places = |row: &Row| row.from.iter().chain(row.to).copied().chain(row.by).collect::<Vec<_>>();
    let places: BTreeSet<Place> = ROWS.iter().flat_map(places).flat_map(|Places(l, r)| [l, r]).collect();
    for state in NodeState::ALL {
        assert!(places.contains(&Place::In(state)), "{state}");
    }
    let reasons: BTreeSet<Reason> = ROWS.iter().flat_map(|row| row.reasons).copied().collect();
    for reason in Reason::ALL {
        assert!(reasons.contains(&reason), "{reason}");
    }
}

#[test]
fn rows_are_printed_as_they_are_read() {
    let row = ROWS[0];
    let text = [row.from_text(), row.on.to_owned(), row.to_text(), row.reasons_text()].join(" | ");
    assert_eq!(
        text,
        "Normal / Normal | order `failover` | Failing Over / Taking Over → Idle / Running in Backup Mode | \
         On Admin Request"
    );
    let fenced = ROWS.iter().find(|row| row.reasons == [Reason::Fenced]).unwrap();
    assert_eq!((fenced.from_text().as_str(), fenced.to_text().as_str()), ("any", "the same"));
}
