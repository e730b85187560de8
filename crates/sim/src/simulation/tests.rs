//! The simulator itself: it finds nothing where nothing is, and finds what was put there.

use super::{Options, Planted, Tally, run};

/// How many seeds may pass before a planted bug is found.
const FEW_SEEDS: u64 = 40;

fn tally_of(seeds: impl IntoIterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        match run(seed, Options::default()) {
            Ok(one) => tally.add(&one),
            Err(violation) => panic!("{violation}"),
        }
    }
    tally
}

/// The promises that a planted bug was seen to break, within a few seeds.
fn broken_by(planted: Planted) -> Vec<&'static str> {
    let options = Options { planted: Some(planted), ..Options::default() };
    (0..FEW_SEEDS).filter_map(|seed| run(seed, options).err()).map(|violation| violation.promise).collect()
}

#[test]
fn no_promise_is_broken_and_everything_happens() {
    let tally = tally_of(0..40);
    let what_happens = [
        tally.messages,
        tally.received,
        tally.refused,
        tally.resumed,
        tally.not_resumed,
        tally.expired,
        tally.adopted,
        tally.from_heads,
        tally.protected,
        tally.compared,
        tally.fenced,
    ];
    assert!(what_happens.iter().all(|count| *count > 0), "{tally:?}");
}

/// Seeds that broke a promise once, before the ledger was mended: a head that went back behind what its client had
/// been told (87), a message that counted as durable while its session was ending (201), and those that show each of
/// the other rules of batches and modes to be needed.
#[test]
fn what_was_broken_once_stays_mended() {
    tally_of([2, 7, 11, 12, 18, 51, 87, 103, 201, 329, 351, 738]);
}

#[test]
fn a_seed_tells_the_same_story_twice() {
    assert_eq!(run(7, Options::default()), run(7, Options::default()));
    let options = Options { planted: Some(Planted::QueueNotSpooled), ..Options::default() };
    let story = || (0..FEW_SEEDS).find_map(|seed| run(seed, options).err()).unwrap();
    let violation = story();
    assert_eq!(violation, story());
    assert!(!violation.events.is_empty());
}

#[test]
fn acknowledging_before_confirmation_is_found() {
    assert!(broken_by(Planted::AcknowledgedBeforeConfirmed).contains(&"P2"));
}

#[test]
fn delivering_before_confirmation_is_found() {
    assert!(broken_by(Planted::SentBeforeConfirmed).contains(&"P3"));
}

#[test]
fn clearing_the_replica_after_the_first_spooled_acknowledgement_is_found() {
    assert!(broken_by(Planted::ReplicaClearedLate).contains(&"P2"));
}

#[test]
fn leaving_protected_mode_without_writing_the_queues_is_found() {
    assert!(broken_by(Planted::QueueNotSpooled).contains(&"P2"));
}

#[test]
fn a_write_past_the_fence_is_found() {
    assert!(broken_by(Planted::UnfencedWrite).contains(&"P1"));
}

#[test]
fn adopting_a_replica_that_nobody_named_is_found() {
    assert!(!broken_by(Planted::AdoptsUnnamedReplica).is_empty());
}

#[test]
fn adopted_sessions_without_a_deadline_are_found() {
    assert!(broken_by(Planted::AdoptedStayOpen).contains(&"P6"));
}

#[test]
fn a_record_that_the_partner_skipped_is_found() {
    assert!(broken_by(Planted::RecordSkipped).contains(&"P3"));
}
