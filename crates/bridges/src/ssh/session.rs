//! A signed-in session: one channel at a time.

use std::path::Path;
use std::time::Duration;

use russh::client::{Handle, Msg};
use russh::{Channel, ChannelMsg, ChannelStream, Disconnect};
use tokio::time::{Instant, sleep_until, timeout};

use super::authentication::{self, Proof};
use super::command::Command;
use super::connection::{self, Connected, within};
use super::deadlines::{Deadlines, Phase};
use super::error::SshError;
use super::host_key::{Checker, Purpose};
use super::output::{self, Outcome};
use crate::inventory::Access;

/// Time between two channels of one session. Management shells of old servers refuse the second when it comes at once.
pub const CHANNEL_GAP: Duration = Duration::from_millis(50);

/// Attempts to open a channel.
const CHANNEL_ATTEMPTS: usize = 2;

/// How long is waited for the farewell to be sent.
const FAREWELL: Duration = Duration::from_secs(1);

/// A signed-in session.
pub struct Session {
    handle: Box<Handle<Checker>>,
    place: String,
    deadlines: Deadlines,
    /// Before this moment no channel is opened.
    next_channel: Instant,
}

impl Session {
    /// Connects, checks the host key and signs in.
    ///
    /// # Errors
    /// [`SshError`], with the phase that failed.
    pub async fn open(access: &Access, known_hosts: &Path, deadlines: Deadlines) -> Result<Self, SshError> {
        let place = access.known_as();
        let proof = Proof::read(&access.authentication)?;
        let connected = connection::connect(access, known_hosts, &deadlines, Purpose::Work).await?;
        let Connected::Open(mut handle) = connected else {
            // Only a connection for looking is ended by the sight of a key.
            return Err(SshError::Closed { place, phase: Phase::KeyExchange });
        };
        let phase = Phase::Authentication;
        let signing_in = authentication::sign_in(&mut handle, access, &proof);
        within(deadlines.of(phase), signing_in, phase, &place).await??;
        Ok(Self { handle, place, deadlines, next_channel: Instant::now() })
    }

    /// Runs one command and reads what it writes.
    ///
    /// # Errors
    /// [`SshError`]; [`SshError::may_have_run`] says whether it may have had its effect.
    pub async fn run(&mut self, command: Command) -> Result<Outcome, SshError> {
        let mut channel = self.channel().await?;
        let sent = channel.exec(true, command.as_str()).await;
        sent.map_err(|_| SshError::Closed { place: self.place.clone(), phase: Phase::Channel })?;
        let outcome = match self.accepted(&mut channel, command.as_str()).await {
            Ok(()) => output::read(&mut channel, &self.deadlines, &self.place).await,
            Err(error) => Err(error),
        };
        self.next_channel = Instant::now() + CHANNEL_GAP;
        outcome
    }

    /// The SFTP subsystem as a stream of bytes, for whoever speaks that protocol (draft-ietf-secsh-filexfer-02).
    ///
    /// # Errors
    /// [`SshError`] when no channel is opened or the subsystem is refused.
    pub async fn sftp(&mut self) -> Result<ChannelStream<Msg>, SshError> {
        let mut channel = self.channel().await?;
        let sent = channel.request_subsystem(true, "sftp").await;
        sent.map_err(|_| SshError::Closed { place: self.place.clone(), phase: Phase::Channel })?;
        self.accepted(&mut channel, "sftp").await?;
        Ok(channel.into_stream())
    }

    /// Says farewell. A server that does not listen is left.
    pub async fn close(self) {
        let farewell = self.handle.disconnect(Disconnect::ByApplication, "", "");
        // Whether it was heard makes no difference.
        let _ = timeout(FAREWELL, farewell).await;
    }

    /// Opens a channel, not sooner than [`CHANNEL_GAP`] after the last, and tries a second time when it is refused.
    async fn channel(&mut self) -> Result<Channel<Msg>, SshError> {
        let phase = Phase::Channel;
        let mut problem = String::new();
        for _ in 0..CHANNEL_ATTEMPTS {
            sleep_until(self.next_channel).await;
            let opening = self.handle.channel_open_session();
            let opened = within(self.deadlines.of(phase), opening, phase, &self.place).await?;
            self.next_channel = Instant::now() + CHANNEL_GAP;
            match opened {
                Ok(channel) => return Ok(channel),
                Err(russh::Error::ChannelOpenFailure(reason)) => problem = format!("{reason:?}"),
                Err(_) => return Err(SshError::Closed { place: self.place.clone(), phase }),
            }
        }
        Err(SshError::Channel { place: self.place.clone(), problem })
    }

    /// Waits until the server has taken a request.
    async fn accepted(&self, channel: &mut Channel<Msg>, command: &'static str) -> Result<(), SshError> {
        // From here on the request is out: who takes it may do so before it says so.
        let phase = Phase::Output;
        let answer = async {
            loop {
                match channel.wait().await {
                    Some(ChannelMsg::Success) => return Ok(()),
                    Some(ChannelMsg::Failure) => {
                        return Err(SshError::CommandRefused { place: self.place.clone(), command });
                    }
                    Some(ChannelMsg::Close) | None => {
                        return Err(SshError::Closed { place: self.place.clone(), phase });
                    }
                    Some(_) => {}
                }
            }
        };
        within(self.deadlines.channel, answer, phase, &self.place).await?
    }
}
