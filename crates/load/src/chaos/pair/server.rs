//! The two kinds of pairs behind one face: start, kill, mend, count.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::crowd::Guide;
use super::ejabberd::Ejabberd;
use super::everpresent::Everpresent;
use super::fault::Fault;
use super::network::NODES;
use super::tally::Kind;
use crate::Error;
use crate::chaos::arguments::{Layout, ServerKind};

/// The domain of all users.
pub(crate) const DOMAIN: &str = "chat.example";
/// Port for Direct TLS, on both nodes.
pub(crate) const TLS_PORT: u16 = 5223;
/// Port for STARTTLS.
pub(crate) const STARTTLS_PORT: u16 = 5222;
/// How often something is looked at that nobody calls back about.
pub(crate) const POLL: Duration = Duration::from_millis(20);
/// How long one answer over HTTP may take.
const HTTP_LIMIT: Duration = Duration::from_secs(10);
/// As much of it as is read.
const HTTP_BYTES: u64 = 1 << 20;

/// An account and the node that its sessions belong to.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) home: usize,
}

/// What a pair is made from.
pub(crate) struct Setup<'a> {
    /// The folder for all that the servers write.
    pub(crate) folder: &'a Path,
    /// How clients reach it.
    pub(crate) guide: &'a Guide,
    pub(crate) accounts: &'a [Account],
    pub(crate) everpresent: Option<&'a Path>,
    /// For helpers of faults other than kills: the Python, and the folder of its scripts. Nothing if there are none.
    pub(crate) helpers: Option<(&'a Path, &'a Path)>,
}

/// A running pair.
pub(crate) enum Server {
    Everpresent(Box<Everpresent>),
    Ejabberd(Box<Ejabberd>),
}

impl Server {
    /// Starts both nodes; returns when the pair is sound.
    pub(crate) async fn start(kind: ServerKind, setup: &Setup<'_>) -> Result<Self, Error> {
        Ok(match kind {
            ServerKind::Everpresent => Self::Everpresent(Box::new(Everpresent::start(setup).await?)),
            ServerKind::Ejabberd => Self::Ejabberd(Box::new(Ejabberd::start(setup).await?)),
        })
    }

    /// Name and version.
    pub(crate) fn version(&self) -> &str {
        match self {
            Self::Everpresent(pair) => pair.version(),
            Self::Ejabberd(pair) => pair.version(),
        }
    }

    /// The node to kill: the one that holds the sessions, or the one that was drawn where both do.
    pub(crate) fn victim(&self, layout: Layout, drawn: usize, connected: [usize; 2]) -> usize {
        match (self, layout) {
            (_, Layout::Split) => drawn,
            // They belong to it, wherever the connections are.
            (Self::Everpresent(_), Layout::One) => 0,
            (Self::Ejabberd(_), Layout::One) => usize::from(connected[1] > connected[0]),
        }
    }

    /// Whether there is something beside the server process that watches over it.
    pub(crate) fn has_guardian(&self) -> bool {
        matches!(self, Self::Everpresent(_))
    }

    /// SIGKILL: no handler runs, nothing is written any more.
    pub(crate) async fn kill(&mut self, node: usize, kind: Kind) -> Result<(), Error> {
        match self {
            Self::Everpresent(pair) => pair.kill(node, kind).await,
            Self::Ejabberd(pair) => pair.kill(node).await,
        }
    }

    /// Something goes wrong at a node, and is right again when this returns.
    pub(crate) async fn fail(&mut self, node: usize, fault: Fault) -> Result<(), Error> {
        match self {
            Self::Everpresent(pair) => pair.fail(node, fault).await,
            Self::Ejabberd(_) => {
                Err(Error::Arguments("faults other than kills are played with everpresent only".to_owned()))
            }
        }
    }

    /// Waits until the pair is as it is to be; gives the orders that it takes.
    pub(crate) async fn sound(&self) -> Result<(), Error> {
        match self {
            Self::Everpresent(pair) => pair.wait_until_sound().await,
            Self::Ejabberd(pair) => pair.wait_for_both().await,
        }
    }

    /// Starts what is down, gives the orders that it takes, and waits until the pair is as it was before.
    pub(crate) async fn mend(&mut self, node: usize) -> Result<(), Error> {
        match self {
            Self::Everpresent(pair) => pair.mend(node).await,
            Self::Ejabberd(pair) => pair.mend(node).await,
        }
    }

    /// A clean stop (SIGTERM).
    pub(crate) async fn stop(&mut self, node: usize) -> Result<(), Error> {
        match self {
            Self::Everpresent(pair) => pair.stop(node).await,
            Self::Ejabberd(pair) => pair.stop(node).await,
        }
    }

    /// The node is another program from its next start on.
    pub(crate) fn upgrade(&mut self, node: usize, program: &Path) -> Result<(), Error> {
        match self {
            Self::Everpresent(pair) => pair.upgrade(node, program),
            Self::Ejabberd(_) => {
                Err(Error::Arguments("upgrades are played with everpresent only".to_owned()))
            }
        }
    }

    /// The sessions that the pair counts.
    pub(crate) async fn sessions(&self) -> Result<u64, Error> {
        match self {
            Self::Everpresent(pair) => pair.sessions().await,
            Self::Ejabberd(pair) => pair.sessions().await,
        }
    }
}

/// Certificate and key for both nodes; returns the PEM files of either and of both together.
pub(crate) async fn certificate(folder: &Path) -> Result<[PathBuf; 3], Error> {
    let files = ["certificate.pem", "key.pem", "both.pem"].map(|name| folder.join(name));
    let mut command = tokio::process::Command::new("openssl");
    command.args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split(' '));
    command.args(["-subj", &format!("/CN={DOMAIN}"), "-addext", &format!("subjectAltName=DNS:{DOMAIN}")]);
    command.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    run(command.arg("-out").arg(&files[0]).arg("-keyout").arg(&files[1])).await?;
    fs::write(&files[2], [fs::read(&files[0])?, fs::read(&files[1])?].concat())?;
    Ok(files)
}

/// Runs a program to its end; returns what it printed.
pub(crate) async fn run(command: &mut tokio::process::Command) -> Result<String, Error> {
    let shown = format!("{:?}", command.as_std());
    let output = command.stdin(std::process::Stdio::null()).output().await;
    let output = output.map_err(|error| Error::Preparation(format!("{shown} cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let (said, complaint) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(Error::Preparation(format!("{shown} failed: {}\n{said}{complaint}", output.status)))
}

/// Waits until a question is answered with yes.
pub(crate) async fn wait_until<F>(
    what: &str,
    limit: Duration,
    mut question: impl FnMut() -> F,
) -> Result<(), Error>
where
    F: Future<Output = Result<bool, Error>>,
{
    let begun = Instant::now();
    while !question().await? {
        if begun.elapsed() > limit {
            return Err(Error::Preparation(format!("{what} took longer than {} s", limit.as_secs())));
        }
        sleep(POLL).await;
    }
    Ok(())
}

/// Sends SIGKILL.
pub(crate) fn kill_now(pid: u32) {
    send(pid, Signal::KILL);
}

/// Sends SIGTERM.
pub(crate) fn ask_to_end(pid: u32) {
    send(pid, Signal::TERM);
}

/// Sends SIGHUP.
pub(crate) fn hang_up(pid: u32) {
    send(pid, Signal::HUP);
}

/// Sends SIGINT.
pub(crate) fn interrupt(pid: u32) {
    send(pid, Signal::INT);
}

/// Sends SIGSTOP.
pub(crate) fn freeze(pid: u32) {
    send(pid, Signal::STOP);
}

/// Sends SIGCONT.
pub(crate) fn thaw(pid: u32) {
    send(pid, Signal::CONT);
}

/// Sends a signal to a process that may be gone already.
fn send(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}

/// Posts to a node over HTTP; returns the body of an answer that says that all is well.
pub(crate) async fn post(address: Ipv4Addr, port: u16, path: &str, body: &str) -> Result<String, Error> {
    let ask = async {
        let mut connection = TcpStream::connect((address, port)).await?;
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        connection.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        connection.take(HTTP_BYTES).read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer).into_owned())
    };
    let late = || Error::Preparation(format!("no answer over HTTP from {address}{path}"));
    let answer = timeout(HTTP_LIMIT, ask).await.map_err(|_| late())??;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200") => Ok(body.to_owned()),
        _ => Err(Error::Preparation(format!("{address}{path} answered: {answer}"))),
    }
}

/// Whether a node takes connections.
pub(crate) async fn takes_connections(node: usize) -> bool {
    let connecting = TcpStream::connect((NODES[node].address, TLS_PORT));
    matches!(timeout(HTTP_LIMIT, connecting).await, Ok(Ok(_)))
}
