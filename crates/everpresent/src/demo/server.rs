//! A node of the demo: `everpresent serve` from the same file, so a guardian and, as its child, the server.

use std::fs::File;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use super::folder::{Folder, NODES};
use super::teller::Trouble;

/// How long a start may take. A database that was cut off is read again first.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How often the node is asked whether it is ready.
const READY_POLL: Duration = Duration::from_millis(10);
/// How long it may take to say so.
const READY_ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// As much of that answer as is looked at.
const READY_ANSWER_BYTES: usize = 64;
/// How long a clean stop may take: longer than the node's own limit.
const STOP_LIMIT: Duration = Duration::from_secs(25);
/// How much of the log's end is shown when the node does not start.
const LOG_TAIL_LINES: usize = 3;

/// The running processes. They are killed when this is dropped.
pub(super) struct Server {
    node: usize,
    http: SocketAddr,
    guardian: Child,
    /// The one that serves.
    pub(super) process: u32,
}

impl Server {
    /// Starts the node and waits until it takes clients.
    ///
    /// # Errors
    /// When it does not start, ends at once, or is not ready in time.
    pub(super) async fn start(folder: &Folder, node: usize, http: SocketAddr) -> Result<Self, Trouble> {
        let name = NODES[node];
        let guardian = spawn(folder, node);
        let guardian = guardian.map_err(|error| Trouble::new(format!("{name} starts"), error.to_string()))?;
        let mut server = Self { node, http, guardian, process: 0 };
        server.wait_for_another(folder).await?;
        Ok(server)
    }

    /// SIGKILL to the serving process: it gets no chance to write or say anything more.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub(super) fn kill(&self) -> Result<(), Trouble> {
        let killed = tell(self.process, Signal::KILL);
        killed.map_err(|error| Trouble::new(format!("{} is killed", NODES[self.node]), error.to_string()))
    }

    /// SIGKILL to the guardian, then to the serving process, so that nobody is left who could say that it is dead.
    ///
    /// # Errors
    /// When they cannot be killed.
    pub(super) async fn kill_both(mut self) -> Result<(), Trouble> {
        let failed = |error: std::io::Error| {
            Trouble::new(format!("{} and its guardian are killed", NODES[self.node]), error.to_string())
        };
        let guardian = self.guardian.id().unwrap_or_default();
        tell(guardian, Signal::KILL).map_err(failed)?;
        // The kernel kills it too when its guardian dies, so it may be gone by now.
        let _ = tell(self.process, Signal::KILL);
        self.guardian.wait().await.map(drop).map_err(failed)
    }

    /// Waits until the guardian has started another process, and that one takes clients.
    ///
    /// # Errors
    /// When it does not come, or is not ready in time.
    pub(super) async fn wait_for_another(&mut self, folder: &Folder) -> Result<(), Trouble> {
        let name = NODES[self.node];
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let ready = is_ready(self.http).await;
            // Looked at in any case: it may be another server that answers there.
            if let Ok(Some(status)) = self.guardian.try_wait() {
                let seen = format!("it ended: {status}; {}", log_tail(folder, self.node));
                return Err(Trouble::new(format!("{name} starts"), seen));
            }
            let process = noted(folder, self.node).filter(|process| ready && *process != self.process);
            if let Some(process) = process {
                self.process = process;
                return Ok(());
            }
            if Instant::now() > deadline {
                let limit = START_LIMIT.as_secs();
                let seen = log_tail(folder, self.node);
                return Err(Trouble::new(format!("{name} is ready within {limit} s"), seen));
            }
            sleep(READY_POLL).await;
        }
    }

    /// SIGTERM to the guardian: both stop in good order.
    ///
    /// # Errors
    /// When it does not, or not in time; then it is killed.
    pub(super) async fn stop(&mut self) -> Result<(), Trouble> {
        let expected = format!("{} stops in good order within {} s", NODES[self.node], STOP_LIMIT.as_secs());
        if let Some(Err(error)) = self.guardian.id().map(|guardian| tell(guardian, Signal::TERM)) {
            return Err(Trouble::new(expected, error.to_string()));
        }
        match timeout(STOP_LIMIT, self.guardian.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(Trouble::new(expected, status.to_string())),
            Ok(Err(error)) => Err(Trouble::new(expected, error.to_string())),
            Err(_) => {
                let _ = self.guardian.kill().await;
                Err(Trouble::new(expected, "it still ran and was killed"))
            }
        }
    }

    /// Waits until it ends by itself.
    pub(super) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.guardian.wait().await
    }
}

fn tell(process: u32, signal: Signal) -> std::io::Result<()> {
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    Ok(kill_process(process.ok_or(std::io::ErrorKind::NotFound)?, signal)?)
}

/// The process that serves, as the guardian notes it.
fn noted(folder: &Folder, node: usize) -> Option<u32> {
    std::fs::read_to_string(folder.server_pid(node)).ok()?.trim().parse().ok()
}

/// Its standard input is the folder's lock: so the folder stays locked as long as any of the processes lives. It gets
/// a process group of its own: Ctrl-C is for the demo, which then stops it.
fn spawn(folder: &Folder, node: usize) -> std::io::Result<Child> {
    let log = File::options().append(true).create(true).mode(0o600).open(folder.log(node))?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("serve").arg("--config").arg(folder.config(node));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("EVERPRESENT_") {
            command.env_remove(name);
        }
    }
    command.stdin(folder.share_lock()?).stdout(log.try_clone()?).stderr(Stdio::from(log));
    command.process_group(0).kill_on_drop(true).spawn()
}

/// Whether the node says that clients may come.
async fn is_ready(http: SocketAddr) -> bool {
    let ask = async {
        let mut connection = TcpStream::connect(http).await?;
        let request = format!("GET /health/ready HTTP/1.1\r\nHost: {http}\r\nConnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        connection.take(READY_ANSWER_BYTES as u64).read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer.starts_with(b"HTTP/1.1 200"))
    };
    matches!(timeout(READY_ANSWER_LIMIT, ask).await, Ok(Ok(true)))
}

fn log_tail(folder: &Folder, node: usize) -> String {
    let text = std::fs::read(folder.log(node)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().rev().take(LOG_TAIL_LINES).collect();
    let lines: Vec<&str> = lines.into_iter().rev().collect();
    format!("its log ends with: {}", lines.join(" / "))
}
