//! Nobody is left behind: the balance of the sessions, and its end at zero.

use super::Cast;
use crate::demo::operator;
use crate::demo::stage::Stage;
use crate::demo::teller::{Broken, Title, Trouble};

/// Counts sessions, connections and presences against each other.
pub(super) async fn audit(stage: &mut Stage) -> Result<(), Broken> {
    let config = &stage.config;
    let title = Title { name: "audit", text: "the audit finds that all sessions are accounted for" };
    let audited = stage.teller.step(title, async {
        let report = operator::audit(config).await?;
        let balances = report.balances.iter();
        let pairs = balances.map(|b| format!("{} {} = {} {}", b.left, b.left_count, b.right, b.right_count));
        let pairs = pairs.collect::<Vec<_>>().join("; ");
        if !report.balanced {
            let differences = report.differences.iter();
            let named: Vec<String> =
                differences.map(|found| format!("{} {}", found.kind, found.subject)).collect();
            return Err(Trouble::new("equal numbers", format!("{pairs}; {}", named.join(", "))));
        }
        Ok(((), format!("the audit agrees: {pairs}")))
    });
    audited.await
}

/// Both sign out; nothing is left.
pub(super) async fn leave(stage: &mut Stage, cast: Cast) -> Result<(), Broken> {
    let config = &stage.config;
    let title = Title { name: "sign-out", text: "both sign out and no session is left" };
    let left = stage.teller.step(title, async {
        cast.alice.sign_out().await?;
        cast.bob.sign_out().await?;
        match operator::session_count(config).await? {
            0 => Ok(((), "both sign out: the server counts 0 sessions".to_owned())),
            left => Err(Trouble::new("no session", format!("{left} still there"))),
        }
    });
    left.await
}
