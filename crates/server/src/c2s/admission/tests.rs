//! Who is let in when.

use std::future::{pending, ready};

use super::*;

#[tokio::test(start_paused = true)]
async fn no_more_are_in_progress_than_are_served_at_once() {
    let admission = Admission::of(1);
    let mut first = pin!(sign_in(&admission, busy(LONGEST_STAY / 2)));
    let mut second = pin!(sign_in(&admission, ready(())));
    tokio::select! {
        biased;
        () = &mut first => {}
        () = &mut second => panic!("it was let in although there was no place"),
    }
    second.await;
}

#[tokio::test(start_paused = true)]
async fn who_keeps_itself_busy_for_long_keeps_nobody_out() {
    let admission = Admission::of(1);
    let mut busy = pin!(sign_in(&admission, busy(LONGEST_STAY * 10)));
    let begun = Instant::now();
    tokio::select! {
        biased;
        () = &mut busy => panic!("nobody else was let in"),
        () = sign_in(&admission, ready(())) => {}
    }
    assert!(begun.elapsed() <= LONGEST_STAY + PATIENCE);
}

#[tokio::test(start_paused = true)]
async fn who_waited_long_enough_is_let_in() {
    let admission = Admission::of(0);
    assert!(timeout(LONGEST_WAIT / 2, sign_in(&admission, ready(()))).await.is_err());
    assert!(timeout(LONGEST_WAIT * 2, sign_in(&admission, ready(()))).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_falls_silent_keeps_nobody_out() {
    let admission = Admission::of(1);
    let mut silent = pin!(sign_in(&admission, pending::<()>()));
    assert!(timeout(PATIENCE / 2, &mut silent).await.is_err());
    let next = async {
        tokio::select! {
            biased;
            () = &mut silent => unreachable!("it never ends"),
            () = sign_in(&admission, ready(())) => {}
        }
    };
    assert!(timeout(PATIENCE * 2, next).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_place_is_free_when_the_sign_in_is_over_though_the_connection_goes_on() {
    let admission = Admission::of(1);
    let turn = admission.turn();
    turn.sign_in(ready(())).await;
    assert!(timeout(Duration::ZERO, sign_in(&admission, ready(()))).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn who_begins_anew_lets_those_who_wait_go_first() {
    let admission = Admission::of(1);
    let stepping_back = admission.turn();
    let mut fresh = pin!(stepping_back.sign_in(stepping_back.step_back()));
    let mut busy = pin!(sign_in(&admission, busy(LONGEST_STAY / 2)));
    let mut returning = pin!(sign_in(&admission, ready(())));
    let mut came = Vec::new();
    while came.len() < 3 {
        tokio::select! {
            biased;
            () = &mut busy, if !came.contains(&"busy") => came.push("busy"),
            () = &mut fresh, if !came.contains(&"fresh") => came.push("fresh"),
            () = &mut returning, if !came.contains(&"returning") => came.push("returning"),
        }
    }
    assert_eq!(came, ["busy", "returning", "fresh"]);
}

#[tokio::test(start_paused = true)]
async fn who_stepped_back_has_a_place_again_and_keeps_it_while_its_client_answers() {
    let admission = Admission::of(1);
    let mut before = pin!(sign_in(&admission, busy(LONGEST_STAY / 2)));
    let turn = admission.turn();
    let mut fresh = pin!(turn.sign_in(async {
        turn.step_back().await;
        busy(LONGEST_STAY / 2).await;
    }));
    let mut first = pin!(sign_in(&admission, busy(LONGEST_STAY / 2)));
    let mut last = pin!(async {
        // waits: until the one that stepped back is at it again, in virtual time.
        sleep(LONGEST_STAY * 5 / 4).await;
        sign_in(&admission, ready(())).await;
    });
    let mut came = Vec::new();
    while came.len() < 4 {
        tokio::select! {
            biased;
            () = &mut before, if !came.contains(&"before") => came.push("before"),
            () = &mut fresh, if !came.contains(&"fresh") => came.push("fresh"),
            () = &mut first, if !came.contains(&"first") => came.push("first"),
            () = &mut last, if !came.contains(&"last") => came.push("last"),
        }
    }
    assert_eq!(came, ["before", "first", "fresh", "last"]);
}

#[tokio::test(start_paused = true)]
async fn while_a_home_is_taken_over_nobody_begins_but_not_for_long() {
    let admission = Admission::of(1);
    let hold = admission.hold();
    assert!(timeout(LONGEST_HOLD / 2, sign_in(&admission, ready(()))).await.is_err());
    drop(hold);
    assert!(timeout(Duration::ZERO, sign_in(&admission, ready(()))).await.is_ok());
    let _hold = admission.hold();
    assert!(timeout(LONGEST_HOLD * 2, sign_in(&admission, ready(()))).await.is_ok());
}

async fn sign_in<T>(admission: &Admission, work: impl Future<Output = T>) -> T {
    admission.turn().sign_in(work).await
}

/// Is polled again and again, as a sign-in whose client answers.
async fn busy(long: Duration) {
    let end = Instant::now() + long;
    while Instant::now() < end {
        // waits: the client's answers, in virtual time.
        sleep(PATIENCE / 4).await;
    }
}
