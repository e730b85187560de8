//! Admission: a node begins no more sign-ins than it can serve at once (promise P7).
//!
//! When thousands come back at once, they come in one after the other: the first of them is back at once, and the last no
//! later than if all had been served together. A connection asks for a place with its first bytes, so that one that
//! says nothing waits for nothing and keeps nobody out; and a sign-in that waits for its client, or takes long,
//! gives its place up.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// How many sign-ins are in progress at once, for each core.
const SIGN_INS_PER_CORE: usize = 4;
/// How long a sign-in may wait for something else than this machine's cores before its place is given to the next one.
const PATIENCE: Duration = Duration::from_millis(20);
/// How long a sign-in keeps its place at the longest: one whose client sends byte after byte waits for nothing and gets
/// nowhere.
const LONGEST_STAY: Duration = Duration::from_millis(100);
/// How long a sign-in waits for its turn at the longest, so that nobody can hold up others for longer.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How long sign-ins wait for a home that is being taken over; it has the cores to itself until then.
const LONGEST_HOLD: Duration = Duration::from_secs(1);

/// Lets sign-ins begin.
#[derive(Debug)]
pub struct Admission {
    places: Semaphore,
    held: watch::Sender<Held>,
}

/// How many want sign-ins to wait, and until when at the longest.
#[derive(Debug)]
struct Held {
    by: usize,
    until: Instant,
}

/// No sign-in begins while this lives, within limits.
#[derive(Debug)]
pub struct Hold<'a>(&'a Admission);

impl Default for Admission {
    /// As many as this machine serves at once.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::of(cores * SIGN_INS_PER_CORE)
    }
}

impl Admission {
    fn of(places: usize) -> Self {
        let held = Held { by: 0, until: Instant::now() };
        Self { places: Semaphore::new(places), held: watch::Sender::new(held) }
    }

    /// Lets sign-ins wait for a moment.
    pub fn hold(&self) -> Hold<'_> {
        self.held.send_modify(|held| {
            held.by += 1;
            held.until = Instant::now() + LONGEST_HOLD;
        });
        Hold(self)
    }

    /// Signs a client in when it is its turn.
    pub async fn sign_in<T>(&self, work: impl Future<Output = T>) -> T {
        // The semaphore is never closed: without a place is who waited long enough.
        let mut place = timeout(LONGEST_WAIT, self.places.acquire()).await.ok();
        self.until_let_go().await;
        let last = Instant::now() + LONGEST_STAY;
        let (mut work, mut patience) = (pin!(work), pin!(sleep(PATIENCE)));
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            if place.is_some() {
                if patience.as_mut().poll(context).is_ready() {
                    place = None;
                } else {
                    patience.as_mut().reset(last.min(Instant::now() + PATIENCE));
                }
            }
            Poll::Pending
        })
        .await
    }

    async fn until_let_go(&self) {
        let mut held = self.held.subscribe();
        loop {
            let until = {
                let held = held.borrow_and_update();
                if held.by == 0 || held.until <= Instant::now() {
                    return;
                }
                held.until
            };
            // Either way it is looked at anew.
            let _ = timeout_at(until, held.changed()).await;
        }
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.0.held.send_modify(|held| held.by -= 1);
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_more_are_in_progress_than_are_served_at_once() {
        let admission = Admission::of(1);
        let mut first = pin!(admission.sign_in(busy(LONGEST_STAY / 2)));
        let mut second = pin!(admission.sign_in(ready(())));
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
        let mut busy = pin!(admission.sign_in(busy(LONGEST_STAY * 10)));
        let begun = Instant::now();
        tokio::select! {
            biased;
            () = &mut busy => panic!("nobody else was let in"),
            () = admission.sign_in(ready(())) => {}
        }
        assert!(begun.elapsed() <= LONGEST_STAY + PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waited_long_enough_is_let_in() {
        let admission = Admission::of(0);
        assert!(timeout(LONGEST_WAIT / 2, admission.sign_in(ready(()))).await.is_err());
        assert!(timeout(LONGEST_WAIT * 2, admission.sign_in(ready(()))).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_falls_silent_keeps_nobody_out() {
        let admission = Admission::of(1);
        let mut silent = pin!(admission.sign_in(pending::<()>()));
        assert!(timeout(PATIENCE / 2, &mut silent).await.is_err());
        let next = async {
            tokio::select! {
                biased;
                () = &mut silent => unreachable!("it never ends"),
                () = admission.sign_in(ready(())) => {}
            }
        };
        assert!(timeout(PATIENCE * 2, next).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn while_a_home_is_taken_over_nobody_begins_but_not_for_long() {
        let admission = Admission::of(1);
        let hold = admission.hold();
        assert!(timeout(LONGEST_HOLD / 2, admission.sign_in(ready(()))).await.is_err());
        drop(hold);
        assert!(timeout(Duration::ZERO, admission.sign_in(ready(()))).await.is_ok());
        let _hold = admission.hold();
        assert!(timeout(LONGEST_HOLD * 2, admission.sign_in(ready(()))).await.is_ok());
    }

    /// Is polled again and again, as a sign-in whose client answers.
    async fn busy(long: Duration) {
        let end = Instant::now() + long;
        while Instant::now() < end {
            sleep(PATIENCE / 4).await;
        }
    }
}
