//! The simulator itself: it finds nothing where nothing is, and finds what was put there.

use super::world::World;
use super::{Count, Interruption, Options, Planted, Point, Tally, Violation, What, run};

/// How many seeds may pass before a planted bug is found.
const FEW_SEEDS: u64 = 200;

fn tally_of(runs: impl IntoIterator<Item = (u64, Options)>) -> Tally {
    let mut tally = Tally::default();
    for (seed, options) in runs {
        match run(seed, options) {
            Ok(one) => tally.add(&one),
            Err(violation) => panic!("{violation}"),
        }
    }
    tally
}

fn interrupted(point: Point, what: What) -> Options {
    Options { interruption: Some(Interruption { point, after: 0, what }), ..Options::default() }
}

/// The first violation of a run with this bug. Without it the same run breaks nothing.
fn first_broken_by(planted: Planted, options: Options) -> Violation {
    let with = Options { planted: Some(planted), ..options };
    let found = (0..FEW_SEEDS).find_map(|seed| run(seed, with).err());
    let violation = found.unwrap_or_else(|| panic!("{planted:?} was not found"));
    assert_eq!(run(violation.seed, options).err(), None);
    *violation
}

#[track_caller]
fn assert_found(planted: Planted, promise: &str) {
    let violation = first_broken_by(planted, Options::default());
    assert_eq!(violation.promise, promise, "{violation}");
}

#[test]
fn no_promise_is_broken_and_everything_happens() {
    let tally = tally_of((0..60).map(|seed| (seed, Options::default())));
    // That a fenced owner takes its home once more under a new epoch is rare.
    let may_be_missing = [Count::TakenWithOwn, Count::Interrupted];
    let missing = Count::ALL
        .into_iter()
        .filter(|(count, _)| tally.get(*count) == 0 && !may_be_missing.contains(count))
        .map(|(_, words)| words);
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&str>::new(), "{tally}");
}

#[test]
fn a_seed_tells_the_same_story_twice() {
    assert_eq!(run(7, Options::default()), run(7, Options::default()));
    let story = || first_broken_by(Planted::QueueNotSpooled, Options::default());
    let violation = story();
    assert_eq!(violation, story());
    assert!(!violation.events.is_empty());
}

/// Seeds that stopped once. Before their rules were mended a node passed over its partner, which had the sessions, when the
/// database came back from an outage (1,352), and a client that left for good was seen for ever, because its presence had
/// left the node before its head was written (141,423); the others stopped because a checker promised more than the server does, or
/// a client was told a count that had nothing to do with its own any more.
#[test]
fn what_stopped_the_simulator_once_stays_mended() {
    let seeds =
        [1_352, 3_382, 4_549, 7_262, 102_205, 106_811, 114_025, 121_229, 132_615, 141_423, 145_240, 176_429];
    tally_of(seeds.map(|seed| (seed, Options::default())));
    let frozen = Interruption { point: Point::ClaimSent, after: 2, what: What::Freeze };
    tally_of([(1, Options { interruption: Some(frozen), ..Options::default() })]);
}

#[test]
fn everything_comes_right_when_faults_stop_in_the_middle_of_them() {
    let seeds = (0..5).flat_map(|seed| [3_000, 6_000, 9_000].map(|milliseconds| (seed, milliseconds)));
    let runs = seeds.map(|(seed, milliseconds)| (seed, Options { milliseconds, ..Options::default() }));
    tally_of(runs);
}

#[test]
fn what_is_not_as_it_should_be_in_the_end_is_seen() {
    let mut world = World::new(0, Options::default(), false);
    assert_eq!(world.left_to_do().as_deref(), Some("nobody serves home 0"));
    world.converge().unwrap();
    assert_eq!(world.left_to_do(), None);
    // A link that is never mended: the home goes on, and is not protected.
    (world.link_cut[0][1], world.link_cut[1][0]) = (u64::MAX, u64::MAX);
    let end = world.clock + 4_000;
    while world.clock < end {
        world.step().unwrap();
    }
    let left = world.left_to_do().unwrap();
    assert!(left.starts_with("home 0 is not protected"), "{left}");
}

/// Every point of every transition is reached, and a process that dies there costs nobody anything.
#[test]
fn a_process_may_die_at_every_point_of_every_transition() {
    for point in Point::ALL {
        let tally = tally_of([(0, interrupted(point, What::Crash))]);
        assert_eq!(tally.get(Count::Interrupted), 1, "{point:?} was not reached");
    }
}

#[test]
fn whatever_may_happen_at_a_point_may_happen_in_the_middle_of_a_takeover() {
    for what in What::ALL {
        for point in [Point::ClaimWritten, Point::LeavingWritten, Point::Yielded] {
            let tally = tally_of([(1, interrupted(point, what))]);
            assert_eq!(tally.get(Count::Interrupted), 1, "{point:?} was not reached");
        }
    }
}

#[test]
fn an_interruption_is_known_by_its_name() {
    for interruption in Interruption::all() {
        assert_eq!(interruption.to_string().parse(), Ok(interruption));
    }
    assert!("ClaimSent:99:Freeze".parse::<Interruption>().is_err());
}

#[test]
fn a_grant_while_a_claim_is_pending_is_found() {
    assert_found(Planted::GrantWhileClaiming, "P1");
}

#[test]
fn a_release_by_epoch_is_found() {
    assert_found(Planted::ReleaseByEpoch, "P1");
}

#[test]
fn a_renewal_that_unreleases_is_found() {
    assert_found(Planted::RenewalUnreleases, "P1");
}

#[test]
fn an_adoption_by_another_processs_replica_is_found() {
    assert_found(Planted::AdoptsForeignReplica, "P3");
}

#[test]
fn acknowledging_before_confirmation_is_found() {
    assert_found(Planted::AcknowledgedBeforeConfirmed, "P2");
}

#[test]
fn delivering_before_confirmation_is_found() {
    assert_found(Planted::SentBeforeConfirmed, "P3");
}

#[test]
fn routing_before_confirmation_is_found() {
    assert_found(Planted::RoutedBeforeConfirmed, "P2");
}

#[test]
fn a_write_past_the_fence_is_found() {
    assert_found(Planted::UnfencedWrite, "P1");
}

/// Chance needs a hundred seeds to have a process die between the two records; the point of the interruption is there.
#[test]
fn a_channel_number_outside_the_record_is_found() {
    let violation =
        first_broken_by(Planted::NumberOutsideRecord, interrupted(Point::RouteTaken, What::Crash));
    assert_eq!(violation.promise, "P4", "{violation}");
}

#[test]
fn clearing_the_replica_after_the_first_spooled_acknowledgement_is_found() {
    assert_found(Planted::ReplicaClearedLate, "P2");
}

#[test]
fn leaving_protected_mode_without_writing_the_queues_is_found() {
    assert_found(Planted::QueueNotSpooled, "P2");
}

#[test]
fn a_record_that_the_partner_skipped_is_found() {
    assert_found(Planted::RecordSkipped, "P3");
}

#[test]
fn adopted_sessions_without_a_deadline_are_found() {
    assert_found(Planted::AdoptedStayOpen, "P6");
}
