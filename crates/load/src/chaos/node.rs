//! The node: a real `everpresent serve` on an SQLite database, that can be killed and comes back.
//!
//! It is two processes, the guardian and the server. Mostly the server is killed, and its guardian starts it again. The
//! guardian does that only so often within a minute: before it would give up, it is killed too, and started anew.

use std::fs::File;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::{Error, process};

/// The domain of the users.
pub(crate) const DOMAIN: &str = "localhost";
/// How long a start may take.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How often the node is asked whether it is ready.
const READY_POLL: Duration = Duration::from_millis(5);
/// How long it may take to say so.
const READY_ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// As much of that answer as is looked at.
const READY_ANSWER_BYTES: u64 = 64;
/// How often it is looked whether a killed server is gone.
const DEATH_POLL: Duration = Duration::from_millis(1);
/// A guardian that started so many servers is killed together with the last one: one more within a minute, and it would
/// wait for an order.
const SERVERS_PER_GUARDIAN: usize = 3;

/// Program, folder and ports of a node; its processes, while they run.
pub(crate) struct Node {
    program: PathBuf,
    folder: PathBuf,
    tls_port: u16,
    http_port: u16,
    guardian: Option<Child>,
    /// The process that serves, or served last.
    server: u32,
    /// How many the guardian has started.
    servers: usize,
}

impl Node {
    /// Writes configuration and accounts into the folder. Nothing runs yet.
    pub(crate) async fn prepare(
        program: PathBuf,
        folder: &Path,
        accounts: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Error> {
        // Both are held until both are found, so that none is found twice.
        let held = [free_port()?, free_port()?];
        let (tls_port, http_port) = (held[0].local_addr()?.port(), held[1].local_addr()?.port());
        drop(held);
        let folder = folder.to_owned();
        let node = Self { program, folder, tls_port, http_port, guardian: None, server: 0, servers: 0 };
        let text = format!(
            "[node]\nname = \"chaos\"\ndomains = [\"{DOMAIN}\"]\ndata_dir = \"data\"\n\n[listen]\nc2s = []\n\
             c2s_tls = [\"127.0.0.1:{tls_port}\"]\nhttp = [\"127.0.0.1:{http_port}\"]\n"
        );
        std::fs::write(node.config(), text)?;
        let list = node.folder.join("accounts.csv");
        let mut file = File::create(&list)?;
        writeln!(file, "jid,password")?;
        for (user, password) in accounts {
            writeln!(file, "{user}@{DOMAIN},{password}")?;
        }
        drop(file);
        let imported = node.command().args(["user", "import"]).arg(&list).output().await;
        let imported = imported.map_err(|error| node.cannot_run(&error))?;
        if !imported.status.success() {
            let said = String::from_utf8_lossy(&imported.stderr).into_owned();
            return Err(Error::Preparation(format!("the accounts cannot be made: {said}")));
        }
        Ok(node)
    }

    /// Waits until a server takes clients that is not the last one, and starts a guardian if there is none; returns how
    /// long that took.
    pub(crate) async fn start(&mut self) -> Result<Duration, Error> {
        let begun = Instant::now();
        if self.guardian.is_none() {
            let log = File::options().append(true).create(true).open(self.log())?;
            let mut command = self.command();
            command.arg("serve").stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
            let guardian = command.kill_on_drop(true).spawn().map_err(|error| self.cannot_run(&error))?;
            (self.guardian, self.servers) = (Some(guardian), 0);
        }
        while !(self.is_ready().await && self.noted().is_some_and(|server| server != self.server)) {
            if let Some(status) = self.guardian.as_mut().map(Child::try_wait).transpose()?.flatten() {
                let log = self.log().display().to_string();
                return Err(Error::Preparation(format!("it ended with {status}; see {log}")));
            }
            if begun.elapsed() > START_LIMIT {
                let seconds = START_LIMIT.as_secs();
                return Err(Error::Preparation(format!("it was not ready within {seconds} s")));
            }
            sleep(READY_POLL).await;
        }
        self.server = self.noted().unwrap_or_default();
        self.servers += 1;
        Ok(begun.elapsed())
    }

    /// SIGKILL: no handler runs, nothing is written any more. Returns when the server is dead.
    pub(crate) async fn kill(&mut self) -> Result<(), Error> {
        if self.servers >= SERVERS_PER_GUARDIAN {
            return self.kill_both().await;
        }
        if let Some(server) = i32::try_from(self.server).ok().and_then(Pid::from_raw) {
            kill_process(server, Signal::KILL).map_err(std::io::Error::from)?;
        }
        self.server_gone().await;
        Ok(())
    }

    /// SIGKILL to the guardian: the kernel kills the server for it. Returns when both are dead.
    pub(crate) async fn kill_both(&mut self) -> Result<(), Error> {
        if let Some(mut guardian) = self.guardian.take() {
            guardian.kill().await?;
            self.server_gone().await;
        }
        Ok(())
    }

    /// It is a grandchild: its end is told to somebody else.
    async fn server_gone(&self) {
        while process::runs(self.server) {
            sleep(DEATH_POLL).await;
        }
    }

    /// The process that serves, as the guardian notes it.
    fn noted(&self) -> Option<u32> {
        let path = self.folder.join("data").join("server.pid");
        std::fs::read_to_string(path).ok()?.trim().parse().ok()
    }

    pub(crate) fn port(&self) -> u16 {
        self.tls_port
    }

    /// The certificate that the node made for itself at its first start.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join("data").join("self-signed.crt")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    fn config(&self) -> PathBuf {
        self.folder.join("everpresent.toml")
    }

    /// The program with the node's configuration and nothing of the environment's.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("EVERPRESENT_") {
                command.env_remove(name);
            }
        }
        command.arg("--config").arg(self.config());
        command
    }

    fn cannot_run(&self, error: &std::io::Error) -> Error {
        let program = self.program.display();
        Error::Preparation(format!("{program} cannot be run: {error}; name the program with --everpresent"))
    }

    async fn is_ready(&self) -> bool {
        let address: SocketAddr = (Ipv4Addr::LOCALHOST, self.http_port).into();
        let ask = async {
            let mut connection = TcpStream::connect(address).await?;
            let request =
                format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
            connection.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            connection.take(READY_ANSWER_BYTES).read_to_end(&mut answer).await?;
            Ok::<_, std::io::Error>(answer.starts_with(b"HTTP/1.1 200"))
        };
        matches!(timeout(READY_ANSWER_LIMIT, ask).await, Ok(Ok(true)))
    }
}

fn free_port() -> std::io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
}
