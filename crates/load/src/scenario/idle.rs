//! Memory of sessions that do nothing.

use std::rc::Rc;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{be_idle, seconds};
use crate::arguments::{Idle, Target};
use crate::error::Error;
use crate::fleet::Fleet;
use crate::process;
use crate::report::{Mark, Memory, Report};

pub(super) async fn run(fleet: &Rc<Fleet>, target: &Target, settings: &Idle) -> Result<Report, Error> {
    let mut steps = settings.measure_at.clone();
    if steps.is_empty() {
        steps.push(target.users);
    }
    steps.sort_unstable();
    let mut report = Report { scenario: "idle", ..Report::default() };
    let before = process::with_children(&target.server_pids).resident_bytes;
    let mut sessions = JoinSet::new();
    let mut mark = Mark::now(&target.server_pids);
    for step in steps {
        for client in fleet.sign_in_all(sessions.len()..step, settings.stream_management).await? {
            sessions.spawn_local(be_idle(client));
        }
        sleep(seconds(settings.settle_seconds)).await;
        let resident_bytes = process::with_children(&target.server_pids).resident_bytes;
        let growth = resident_bytes as f64 - before as f64;
        report.memory.push(Memory {
            sessions: sessions.len(),
            resident_bytes,
            bytes_per_session: growth / sessions.len().max(1) as f64,
        });
        mark = Mark::now(&target.server_pids);
    }
    sleep(seconds(settings.hold_seconds)).await;
    mark.finish(0, &mut report);
    report.users = sessions.len();
    while let Some(ended) = sessions.try_join_next() {
        let text = ended.map_or_else(|error| error.to_string(), |error| error.to_string());
        *report.errors.entry(text).or_default() += 1;
    }
    if target.server_pids.is_empty() {
        report.warnings.push("without --server-pid there is no memory to read".to_owned());
        report.memory.clear();
    }
    Ok(report)
}
