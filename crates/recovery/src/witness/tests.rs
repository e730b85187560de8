//! The reference semantics of changes to the witness row.

use super::*;

fn row() -> WitnessRow {
    WitnessRow {
        home: HomeName::new("imp1"),
        owner: HomeName::new("imp1"),
        incarnation: Some(Incarnation(1)),
        epoch: Epoch(5),
        beat: 40,
        replica: Some(Incarnation(2)),
        grant_seconds: 60,
    }
}

fn statement(expected: Option<Expected>, change: Change) -> CompareAndSet {
    CompareAndSet { home: HomeName::new("imp1"), expected, change }
}

fn claim() -> Change {
    Change::Claim {
        owner: HomeName::new("imp2"),
        incarnation: Incarnation(2),
        epoch: Epoch(6),
        grant_seconds: 30,
    }
}

#[test]
fn a_claim_takes_the_row_and_clears_the_replica() {
    let after = statement(Some(Expected::of(&row())), claim()).apply(Some(&row())).expect("matches");
    let expected = WitnessRow {
        owner: HomeName::new("imp2"),
        incarnation: Some(Incarnation(2)),
        epoch: Epoch(6),
        beat: 41,
        replica: None,
        ..row()
    };
    assert_eq!(after, expected, "grant_seconds is never lowered");
}

#[test]
fn whatever_was_read_before_the_last_change_changes_nothing() {
    let read = Expected::of(&row());
    let renewed =
        statement(Some(read), Change::Renew { grant_seconds: 90 }).apply(Some(&row())).expect("matches");
    assert_eq!((renewed.beat, renewed.grant_seconds), (41, 90));
    for change in [claim(), Change::Renew { grant_seconds: 60 }, Change::Replica(None), Change::Release] {
        assert_eq!(statement(Some(read), change).apply(Some(&renewed)), None);
    }
}

#[test]
fn a_row_is_made_only_by_a_claim_and_only_once() {
    let made = statement(None, claim()).apply(None).expect("there is none");
    assert_eq!((made.epoch, made.beat, made.incarnation), (Epoch(6), 1, Some(Incarnation(2))));
    assert_eq!(statement(None, claim()).apply(Some(&made)), None);
    assert_eq!(statement(None, Change::Renew { grant_seconds: 60 }).apply(None), None);
}

#[test]
fn the_guardian_empties_the_dead_incarnation_and_no_other() {
    let emptied = empty_incarnation(&row(), Incarnation(1)).expect("carries it");
    assert_eq!((emptied.incarnation, emptied.beat, emptied.replica), (None, 41, Some(Incarnation(2))));
    assert_eq!(empty_incarnation(&row(), Incarnation(7)), None);
    assert_eq!(empty_incarnation(&emptied, Incarnation(1)), None);
}
