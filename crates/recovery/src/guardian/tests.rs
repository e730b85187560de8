//! Stories of the guardian: what it starts, and when it gives up.

use super::*;

fn started() -> Guardian {
    let mut guardian = Guardian::default();
    assert_eq!(
        guardian.handle(Moment(0), Input::Start { fresh: Incarnation(1) }),
        Some(Effect::Start(Incarnation(1)))
    );
    guardian
}

#[test]
fn the_next_child_starts_only_when_no_row_carries_the_dead_one() {
    let mut guardian = started();
    let dead = Effect::Empty(Incarnation(1));
    assert_eq!(guardian.handle(Moment(9), Input::ChildDied), Some(dead));
    assert_eq!(guardian.handle(Moment(9), Input::Emptied { rows: 2, fresh: Incarnation(2) }), Some(dead));
    let none_left = Input::Emptied { rows: 0, fresh: Incarnation(3) };
    assert_eq!(guardian.handle(Moment(10), none_left), Some(Effect::Start(Incarnation(3))));
}

#[test]
fn a_database_that_does_not_answer_is_asked_again_and_no_child_starts_meanwhile() {
    let mut guardian = started();
    guardian.handle(Moment(9), Input::ChildDied);
    assert_eq!(guardian.handle(Moment(10), Input::EmptyUnknown), None);
    let again = guardian.next_wake().expect("wants to ask again");
    assert_eq!(guardian.handle(Moment(again.0 - 1), Input::Tick), None);
    assert_eq!(guardian.handle(again, Input::Start { fresh: Incarnation(2) }), None);
    assert_eq!(guardian.handle(again, Input::Tick), Some(Effect::Empty(Incarnation(1))));
}

#[test]
fn a_child_that_keeps_dying_waits_for_an_order() {
    let mut guardian = started();
    let mut die_at = |now: u64| {
        guardian.handle(Moment(now), Input::ChildDied);
        guardian.handle(Moment(now), Input::Emptied { rows: 0, fresh: Incarnation(7) })
    };
    assert_eq!(die_at(1_000), Some(Effect::Start(Incarnation(7))));
    assert_eq!(die_at(2_000), Some(Effect::Start(Incarnation(7))));
    assert_eq!(die_at(3_000), Some(Effect::WaitForOrder));
    let order = Input::Start { fresh: Incarnation(8) };
    assert_eq!(guardian.handle(Moment(4_000), order), Some(Effect::Start(Incarnation(8))));
}

#[test]
fn a_child_that_dies_now_and_then_is_always_started_again() {
    let mut guardian = started();
    for death in 1..20 {
        let now = Moment(death * 21_000);
        guardian.handle(now, Input::ChildDied);
        let next = guardian.handle(now, Input::Emptied { rows: 0, fresh: Incarnation(7) });
        assert_eq!(next, Some(Effect::Start(Incarnation(7))), "death {death}");
    }
}
