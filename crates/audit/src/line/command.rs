//! `User admin from 192.0.2.233:63290 issued command <webbridge restart>: permission granted`: proof of a command.

use super::{Almost, Event, Line};

/// A command that somebody gave in the management shell of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliCommand {
    /// Who.
    pub user: String,
    /// From where: address and port, or a name of the console.
    pub from: String,
    /// What, with single spaces.
    pub command: String,
    /// Whether it was allowed. One that was not changed nothing.
    pub granted: bool,
}

impl CliCommand {
    /// Whether it starts the Web Bridge of that server anew, which sets its count to 0.
    #[must_use]
    pub fn restarts_web_bridge(&self) -> bool {
        self.granted && ["webbridge restart", "reboot"].contains(&self.command.as_str())
    }
}

/// Reads a message under the tag `cli`.
pub(super) fn read(message: &str) -> Line {
    if !message.contains("issued command") {
        return Line::Other;
    }
    command(message).map_or(Line::Almost(Almost::Command), |command| Line::Event(Event::Command(command)))
}

/// A command may contain anything, so its end is looked for from the end of the line.
fn command(message: &str) -> Option<CliCommand> {
    let (user, rest) = message.strip_prefix("User ")?.split_once(" from ")?;
    let (from, rest) = rest.split_once(" issued command <")?;
    let (command, permission) = rest.rsplit_once(">: permission ")?;
    let granted = match permission.trim() {
        "granted" => true,
        "denied" => false,
        _ => return None,
    };
    let command = command.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(CliCommand { user: user.to_owned(), from: from.to_owned(), command, granted })
}
