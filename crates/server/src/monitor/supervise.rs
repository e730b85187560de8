//! Keeps the task of a service running: started when it shall run, started again when it crashed or is stuck.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, sleep};

use super::Health;
use super::STEP;
use super::service::{Service, State};
use crate::node::Node;

/// A service that makes no step for so long is stuck.
pub(super) const STUCK_AFTER: Duration = Duration::from_secs(5);
/// How long to wait before a service is started again.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest such wait.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// After so long without a fault the next one is the first again.
const HEALTHY_AFTER: Duration = Duration::from_secs(60);

/// How a run of a service ended.
enum End {
    /// It shall not run any more, or anew.
    Ordered,
    /// It ended by itself.
    Crashed(String),
    /// It made no step.
    Stuck,
}

/// Runs the service until the handle is aborted.
pub(super) fn start<Run, Task>(node: &Arc<Node>, service: &Arc<Service>, run: Run) -> JoinHandle<()>
where
    Run: Fn(Arc<Node>, Arc<Service>) -> Task + Send + Sync + 'static,
    Task: Future<Output = String> + Send + 'static,
{
    let (node, service) = (node.clone(), service.clone());
    tokio::spawn(async move { supervise(&service, || run(node.clone(), service.clone())).await })
}

pub(super) async fn supervise<Task>(service: &Service, run: impl Fn() -> Task)
where
    Task: Future<Output = String> + Send + 'static,
{
    let mut state = service.state();
    let mut pause = FIRST_PAUSE;
    loop {
        if !state.borrow_and_update().wanted {
            service.set(Health::Down("stopped by order".to_owned()), false);
            // The sender lives as long as the service.
            let _ = state.wait_for(|state| state.wanted).await;
        }
        let begun = Instant::now();
        service.set_open(true);
        let end = one_run(service, &mut state, AbortOnDrop(tokio::spawn(run()))).await;
        service.set_open(false);
        let why = match end {
            End::Ordered => {
                service.set(Health::Starting, false);
                pause = FIRST_PAUSE;
                continue;
            }
            End::Crashed(why) => {
                service.set(Health::Down(why.clone()), false);
                why
            }
            End::Stuck => {
                let why = format!("stuck: no step for {} s", STUCK_AFTER.as_secs());
                service.set(Health::Down(why.clone()), true);
                why
            }
        };
        if begun.elapsed() >= HEALTHY_AFTER {
            pause = FIRST_PAUSE;
        }
        tracing::warn!(service = service.name, %why, ?pause, "a service is started again");
        service.count_restart();
        let run = state.borrow_and_update().run;
        tokio::select! {
            () = sleep(pause) => {}
            _ = state.wait_for(|state| !state.wanted || state.run != run) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Ends with whoever waits for it.
struct AbortOnDrop(JoinHandle<String>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn one_run(service: &Service, state: &mut watch::Receiver<State>, mut task: AbortOnDrop) -> End {
    let run = state.borrow().run;
    let mut progress = service.progress();
    let mut stuck_at = Instant::now() + STUCK_AFTER;
    loop {
        tokio::select! {
            ended = &mut task.0 => return End::Crashed(words(ended)),
            _ = state.wait_for(|state| !state.wanted || state.run != run) => return End::Ordered,
            () = sleep(STEP) => {}
        }
        let now = service.progress();
        if now != progress {
            progress = now;
            stuck_at = Instant::now() + STUCK_AFTER;
        } else if Instant::now() >= stuck_at {
            return End::Stuck;
        }
    }
}

fn words(ended: Result<String, JoinError>) -> String {
    match ended {
        Ok(why) => why,
        Err(error) if error.is_panic() => "it crashed; the log has the details".to_owned(),
        Err(_) => "it was ended".to_owned(),
    }
}
