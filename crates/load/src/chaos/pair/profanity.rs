//! Profanity in a terminal that is typed into by way of tmux; what counts is its own log of what went over the wire.

mod wire;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::sleep;

use super::crowd::Guide;
use super::log::{Event, Writer, marker};
use super::network::{CLIENTS, NODES, program};
use super::server::{STARTTLS_PORT, run};
use crate::Error;
use wire::{Seen, seen};

/// Local part of its account.
pub(crate) const NAME: &str = "profanity";
/// Whom it talks with.
pub(crate) const CORRESPONDENT: &str = "correspondent";
/// How long it may take to show something.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often its screen is read meanwhile: a terminal does not say when it has changed.
const POLL: Duration = Duration::from_millis(100);
/// How soon it tries again to reach a server that is away.
const RECONNECT_SECONDS: u32 = 1;

/// Where it writes what goes over the wire, when asked for all.
const ITS_LOG: &str = "data/profanity/logs/profanity.log";
/// The balancer chooses the node; which one it was does not matter.
const ANY_NODE: usize = usize::MAX;
/// How often it writes.
const PAUSE: Duration = Duration::from_millis(500);

/// Profanity while it is typed into.
pub(crate) struct Performance {
    working: watch::Sender<bool>,
    task: JoinHandle<Result<(), Error>>,
}

impl Performance {
    /// Types messages whenever there is work. Needs a [`tokio::task::LocalSet`].
    pub(crate) fn begin(mut profanity: Profanity) -> Self {
        let (working, work) = watch::channel(false);
        let task = spawn_local(async move {
            // Closed: the scene is over.
            while work.has_changed().is_ok() {
                let busy = *work.borrow();
                if busy {
                    profanity.say().await?;
                } else {
                    profanity.take_log()?;
                }
                sleep(PAUSE).await;
            }
            profanity.take_log()?;
            profanity.leave().await
        });
        Self { working, task }
    }

    /// Lets it write, or stop writing.
    pub(crate) fn work(&self, on: bool) {
        self.working.send_replace(on);
    }

    /// Ends it; what it noticed is in its log then.
    pub(crate) async fn end(self) -> Result<(), Error> {
        drop(self.working);
        self.task.await.map_err(|error| Error::Preparation(error.to_string()))?
    }
}

/// One running Profanity.
pub(crate) struct Profanity {
    folder: PathBuf,
    log: Writer,
    correspondent: String,
    balancer: JoinHandle<std::io::Result<()>>,
    next_number: u64,
    /// Numbers of what its log showed as sent.
    sent: HashSet<u64>,
    /// How much of its log was read.
    position: u64,
    /// Its full address, of the last session.
    address: String,
}

impl Profanity {
    /// Starts it and signs it in at the name that both nodes have.
    pub(crate) async fn start(folder: &Path, guide: &Guide, log: &Path) -> Result<Self, Error> {
        let folder = folder.join("profanity");
        fs::create_dir_all(&folder)?;
        let log = Writer::create(log)?;
        let correspondent = format!("{CORRESPONDENT}@{}", guide.domain);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, STARTTLS_PORT)).await?;
        let balancer = spawn_local(balance(listener));
        let this = Self {
            folder,
            log,
            correspondent,
            balancer,
            next_number: 0,
            sent: HashSet::new(),
            position: 0,
            address: String::new(),
        };
        let mut command = this.tmux();
        command
            .args(["-f", "/dev/null", "new-session", "-d", "-x", "160", "-y", "50", "-s", "chat"])
            .args(["profanity", "--log", "DEBUG"])
            .env("HOME", &this.folder)
            .env("XDG_CONFIG_HOME", this.folder.join("config"))
            .env("XDG_DATA_HOME", this.folder.join("data"))
            .env("SSL_CERT_FILE", &guide.certificate)
            .envs([("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("LC_ALL", "C.UTF-8")]);
        run(&mut command).await?;
        this.expect("Profanity").await?;
        this.write(&format!("/reconnect {RECONNECT_SECONDS}")).await?;
        let address = format!("{NAME}@{}", guide.domain);
        this.write(&format!("/connect {address} server 127.0.0.1 port {STARTTLS_PORT} tls force")).await?;
        this.expect("Enter password").await?;
        this.write(&guide.password).await?;
        this.expect("logged in successfully").await?;
        // Somebody wants to see its presence, as contacts do.
        this.expect(&this.correspondent).await?;
        this.write(&format!("/sub allow {}", this.correspondent)).await?;
        Ok(this)
    }

    /// Types the next numbered message, and takes what its log shows by now.
    async fn say(&mut self) -> Result<(), Error> {
        let number = self.next_number;
        self.next_number += 1;
        self.write(&format!("/msg {} {}", self.correspondent, marker(NAME, number))).await?;
        self.take_log()
    }

    /// Takes what its log says that went over the wire into ours.
    fn take_log(&mut self) -> Result<(), Error> {
        let mut log = BufReader::new(File::open(self.folder.join(ITS_LOG))?);
        log.seek(SeekFrom::Start(self.position))?;
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = log.read_until(b'\n', &mut line)?;
            if !line.ends_with(b"\n") {
                return Ok(self.log.flush()?);
            }
            self.position += read as u64;
            self.take(&String::from_utf8_lossy(&line));
        }
    }

    fn take(&mut self, line: &str) {
        let note = |event| self.log.note(NAME, event);
        match seen(line) {
            Some(Seen::Sent(number)) => {
                let again = !self.sent.insert(number);
                note(Event::Sent { number, to: self.correspondent.clone(), again });
                // Which ones the server acknowledges is not in its log. A person believes what went out.
                note(Event::Acknowledged { number });
            }
            Some(Seen::Received { from, number, stored }) => note(Event::Received { from, number, stored }),
            Some(Seen::Bound(jid)) => {
                note(Event::Bound { node: ANY_NODE, jid: jid.clone() });
                self.address = jid;
            }
            Some(Seen::Resumed) => note(Event::Resumed { node: ANY_NODE, jid: self.address.clone() }),
            Some(Seen::NotResumed(condition)) => note(Event::NotResumed { condition, count: None }),
            Some(Seen::Lost) if !self.address.is_empty() => {
                note(Event::Lost { why: "as its log says".to_owned() });
            }
            Some(Seen::Lost) | None => {}
        }
    }

    /// Ends it.
    pub(crate) async fn leave(self) -> Result<(), Error> {
        self.write("/quit").await?;
        // It has ended by itself where this finds nobody.
        let _ = self.tmux().arg("kill-server").output().await;
        self.balancer.abort();
        Ok(())
    }

    /// Types a line and presses return.
    async fn write(&self, line: &str) -> Result<(), Error> {
        run(self.tmux().args(["send-keys", "-t", "chat", "-l", line])).await?;
        run(self.tmux().args(["send-keys", "-t", "chat", "Enter"])).await.map(drop)
    }

    async fn expect(&self, text: &str) -> Result<(), Error> {
        let begun = Instant::now();
        loop {
            let screen = run(self.tmux().args(["capture-pane", "-t", "chat", "-p", "-J"])).await?;
            if screen.contains(text) {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(Error::Preparation(format!("Profanity does not show {text:?}:\n{screen}")));
            }
            sleep(POLL).await;
        }
    }

    fn tmux(&self) -> tokio::process::Command {
        let mut command = program(CLIENTS.namespace, "tmux");
        command.arg("-S").arg(self.folder.join("tmux"));
        command
    }
}

/// Takes connections on loopback and passes each on to a node that is there, as the one name of a pair does: Profanity
/// can be told one address only.
async fn balance(listener: TcpListener) -> std::io::Result<()> {
    loop {
        let (mut client, _) = listener.accept().await?;
        spawn_local(async move {
            let first = fastrand::usize(..2);
            for node in [first, 1 - first] {
                if let Ok(mut server) = TcpStream::connect((NODES[node].address, STARTTLS_PORT)).await {
                    // Ends when either side does.
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                    return;
                }
            }
        });
    }
}
