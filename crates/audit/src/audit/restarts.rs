//! Restarts of a Web Bridge, as the log shows them: a figure that only grows has fallen, or somebody gave the command.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Auditor, earlier, later};
use crate::deployment::{MAX_NAME_BYTES, ServerId};
use crate::line::CliCommand;
use crate::series::{Sample, Sessions};

/// Commands that are kept of one server; the oldest go first.
const MAX_COMMANDS: usize = 256;
/// A restart takes so long at most: figures that fall within it after a command fell because of it.
const TAKES: SignedDuration = SignedDuration::from_mins(10);

/// A restart that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restart {
    /// When: at the command, or at the first count after it.
    pub at: Timestamp,
    /// Whether `c` or `d` fell. Without that, only the command is known.
    pub counters_fell: bool,
    /// Who gave the command, and from where, if the log has it.
    pub by: Option<(String, String)>,
}

/// Commands that restart the Web Bridge of one server.
#[derive(Debug, Clone, Default)]
pub(super) struct Commands(BTreeMap<Timestamp, (String, String)>);

impl Commands {
    /// Keeps a command if it restarts the Web Bridge.
    pub(super) fn insert(&mut self, at: Timestamp, command: &CliCommand) {
        if !command.restarts_web_bridge() {
            return;
        }
        self.0.insert(at, (shortened(&command.user), shortened(&command.from)));
        if self.0.len() > MAX_COMMANDS {
            self.0.pop_first();
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_NAME_BYTES).collect()
}

impl Auditor {
    /// The restarts of a Web Bridge up to a moment, the earliest first.
    #[must_use]
    pub fn restarts(&self, server: ServerId, at: Timestamp) -> Vec<Restart> {
        let history = self.history(server);
        let mut commands: BTreeMap<Timestamp, Restart> =
            history.commands.0.range(..=at).map(commanded).collect();
        let counts = history.sessions.between(Timestamp::MIN, at);
        for (before, after) in falls(counts) {
            let given = earlier(before, TAKES)..=later(after, self.settings.skew);
            // The last command before the fall caused it; one long before had a fall of its own, or none.
            match commands.range_mut(given).rev().find(|(_, restart)| !restart.counters_fell) {
                Some((_, restart)) => restart.counters_fell = true,
                None => {
                    commands.insert(after, Restart { at: after, counters_fell: true, by: None });
                }
            }
        }
        commands.into_values().collect()
    }
}

fn commanded((at, by): (&Timestamp, &(String, String))) -> (Timestamp, Restart) {
    (*at, Restart { at: *at, counters_fell: false, by: Some(by.clone()) })
}

/// The moments of the counts between which `c` or `d` fell.
fn falls(counts: impl Iterator<Item = Sample<Sessions>>) -> Vec<(Timestamp, Timestamp)> {
    let mut before: Option<Sample<Sessions>> = None;
    let mut falls = Vec::new();
    for (at, count) in counts {
        if let Some((at_before, last)) = before.replace((at, count))
            && fell(last, count)
        {
            falls.push((at_before, at));
        }
    }
    falls
}

/// Whether the Web Bridge was started anew between two counts.
pub(super) fn fell(before: Sessions, after: Sessions) -> bool {
    after.c < before.c || after.d < before.d
}
