//! The scenes of the story, each with what must hold.

use everpresent_audit::{Settings, Verdict};
use everpresent_bridges::restart::{Leaking, Logs, Outcome, Restarted, leaking};
use everpresent_bridges::ssh::known_hosts::Verdict as HostKey;
use everpresent_bridges::ssh::{Deadlines, trust as host_key};

use super::super::super::restart::{exit_number, restart};
use super::{DEAD, LEAKS, Stage, WRONG_PASSWORD};
use crate::cli::{InventoryArgument, RestartArguments};
use crate::failure::Failure;

/// Exit codes of `bridges restart`.
const FAILED: u8 = 1;
const REFUSED: u8 = 2;

/// `bridges trust` for each bridge.
pub(super) async fn trust(stage: &mut Stage) -> Result<(), Failure> {
    let inventory = &stage.inventory;
    let (mut learnt, mut unreachable) = (0, 0);
    for entry in &inventory.servers {
        let Some(access) = &entry.ssh else { continue };
        match host_key::look(access, &inventory.known_hosts, Deadlines::default()).await {
            Ok(seen) if seen.verdict == HostKey::Unknown => {
                host_key::learn(access, &seen.key, &inventory.known_hosts)
                    .map_err(|error| Failure::failed(error.to_string()))?;
                learnt += 1;
            }
            Ok(_) => {}
            Err(_) => unreachable += 1,
        }
    }
    let text = format!(
        "host keys of {learnt} bridges learnt; {unreachable} shows none, its management shell is dead"
    );
    stage.teller.step("trust", (learnt, unreachable) == (LEAKS.len() - 1, 1), &text)
}

/// The audit, against the truth that only a stand-in knows.
pub(super) fn audit(stage: &mut Stage) -> Result<(), Failure> {
    let logs = logs(stage)?;
    let report = logs.ask(|auditor| auditor.report(stage.clock.now()));
    let truth: u32 = (0..LEAKS.len()).map(|bridge| stage.scene.leaked(bridge)).sum();
    let (least, most) = report.finding.round.bounds().map_or((0, 0), |bounds| (bounds.least, bounds.most));
    let holds = report.finding.verdict == Verdict::Leak && least <= truth && truth <= most;
    let text = format!("the audit finds between {least} and {most} leaked sessions; {truth} did leak");
    stage.teller.step("audit", holds, &text)?;
    let these = logs.ask(|auditor| leaking(auditor, stage.clock.now()));
    let all = matches!(&these, Leaking::These(servers) if servers.len() == LEAKS.len());
    stage.teller.step("audit_names", all, &format!("all {} bridges are named", LEAKS.len()))
}

/// Before the window nothing is restarted.
pub(super) async fn too_early(stage: &mut Stage) -> Result<(), Failure> {
    let results = run(stage, None).await?;
    let refused = results.iter().all(|result| result.outcome == Some(Outcome::Refused));
    let said = results.iter().all(|result| result.reason.contains("outside of its windows"));
    let holds = refused && said && exit_number(&results) == REFUSED && all_leak(stage);
    stage.teller.step(
        "too_early",
        holds,
        &format!("before the window nothing is restarted: exit code {}", exit_number(&results)),
    )?;
    reason(stage, results.first())
}

/// The schedule comes, and somebody still talks.
pub(super) async fn a_call_blocks(stage: &mut Stage) -> Result<(), Failure> {
    let schedule = stage.inventory.restart.schedule.clone();
    let opens = schedule.and_then(|schedule| schedule.next_after(stage.clock.now()));
    let opens = opens.ok_or_else(|| Failure::failed("the schedule never comes"))?;
    stage.teller.remark(&format!("waiting for the schedule, {opens}"))?;
    stage.clock.sleep_until(opens).await;
    let results = run(stage, None).await?;
    let refused = results.iter().all(|result| result.outcome == Some(Outcome::Refused));
    let said = results.iter().all(|result| result.reason.contains("1 call live, 0 allowed"));
    let holds = refused && said && exit_number(&results) == REFUSED && all_leak(stage);
    stage.teller.step(
        "call",
        holds,
        &format!("a call in progress blocks: exit code {}", exit_number(&results)),
    )?;
    reason(stage, results.first())
}

/// With patience: when the call has ended, one after the other.
pub(super) async fn one_by_one(stage: &mut Stage) -> Result<(), Failure> {
    let results = run(stage, Some("1h")).await?;
    let outcome = |bridge: usize| {
        let name = format!("webbridge{}", bridge + 1);
        results.iter().find(|result| result.name == name).and_then(|result| result.outcome)
    };
    let good: Vec<usize> =
        (0..LEAKS.len()).filter(|bridge| ![WRONG_PASSWORD, DEAD].contains(bridge)).collect();
    let restarted = good.iter().filter(|bridge| outcome(**bridge) == Some(Outcome::Restarted)).count();
    let empty = good.iter().all(|bridge| stage.scene.leaked(*bridge) == 0);
    let text = format!(
        "the call has ended: {restarted} bridges are restarted, one by one, and their counts began anew"
    );
    stage.teller.step("restarts", restarted == good.len() && empty, &text)?;
    for result in &results {
        reason(stage, Some(result))?;
    }
    let cut = stage.scene.cut_calls();
    stage.teller.step("no_call_cut", cut == 0, &format!("{cut} calls were cut"))?;
    let said = |bridge: usize, part: &str| {
        let name = format!("webbridge{}", bridge + 1);
        results.iter().any(|result| {
            result.name == name && result.outcome == Some(Outcome::Failed) && result.reason.contains(part)
        })
    };
    stage.teller.step(
        "wrong_password",
        said(WRONG_PASSWORD, "sign-in of admin was refused"),
        "the wrong password is a failure, tried once",
    )?;
    stage.teller.step("dead_host", said(DEAD, "no connection"), "the dead management shell is a failure")?;
    let code = exit_number(&results);
    stage.teller.step("exit_code", code == FAILED, &format!("exit code {code}, because two failed"))
}

/// What the journal says, and that the next run leaves them alone.
pub(super) async fn afterwards(stage: &mut Stage) -> Result<(), Failure> {
    let path = stage.inventory.journal.join("restarts.log");
    let journal = std::fs::read_to_string(&path)
        .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    let good = journal.lines().filter(|line| line.ends_with(" restarted successfully")).count();
    let bad = journal.lines().filter(|line| line.contains(" Failed to restart webbridge on server ")).count();
    let text = format!(
        "the journal has {good} lines of success and {bad} of failure, in the form of the known script"
    );
    stage.teller.step("journal", (good, bad) == (LEAKS.len() - 2, 2), &text)?;
    let results = run_named(stage, "webbridge1").await?;
    let cool = results.iter().all(|result| result.reason.contains("cool-down"));
    stage.teller.step(
        "cool_down",
        cool && exit_number(&results) == REFUSED,
        "a second restart at once is refused",
    )?;
    reason(stage, results.first())
}

fn all_leak(stage: &Stage) -> bool {
    (0..LEAKS.len()).all(|bridge| stage.scene.leaked(bridge) > 0)
}

fn logs(stage: &Stage) -> Result<Logs, Failure> {
    let logs = Logs::follow(&stage.inventory, Settings::default(), stage.clock);
    logs.map_err(|error| Failure::failed(error.to_string()))
}

/// Shows what a run said about a server.
fn reason(stage: &Stage, result: Option<&Restarted>) -> Result<(), Failure> {
    result.map_or(Ok(()), |result| {
        let outcome = result.outcome.map_or("allowed", Outcome::as_str);
        stage.teller.remark(&format!("{}: {outcome}: {}", result.name, result.reason))
    })
}

/// `bridges restart --leaking`, exactly as from the command line.
async fn run(stage: &Stage, wait: Option<&str>) -> Result<Vec<Restarted>, Failure> {
    let wait = wait.map(str::parse).transpose();
    let wait =
        wait.map_err(|error: everpresent_bridges::timing::LengthError| Failure::failed(error.to_string()))?;
    let arguments = RestartArguments { leaking: true, wait, ..arguments(stage) };
    restart(&arguments, &stage.inventory, stage.clock, &|_| {}).await
}

async fn run_named(stage: &Stage, name: &str) -> Result<Vec<Restarted>, Failure> {
    let arguments = RestartArguments { names: vec![name.to_owned()], ..arguments(stage) };
    restart(&arguments, &stage.inventory, stage.clock, &|_| {}).await
}

fn arguments(stage: &Stage) -> RestartArguments {
    RestartArguments {
        names: Vec::new(),
        leaking: false,
        now: false,
        force: false,
        parallel: None,
        wait: None,
        dry_run: false,
        inventory: InventoryArgument { inventory: stage.inventory.path.clone() },
    }
}
