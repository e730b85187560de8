//! Admission: a node begins no more sign-ins than it can serve at once (promise P7).
//!
//! When thousands come back at once, they come in one after the other: the first of them is back at once, and the last no
//! later than if all had been served together. A connection asks for a place with its first bytes, so that one that
//! says nothing waits for nothing and keeps nobody out; and a sign-in that waits for its client, or takes long,
//! gives its place up. Who has a session to come back to goes before who begins a new one.

#[cfg(test)]
mod tests;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// How many sign-ins are in progress at once, for each core.
const SIGN_INS_PER_CORE: usize = 16;
/// How long a sign-in may wait for something else than this machine's cores before its place is given to the next one.
const PATIENCE: Duration = Duration::from_millis(10);
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
    places: Arc<Semaphore>,
    /// How many wait for a place.
    queue: watch::Sender<usize>,
    held: watch::Sender<Held>,
}

/// How many want sign-ins to wait, and until when at the longest.
#[derive(Debug)]
struct Held {
    by: usize,
    until: Instant,
}

/// A client's turn to sign in.
#[derive(Debug)]
pub struct Turn<'a> {
    admission: &'a Admission,
    stay: Mutex<Option<Stay>>,
}

/// A place that is taken.
#[derive(Debug)]
struct Stay {
    _place: OwnedSemaphorePermit,
    /// It is given up now at the latest.
    last: Instant,
    /// Nobody has waited in it yet.
    new: bool,
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
        Self {
            places: Arc::new(Semaphore::new(places)),
            queue: watch::Sender::new(0),
            held: watch::Sender::new(held),
        }
    }

    /// Lets sign-ins wait for a moment.
    pub fn hold(&self) -> Hold<'_> {
        self.held.send_modify(|held| {
            held.by += 1;
            held.until = Instant::now() + LONGEST_HOLD;
        });
        Hold(self)
    }

    /// A turn that is to be waited for.
    pub fn turn(&self) -> Turn<'_> {
        Turn { admission: self, stay: Mutex::default() }
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

impl Turn<'_> {
    /// Signs a client in when it is its turn.
    pub async fn sign_in<T>(&self, work: impl Future<Output = T>) -> T {
        let queued = Queued::behind(&self.admission.queue);
        self.take_place().await;
        drop(queued);
        self.admission.until_let_go().await;
        let (mut work, mut patience) = (pin!(work), pin!(sleep(PATIENCE)));
        let done = poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            let mut stay = self.stay();
            if let Some(Stay { last, new, .. }) = &mut *stay {
                let was_new = std::mem::take(new);
                if !was_new && patience.as_mut().poll(context).is_ready() {
                    *stay = None;
                } else {
                    patience.as_mut().reset((*last).min(Instant::now() + PATIENCE));
                    // Asked to wake this task; only one that has just elapsed would be ready.
                    if patience.as_mut().poll(context).is_ready() {
                        *stay = None;
                    }
                }
            }
            Poll::Pending
        })
        .await;
        *self.stay() = None;
        done
    }

    /// Lets those who wait for a place go first: they may have a session to come back to, and this client has none.
    /// To be called within [`Turn::sign_in`].
    pub async fn step_back(&self) {
        let mut queue = self.admission.queue.subscribe();
        if *queue.borrow() == 0 {
            return;
        }
        *self.stay() = None;
        // The sender lives as long as this.
        let _ = timeout(LONGEST_WAIT, queue.wait_for(|waiting| *waiting == 0)).await;
        self.take_place().await;
    }

    async fn take_place(&self) {
        // The semaphore is never closed: without a place is who waited long enough.
        if let Ok(Ok(place)) = timeout(LONGEST_WAIT, self.admission.places.clone().acquire_owned()).await {
            *self.stay() = Some(Stay { _place: place, last: Instant::now() + LONGEST_STAY, new: true });
        }
    }

    fn stay(&self) -> MutexGuard<'_, Option<Stay>> {
        self.stay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Thousands may wait for the queue to be empty: they are woken for that only.
fn change(queue: &watch::Sender<usize>, change: impl FnOnce(&mut usize)) {
    queue.send_if_modified(|waiting| {
        change(waiting);
        *waiting == 0
    });
}

/// Counted while it waits, however that ends.
struct Queued<'a>(&'a watch::Sender<usize>);

impl<'a> Queued<'a> {
    fn behind(queue: &'a watch::Sender<usize>) -> Self {
        change(queue, |waiting| *waiting += 1);
        Self(queue)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        change(self.0, |waiting| *waiting -= 1);
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.0.held.send_modify(|held| held.by -= 1);
    }
}
