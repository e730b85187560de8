//! What a command wrote, and how it ended.

use russh::client::Msg;
use russh::{Channel, ChannelMsg};
use tokio::time::{Instant, timeout_at};

use super::deadlines::{Deadlines, Phase};
use super::error::SshError;

/// Most output that is read, in bytes.
pub const MAX_OUTPUT_BYTES: usize = 64 << 10;

/// What a command wrote, and how it ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
    /// Its exit status; none when the server ended without one, or a signal ended the command.
    pub exit: Option<u32>,
}

impl Outcome {
    /// Whether the server itself says that it went wrong. A management shell says so in words; not each gives a status.
    pub fn failed(&self) -> bool {
        let text = self.text().to_lowercase();
        self.exit.is_some_and(|status| status != 0)
            || ["error", "fail", "unknown command", "denied"].iter().any(|word| text.contains(word))
    }

    /// All that was written, on one line, without what could steer a terminal.
    pub fn text(&self) -> String {
        let text = [self.stdout.as_slice(), self.stderr.as_slice()].join(&b'\n');
        let text = String::from_utf8_lossy(&text).replace(|c: char| c.is_control(), " ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Reads until the command has ended.
pub(super) async fn read(
    channel: &mut Channel<Msg>,
    deadlines: &Deadlines,
    place: &str,
) -> Result<Outcome, SshError> {
    let mut outcome = Outcome::default();
    let mut phase = Phase::Output;
    let mut end = Instant::now() + deadlines.output;
    loop {
        let late = || SshError::TimedOut { place: place.to_owned(), phase, after: deadlines.of(phase) };
        let Some(message) = timeout_at(end, channel.wait()).await.map_err(|_| late())? else {
            // Without an end of the output or a status, the connection is gone and nobody knows what the command did.
            let ended = phase == Phase::Exit;
            return if ended {
                Ok(outcome)
            } else {
                Err(SshError::Closed { place: place.to_owned(), phase })
            };
        };
        match message {
            ChannelMsg::Data { data } => outcome.stdout.extend_from_slice(&data),
            ChannelMsg::ExtendedData { data, .. } => outcome.stderr.extend_from_slice(&data),
            ChannelMsg::ExitStatus { exit_status } => {
                outcome.exit = Some(exit_status);
                (phase, end) = (Phase::Exit, end.min(Instant::now() + deadlines.exit));
            }
            ChannelMsg::Eof if phase == Phase::Output => {
                (phase, end) = (Phase::Exit, Instant::now() + deadlines.exit);
            }
            ChannelMsg::Close => return Ok(outcome),
            _ => {}
        }
        if outcome.stdout.len() + outcome.stderr.len() > MAX_OUTPUT_BYTES {
            return Err(SshError::TooMuchOutput { place: place.to_owned() });
        }
    }
}
