//! The serving process as its guardian sees it.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use everpresent_session::ids::Incarnation;
use rustix::process::{Pid, Signal, getpid, kill_process};
use tokio::io::AsyncReadExt as _;
use tokio::process::{ChildStdout, Command};

/// This very executable, even if its file has been replaced since: an upgrade takes effect with the next start of the
/// guardian, never by a crash.
const EXECUTABLE: &str = "/proc/self/exe";
/// The service manager listens to the guardian alone.
const NOTIFY_SOCKET: &str = "NOTIFY_SOCKET";

/// A child that runs, or whose end nobody has looked at yet.
pub(super) struct Child {
    process: tokio::process::Child,
    /// Where it says that clients may come; nothing after it did.
    word: Option<ChildStdout>,
    incarnation: Incarnation,
    ready: bool,
}

/// What a child does.
#[derive(Debug)]
pub(super) enum News {
    /// It takes clients.
    Ready,
    /// It is dead, and this is how.
    Died(ExitStatus),
}

impl Child {
    /// Starts one. To be called on the thread that lives as long as the guardian: the child is killed when that ends.
    pub(super) fn start(config: &Path, incarnation: Incarnation) -> io::Result<Self> {
        let mut command = Command::new(EXECUTABLE);
        if let Some(name) = std::env::args_os().next() {
            command.arg0(name);
        }
        command.arg("--config").arg(config).arg("serve");
        command.arg("--child").arg(incarnation.to_string());
        command.arg("--guardian").arg(getpid().as_raw_nonzero().to_string());
        command.env_remove(NOTIFY_SOCKET).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn()?;
        let word = process.stdout.take();
        Ok(Self { process, word, incarnation, ready: false })
    }

    /// Its process id, until its end has been told.
    pub(super) fn id(&self) -> Option<u32> {
        self.process.id()
    }

    pub(super) fn incarnation(&self) -> Incarnation {
        self.incarnation
    }

    /// Whether it ever said that clients may come.
    pub(super) fn ready(&self) -> bool {
        self.ready
    }

    /// Sends it a signal, if it lives. The process id cannot be another's yet: its end has not been looked at.
    pub(super) fn tell(&self, signal: Signal) {
        let process = self.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(Err(error)) = process.map(|process| kill_process(process, signal)) {
            tracing::warn!(%error, ?signal, "the server could not be told");
        }
    }

    /// Waits for what it does next. May be given up: nothing is lost. Its end is noticed through a pidfd.
    pub(super) async fn news(&mut self) -> io::Result<News> {
        let Some(word) = &mut self.word else { return self.process.wait().await.map(News::Died) };
        let status = tokio::select! {
            biased;
            ready = said(word) => {
                self.word = None;
                if ready {
                    self.ready = true;
                    return Ok(News::Ready);
                }
                self.process.wait().await?
            }
            status = self.process.wait() => {
                // It may have spoken just before.
                self.ready = said(word).await;
                self.word = None;
                status?
            }
        };
        Ok(News::Died(status))
    }
}

/// Whether it said the word; false if it closed the pipe without.
async fn said(word: &mut ChildStdout) -> bool {
    let mut byte = [0];
    matches!(word.read(&mut byte).await, Ok(1))
}
