//! A crowd of clients on a thread of their own: guests on the first node, watchers on the second.
//!
//! Guests write to each other in pairs. Each guest is a contact of one watcher, who sees their presence and writes to
//! them: so somebody writes also while the guests are away.

mod ledger;

use std::iter;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use everpresent_client::Options;
use everpresent_client::member::{Event, Journal, Member, Phase, State};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::stage::DOMAIN;
use super::teller::Trouble;
pub(super) use ledger::Ledger;

/// Messages that all of them together write in a second.
pub(super) const MESSAGES_PER_SECOND: u32 = 200;
/// How many guests a watcher has.
const GUESTS_PER_WATCHER: u32 = 100;
/// Most watchers.
const MAX_WATCHERS: u32 = 20;
/// Orders that a client may lag behind.
const ORDERS_CAPACITY: usize = 64;
/// Clients that begin their first sign-in at once.
const FIRST_SIGN_INS: usize = 32;
/// How long a first sign-in keeps its place in that queue at most.
const FIRST_SIGN_IN_LIMIT: Duration = Duration::from_secs(5);
/// How long signing out may take.
const LEAVE_LIMIT: Duration = Duration::from_secs(30);

/// Who keeps the book.
#[derive(Clone)]
struct Book(Arc<Mutex<Ledger>>);

impl Journal for Book {
    fn note(&self, who: &str, event: Event) {
        lock(&self.0).take(who, event);
    }
}

/// The crowd at work.
pub(super) struct Crowd {
    ledger: Arc<Mutex<Ledger>>,
    phase: watch::Sender<Phase>,
    working: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

/// The local parts of the crowd's addresses, each with its node.
pub(super) fn names(sessions: u32) -> impl Iterator<Item = (String, usize)> {
    let guests = (0..sessions).map(|place| (guest(place), 0));
    guests.chain((0..watchers(sessions)).map(|place| (watcher(place), 1)))
}

/// How many watchers there are.
pub(super) fn watchers(sessions: u32) -> u32 {
    sessions.div_ceil(GUESTS_PER_WATCHER).min(MAX_WATCHERS)
}

fn guest(place: u32) -> String {
    format!("guest{}", place + 1)
}

fn watcher(place: u32) -> String {
    format!("watcher{}", place + 1)
}

fn address(user: &str) -> String {
    format!("{user}@{DOMAIN}")
}

impl Crowd {
    /// Lets all begin to sign in, each on their node. Nobody writes yet.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn gather(sessions: u32, nodes: [Options; 2]) -> Result<Self, Trouble> {
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let (phase, phases) = watch::channel(Phase::Busy);
        let (working, work) = watch::channel(false);
        let book = Book(Arc::clone(&ledger));
        let thread = std::thread::Builder::new().name("crowd".to_owned()).spawn(move || {
            let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
            LocalSet::new().block_on(&runtime, live(sessions, nodes, book, phases, work));
        });
        let thread = thread.map_err(|error| Trouble::new("a thread for the crowd", error.to_string()))?;
        Ok(Self { ledger, phase, working, thread })
    }

    /// Lets them write, or stop writing.
    pub(super) fn work(&self, on: bool) {
        self.working.send_replace(on);
    }

    /// What they have written down.
    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }

    /// Lets everybody sign out.
    ///
    /// # Errors
    /// When the crowd's thread has panicked.
    pub(super) async fn leave(self) -> Result<(), Trouble> {
        let Self { phase, thread, .. } = self;
        phase.send_replace(Phase::Leave);
        let joined = tokio::task::spawn_blocking(move || thread.join().is_ok()).await;
        match joined {
            Ok(true) => Ok(()),
            _ => Err(Trouble::new("the crowd signs out", "its thread has panicked")),
        }
    }
}

fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn live(
    sessions: u32,
    nodes: [Options; 2],
    book: Book,
    phases: watch::Receiver<Phase>,
    work: watch::Receiver<bool>,
) {
    let (mut writers, mut members) = (Vec::new(), JoinSet::new());
    let door = Arc::new(Semaphore::new(FIRST_SIGN_INS));
    let everybody = (0..watchers(sessions))
        .map(|place| (watcher(place), 1, watched_by(place, sessions)))
        .chain((0..sessions).map(|place| (guest(place), 0, partner(place, sessions))));
    for (name, home, partners) in everybody {
        let (sender, orders) = mpsc::channel(ORDERS_CAPACITY);
        writers.extend(iter::repeat_n(sender, partners.len()));
        let nodes = nodes.clone().map(|options| {
            let password = options.password.clone();
            options.account(&name, &password)
        });
        let watched = if home == 1 { partners.clone() } else { Vec::new() };
        let member = Member {
            name: name.clone(),
            home,
            nodes,
            partners,
            watched,
            resumes: true,
            other_first: true,
            journal: book.clone(),
            orders,
            phase: phases.clone(),
            state: State::default(),
        };
        let (door, arrival) = (Arc::clone(&door), lock(&book.0).arrival(&name));
        members.spawn_local(async move {
            if let Ok(place) = door.acquire_owned().await {
                // Others begin when this one is through, or has had its time.
                tokio::task::spawn_local(async move {
                    let _ = timeout(FIRST_SIGN_IN_LIMIT, arrival).await;
                    drop(place);
                });
            }
            member.live().await;
        });
    }
    let mut leaving = phases;
    tokio::select! {
        () = keep_busy(&writers, work) => {}
        _ = leaving.wait_for(|phase| *phase == Phase::Leave) => {}
    }
    let all = async { while members.join_next().await.is_some() {} };
    if timeout(LEAVE_LIMIT, all).await.is_err() {
        book.note("crowd", Event::Odd { text: "not everybody could sign out".to_owned() });
    }
}

/// Whom a guest writes to: the other one of a pair.
fn partner(place: u32, sessions: u32) -> Vec<String> {
    let other = place ^ 1;
    if other < sessions { vec![address(&guest(other))] } else { Vec::new() }
}

fn watched_by(place: u32, sessions: u32) -> Vec<String> {
    let places = (place..sessions).step_by(watchers(sessions) as usize);
    places.map(|place| address(&guest(place))).collect()
}

/// Gives orders at a constant rate, to one client after the other. Those who are away miss theirs.
async fn keep_busy(writers: &[mpsc::Sender<()>], mut work: watch::Receiver<bool>) {
    let mut ticks = interval(Duration::from_secs(1) / MESSAGES_PER_SECOND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    // A large step through the list, so that neighbours do not write one after the other.
    let step = writers.len() / 3 + 1;
    let mut turn = 0;
    loop {
        if work.wait_for(|on| *on).await.is_err() {
            return;
        }
        ticks.reset();
        while *work.borrow() {
            ticks.tick().await;
            turn = (turn + step) % writers.len().max(1);
            if let Some(writer) = writers.get(turn) {
                // Full: this one lags behind.
                let _ = writer.try_send(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_guest_has_one_watcher_and_all_have_names() {
        for sessions in [1, 2, 101, 5_000] {
            let watched: Vec<String> =
                (0..watchers(sessions)).flat_map(|place| watched_by(place, sessions)).collect();
            assert_eq!(watched.len(), sessions as usize);
            assert_eq!(names(sessions).count(), (sessions + watchers(sessions)) as usize);
        }
        assert_eq!(partner(0, 2), ["guest2@localhost"]);
        assert!(partner(2, 3).is_empty());
    }
}
