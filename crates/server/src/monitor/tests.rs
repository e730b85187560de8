//! What becomes of a service that crashes, gets stuck, is stopped.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::{sleep, timeout};

use super::supervise::{LONGEST_PAUSE, STUCK_AFTER, supervise};
use super::*;

/// A service whose task makes a step every [`STEP`]. It is supervised until the test ends.
fn supervised() -> (Arc<Service>, Arc<AtomicUsize>) {
    let service = Arc::new(Service::new("router", Arc::new(Notify::new())));
    let runs = Arc::new(AtomicUsize::new(0));
    let (under, counted) = (service.clone(), runs.clone());
    tokio::spawn(async move {
        let run = || {
            counted.fetch_add(1, Ordering::Relaxed);
            let service = under.clone();
            async move {
                loop {
                    if let Err(why) = service.step().await {
                        return why;
                    }
                    // waits: for the next step, in virtual time.
                    sleep(STEP).await;
                }
            }
        };
        supervise(&under, run).await;
    });
    (service, runs)
}

async fn until(service: &Service, limit: Duration, holds: impl Fn(&View) -> bool) {
    let mut state = service.state();
    let reached = timeout(limit, async {
        while !holds(&service.view()) {
            // The sender lives as long as the service.
            let _ = state.changed().await;
        }
    });
    assert!(reached.await.is_ok(), "not within {limit:?}: {:?}", service.view());
}

fn is_up(view: &View) -> bool {
    view.health == Health::Up
}

fn is_down(view: &View) -> bool {
    matches!(view.health, Health::Down(_))
}

#[tokio::test(start_paused = true)]
async fn a_service_is_up_once_it_has_made_a_step() {
    let (service, _) = supervised();
    assert_eq!(service.view().health, Health::Starting);
    assert!(!service.is_open());
    until(&service, STEP, is_up).await;
    assert!(service.is_open());
}

#[tokio::test(start_paused = true)]
async fn a_service_that_crashes_is_started_again_ever_more_slowly() {
    let (service, runs) = supervised();
    until(&service, STEP, is_up).await;
    service.break_down(Fault::Crash);
    until(&service, STEP * 2, is_down).await;
    // waits: for a minute of crashes, in virtual time.
    sleep(Duration::from_secs(60)).await;
    let early = runs.load(Ordering::Relaxed);
    // waits: for another one.
    sleep(Duration::from_secs(60)).await;
    let late = runs.load(Ordering::Relaxed) - early;
    assert!(late <= 60 / LONGEST_PAUSE.as_secs() as usize + 1, "{late} runs in the second minute");
    assert!(early > late, "{early} runs in the first minute, {late} in the second");
    assert!(is_down(&service.view()), "{:?}", service.view());
    service.restart();
    until(&service, STEP, is_up).await;
}

#[tokio::test(start_paused = true)]
async fn a_service_that_makes_no_step_is_seen_as_stuck_and_started_again() {
    let (service, runs) = supervised();
    until(&service, STEP, is_up).await;
    service.break_down(Fault::Stuck);
    until(&service, STUCK_AFTER * 2, |view| view.stuck && is_down(view)).await;
    assert_eq!(service.view().restarts, 1);
    until(&service, STUCK_AFTER * 3, |view| view.restarts == 2).await;
    assert!(runs.load(Ordering::Relaxed) >= 2);
}

#[tokio::test(start_paused = true)]
async fn what_depends_on_a_stopped_service_waits_until_it_is_started() {
    let (service, _) = supervised();
    until(&service, STEP, is_up).await;
    service.want(false);
    until(&service, STEP, is_down).await;
    assert!(timeout(LONGEST_PAUSE * 10, service.opened()).await.is_err());
    service.want(true);
    assert!(timeout(STEP, service.opened()).await.is_ok());
    until(&service, STEP, is_up).await;
}
