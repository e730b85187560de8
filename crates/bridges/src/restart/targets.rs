//! Who is restarted by `--leaking`.

use everpresent_audit::{Auditor, ServerId, Verdict};
use jiff::Timestamp;

use super::facts::silence;

/// Who is to be restarted because of leaked sessions, and why nobody, if so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaking {
    /// These: the bridges of which it is known; or all that hold sessions, when only the sum is known; and those that are full.
    These(Vec<ServerId>),
    /// The audit found nothing.
    Nobody,
    /// The audit cannot say; why.
    Unknown(String),
}

/// Asks the audit.
pub fn leaking(auditor: &Auditor, now: Timestamp) -> Leaking {
    let report = auditor.report(now);
    let finding = &report.finding;
    let known: Vec<ServerId> = report
        .bridges
        .iter()
        .filter(|bridge| bridge.leaked.is_some_and(|leaked| leaked.least > 0))
        .map(|bridge| bridge.server)
        .collect();
    let holding = report
        .bridges
        .iter()
        .filter(|bridge| bridge.sessions.is_some_and(|(_, sessions)| sessions > 0))
        .map(|bridge| bridge.server);
    let mut these: Vec<ServerId> = match finding.verdict {
        Verdict::Leak if known.is_empty() => holding.collect(),
        Verdict::Leak | Verdict::Full => known,
        Verdict::Healthy => return Leaking::Nobody,
        Verdict::Unknown => {
            let silent: Vec<String> =
                finding.silent().iter().map(|silent| silence(auditor, silent)).collect();
            let why =
                if silent.is_empty() { "there are too few counts".to_owned() } else { silent.join(", ") };
            return Leaking::Unknown(why);
        }
    };
    these.extend(&finding.full);
    these.sort_unstable();
    these.dedup();
    Leaking::These(these)
}
