//! Full sign-ins.

use std::rc::Rc;
use std::time::Instant;

use everpresent_client::Error as ClientError;
use tokio::task::{JoinSet, spawn_local};

use super::measure;
use crate::arguments::{Login, Target};
use crate::error::Error;
use crate::fleet::Fleet;
use crate::pace::Pacer;
use crate::report::Report;
use crate::tally::Tally;

pub(super) async fn run(fleet: &Rc<Fleet>, target: &Target, settings: &Login) -> Result<Report, Error> {
    // Each user once, so that keys are derived from passwords before measuring and not during it.
    for client in fleet.sign_in_all(0..target.users, false).await? {
        super::leave(client).await;
    }
    let tally = Rc::new(Tally::new()?);
    let mut report = Report { scenario: "login", users: target.users, ..Report::default() };
    let mut tasks = JoinSet::new();
    match settings.rate {
        Some(rate) => {
            tasks.spawn_local(at_rate(Rc::clone(fleet), Rc::clone(&tally), Pacer::new(rate)?, target.users));
        }
        None => {
            let workers = target.concurrency.clamp(1, target.users.max(1));
            for worker in 0..workers {
                let places = (worker..target.users).step_by(workers);
                tasks.spawn_local(one_after_another(Rc::clone(fleet), Rc::clone(&tally), places));
            }
        }
    }
    measure(settings.span, &target.server_pids, &tally, &mut report).await;
    while tasks.join_next().await.is_some() {}
    tally.fill(&mut report);
    Ok(report)
}

/// Signs its users in and out, over and over, until the sending ends.
async fn one_after_another(fleet: Rc<Fleet>, tally: Rc<Tally>, places: impl Iterator<Item = usize> + Clone) {
    for place in places.cycle() {
        if !tally.sending.get() {
            return;
        }
        sign_in_and_out(&fleet, &tally, place, Instant::now()).await;
    }
}

/// Starts sign-ins at a rate, each user in turn, whether or not the ones before have ended.
async fn at_rate(fleet: Rc<Fleet>, tally: Rc<Tally>, mut pacer: Pacer, users: usize) {
    for place in (0..users).cycle() {
        let Ok(intended) = pacer.next().await else { return tally.error("the timer failed") };
        if !tally.sending.get() {
            return;
        }
        let (fleet, tally) = (Rc::clone(&fleet), Rc::clone(&tally));
        spawn_local(async move { sign_in_and_out(&fleet, &tally, place, intended).await });
    }
}

async fn sign_in_and_out(fleet: &Fleet, tally: &Tally, place: usize, intended: Instant) {
    let done: Result<(), ClientError> = async {
        let client = fleet.sign_in(place, false).await?;
        if tally.measuring() {
            tally.operation(intended.elapsed());
        }
        client.close().await
    }
    .await;
    if let Err(error) = done {
        tally.error(&error);
    }
}
