//! `--plot`: sessions of each bridge and leaked sessions of the deployment over time.

use std::fs;
use std::path::Path;

use everpresent_audit::plot::{LeakPoint, Line, Plot, svg};
use everpresent_audit::{Auditor, Report};

use crate::failure::Failure;

/// Rounds that are drawn, the newest: half a year of the default windows.
const MAX_ROUNDS: usize = 26_208;

pub(super) fn write(auditor: &Auditor, report: &Report, path: &Path) -> Result<(), Failure> {
    let picture = svg(&plot(auditor, report), &auditor.settings().zone);
    fs::write(path, picture)
        .map_err(|error| Failure::failed(format!("cannot write {}: {error}", path.display())))
}

fn plot(auditor: &Auditor, report: &Report) -> Plot {
    let bridges = report.bridges.iter().map(|bridge| Line {
        name: auditor.deployment().server(bridge.server).name.clone(),
        points: auditor.session_counts(bridge.server).collect(),
        restarts: bridge.restarts.iter().map(|restart| restart.at).collect(),
    });
    let leaks = auditor.window_ends(MAX_ROUNDS).into_iter().filter_map(|end| {
        let round = auditor.round(end);
        round.bounds().map(|bounds| LeakPoint { at: end, least: bounds.least, most: bounds.most })
    });
    let mut limits = auditor.deployment().web_bridges().map(|(_, server)| server.limit);
    let first = limits.next();
    let limit = first.filter(|first| limits.all(|limit| limit == *first));
    Plot {
        title: format!("Sessions up to {}: {}", report.at, report.finding.verdict.as_str()),
        bridges: bridges.collect(),
        leaks: leaks.collect(),
        limit,
    }
}
