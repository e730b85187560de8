//! Nobody is left behind: the balance of the sessions, and its end at zero.

use everpresent_console::administration::AuditReport;

use super::Cast;
use crate::demo::folder::NODES;
use crate::demo::operator;
use crate::demo::stage::Stage;
use crate::demo::teller::{Broken, Title, Trouble};

/// Counts sessions, connections and presences of both nodes against each other.
pub(super) async fn audit(stage: &mut Stage) -> Result<(), Broken> {
    let configs = &stage.configs;
    let title = Title { name: "audit", text: "the audit finds that all sessions are accounted for" };
    let audited = stage.teller.step(title, async {
        let mut told = Vec::new();
        for (config, name) in configs.iter().zip(NODES) {
            told.push(format!("{name}: {}", agreed(&operator::audit(config).await?)?));
        }
        Ok(((), format!("the audit agrees. {}", told.join(". "))))
    });
    audited.await
}

fn agreed(report: &AuditReport) -> Result<String, Trouble> {
    let balances = report.balances.iter();
    let pairs = balances.map(|b| format!("{} {} = {} {}", b.left, b.left_count, b.right, b.right_count));
    let pairs = pairs.collect::<Vec<_>>().join("; ");
    if report.balanced {
        return Ok(pairs);
    }
    let differences = report.differences.iter();
    let named: Vec<String> = differences.map(|found| format!("{} {}", found.kind, found.subject)).collect();
    Err(Trouble::new("equal numbers", format!("{pairs}; {}", named.join(", "))))
}

/// All sign out; nothing is left.
pub(super) async fn leave(stage: &mut Stage, cast: Cast) -> Result<(), Broken> {
    let configs = &stage.configs;
    let title = Title { name: "sign-out", text: "all sign out and no session is left" };
    let left = stage.teller.step(title, async {
        cast.alice.sign_out().await?;
        cast.bob.sign_out().await?;
        cast.carol.sign_out().await?;
        for (config, name) in configs.iter().zip(NODES) {
            let left = operator::session_count(config).await?;
            if left > 0 {
                return Err(Trouble::new(format!("no session on {name}"), format!("{left} still there")));
            }
        }
        Ok(((), "all sign out: both nodes count 0 sessions".to_owned()))
    });
    left.await
}
