//! Full sign-ins.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio::task::{JoinSet, spawn_local};

use super::measure;
use crate::arguments::{Login, Target};
use crate::error::Error;
use crate::fleet::Fleet;
use crate::pace::Pacer;
use crate::report::Report;
use crate::tally::Tally;

/// So many clients may wait for the end of their stream at once.
const MAX_LEAVING_CLIENTS: u32 = 1_000;

/// Places for those.
type Leaving = Arc<Semaphore>;

pub(super) async fn run(fleet: &Rc<Fleet>, target: &Target, settings: &Login) -> Result<Report, Error> {
    // Each user once, so that keys are derived from passwords before measuring and not during it.
    for client in fleet.sign_in_all(0..target.users, false).await? {
        super::leave(client).await;
    }
    let tally = Rc::new(Tally::new()?);
    let mut report = Report { scenario: "login", users: target.users, ..Report::default() };
    let leaving: Leaving = Arc::new(Semaphore::new(MAX_LEAVING_CLIENTS as usize));
    let mut tasks = JoinSet::new();
    match settings.rate {
        Some(rate) => {
            let (fleet, tally, pacer) = (Rc::clone(fleet), Rc::clone(&tally), Pacer::new(rate)?);
            tasks.spawn_local(at_rate(fleet, tally, pacer, target.users, Arc::clone(&leaving)));
        }
        None => {
            let workers = target.concurrency.clamp(1, target.users.max(1));
            for worker in 0..workers {
                let places = (worker..target.users).step_by(workers);
                let (fleet, tally) = (Rc::clone(fleet), Rc::clone(&tally));
                tasks.spawn_local(one_after_another(fleet, tally, places, Arc::clone(&leaving)));
            }
        }
    }
    measure(settings.span, &target.server_pids, &tally, &mut report).await;
    while tasks.join_next().await.is_some() {}
    let _all_have_left = leaving.acquire_many(MAX_LEAVING_CLIENTS).await;
    tally.fill(&mut report);
    Ok(report)
}

/// Signs its users in and out, over and over, until the sending ends.
async fn one_after_another(
    fleet: Rc<Fleet>,
    tally: Rc<Tally>,
    places: impl Iterator<Item = usize> + Clone,
    leaving: Leaving,
) {
    for place in places.cycle() {
        if !tally.sending.get() {
            return;
        }
        sign_in_and_out(&fleet, &tally, place, Instant::now(), &leaving).await;
    }
}

/// Starts sign-ins at a rate, each user in turn, whether or not the ones before have ended.
async fn at_rate(fleet: Rc<Fleet>, tally: Rc<Tally>, mut pacer: Pacer, users: usize, leaving: Leaving) {
    for place in (0..users).cycle() {
        let Ok(intended) = pacer.next().await else { return tally.error("the timer failed") };
        if !tally.sending.get() {
            return;
        }
        let (fleet, tally, leaving) = (Rc::clone(&fleet), Rc::clone(&tally), Arc::clone(&leaving));
        spawn_local(async move { sign_in_and_out(&fleet, &tally, place, intended, &leaving).await });
    }
}

/// The end of the stream is waited for on the side: some servers take their time over it without working.
async fn sign_in_and_out(
    fleet: &Fleet,
    tally: &Rc<Tally>,
    place: usize,
    intended: Instant,
    leaving: &Leaving,
) {
    let client = match fleet.sign_in(place, false).await {
        Ok(client) => client,
        Err(error) => return tally.error(&error),
    };
    if tally.measuring() {
        tally.operation(intended.elapsed());
    }
    let Ok(permit) = Arc::clone(leaving).acquire_owned().await else { return };
    let tally = Rc::clone(tally);
    spawn_local(async move {
        if let Err(error) = client.close().await {
            tally.error(&error);
        }
        drop(permit);
    });
}
