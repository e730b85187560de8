//! Servers under test: a folder for each, certificates, ports, starting, waiting, stopping.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use super::{ejabberd, everpresent, prosody};
use crate::install;
use crate::process::{Error, Outcome, capture};

/// The core that servers run on.
pub(super) const SERVER_CORE: &str = "0";
/// The core that the generator runs on.
pub(super) const GENERATOR_CORE: &str = "1";
/// The domain of all accounts.
pub(super) const DOMAIN: &str = "localhost";
/// The password of all accounts.
pub(super) const PASSWORD: &str = "password";
/// Accounts are called `user0`, `user1`, …
pub(super) const PREFIX: &str = "user";

const START_TIMEOUT: Duration = Duration::from_secs(60);
const START_POLL: Duration = Duration::from_millis(50);

/// The servers compared.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Kind {
    /// This server.
    Everpresent,
    /// Debian's ejabberd.
    Ejabberd,
    /// Debian's Prosody.
    Prosody,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Everpresent => "Everpresent",
            Self::Ejabberd => "ejabberd",
            Self::Prosody => "Prosody",
        })
    }
}

impl Kind {
    pub(super) fn version(self) -> Outcome<String> {
        match self {
            Self::Everpresent => everpresent::version(),
            Self::Ejabberd => debian_version("ejabberd"),
            Self::Prosody => debian_version("prosody"),
        }
    }
}

fn debian_version(package: &str) -> Outcome<String> {
    let version = capture(Command::new("dpkg-query").args(["-W", "-f", "${Version}", package]))?;
    Ok(format!("{} (Debian)", version.trim()))
}

/// A temporary folder with the certificate that all servers show; removed when dropped.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new() -> Outcome<Self> {
        let path = std::env::temp_dir().join(format!("everpresent-bench-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|error| trouble(&path, &error))?;
        let folder = Self { path };
        folder.make_certificate()?;
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// PEM file with the certificate only.
    pub(super) fn certificate(&self) -> PathBuf {
        self.path.join("certificate.pem")
    }

    /// PEM file with the key only.
    pub(super) fn key(&self) -> PathBuf {
        self.path.join("key.pem")
    }

    /// PEM file with both.
    pub(super) fn certificate_and_key(&self) -> PathBuf {
        self.path.join("both.pem")
    }

    /// An ECDSA key on P-256, self-signed: the same for all servers.
    fn make_certificate(&self) -> Outcome {
        let request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30";
        let subject = format!("/CN={DOMAIN}");
        let name = format!("subjectAltName=DNS:{DOMAIN}");
        capture(
            Command::new("openssl")
                .args(request.split(' '))
                .args(["-subj", &subject, "-addext", &name, "-addext", "basicConstraints=critical,CA:FALSE"])
                .arg("-keyout")
                .arg(self.key())
                .arg("-out")
                .arg(self.certificate()),
        )?;
        let both = [self.certificate(), self.key()].iter().map(fs::read).collect::<Result<Vec<_>, _>>();
        let both = both.map_err(|error| trouble(&self.path, &error))?.concat();
        write(&self.certificate_and_key(), &both)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind in the temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// What a server is to be.
pub(super) struct Setup<'a> {
    pub(super) folder: &'a Folder,
    pub(super) kind: Kind,
    /// Whether messages are archived.
    pub(super) archive: bool,
    /// How many accounts there are.
    pub(super) accounts: usize,
    /// The server's own folder.
    pub(super) home: PathBuf,
    /// Port for Direct TLS.
    pub(super) tls_port: u16,
    /// Port without TLS.
    pub(super) plain_port: u16,
    /// Port for HTTP, where a server has one.
    pub(super) http_port: u16,
}

impl<'a> Setup<'a> {
    pub(super) fn new(folder: &'a Folder, kind: Kind, archive: bool, accounts: usize) -> Outcome<Self> {
        let home = folder.path().join(kind.to_string().to_lowercase());
        // Left over from the round before.
        let _ = fs::remove_dir_all(&home);
        fs::create_dir_all(&home).map_err(|error| trouble(&home, &error))?;
        let [tls_port, plain_port, http_port] = free_ports()?;
        Ok(Self { folder, kind, archive, accounts, home, tls_port, plain_port, http_port })
    }

    /// One to show the configuration of, with the ports that such servers usually have.
    pub(super) fn example(folder: &'a Folder, kind: Kind) -> Self {
        let home = folder.path().join(kind.to_string().to_lowercase());
        Self {
            folder,
            kind,
            archive: true,
            accounts: 0,
            home,
            tls_port: 5223,
            plain_port: 5222,
            http_port: 5280,
        }
    }

    /// The server's configuration file.
    pub(super) fn configuration(&self) -> String {
        match self.kind {
            Kind::Everpresent => everpresent::configuration(self),
            Kind::Ejabberd => ejabberd::configuration(self),
            Kind::Prosody => prosody::configuration(self),
        }
    }

    pub(super) fn start(&self) -> Outcome<Running> {
        match self.kind {
            Kind::Everpresent => everpresent::start(self),
            Kind::Ejabberd => ejabberd::start(self),
            Kind::Prosody => prosody::start(self),
        }
    }

    /// A program pinned to the server's core, with as many open files as allowed, its output in a file.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Outcome<Command> {
        self.command_on(SERVER_CORE, program)
    }

    /// The same on another core.
    pub(super) fn command_on(&self, core: &str, program: impl AsRef<OsStr>) -> Outcome<Command> {
        let path = self.output();
        let output = File::create(&path).map_err(|error| trouble(&path, &error))?;
        let errors = output.try_clone().map_err(|error| trouble(&path, &error))?;
        let mut command = pinned(core, program);
        command.current_dir(&self.home).stdin(Stdio::null()).stdout(output).stderr(errors);
        Ok(command)
    }

    /// What the server prints.
    pub(super) fn output(&self) -> PathBuf {
        self.home.join("output")
    }

    /// Waits until the server accepts connections and `ready` says so too.
    pub(super) fn wait(&self, mut running: Running, ready: impl Fn() -> bool) -> Outcome<Running> {
        let start = Instant::now();
        loop {
            let ended = running.child.try_wait().map_err(|error| trouble(&self.home, &error))?;
            if ended.is_some() || start.elapsed() > START_TIMEOUT {
                let output = fs::read_to_string(self.output()).unwrap_or_default();
                return Err(Error::Failed(format!("{} did not start:\n{output}", self.kind)));
            }
            if TcpStream::connect(("127.0.0.1", self.tls_port)).is_ok() && ready() {
                return Ok(running);
            }
            thread::sleep(START_POLL);
        }
    }
}

/// A running server; killed when dropped. Its data are not worth a clean stop.
pub(super) struct Running {
    child: Child,
}

impl Running {
    pub(super) fn spawn(command: &mut Command) -> Outcome<Self> {
        let spawned = command.spawn();
        spawned.map(|child| Self { child }).map_err(|error| Error::Failed(format!("cannot start: {error}")))
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The small programs needed by every measurement.
pub(super) fn tools() -> Outcome {
    install::debian(&[("openssl", "openssl"), ("taskset", "util-linux")])
}

/// A program pinned to one core, with as many open files as the system allows. Its process is the program's own.
pub(super) fn pinned(core: &str, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n \"$(ulimit -Hn)\"; exec taskset -c \"$0\" \"$@\"", core]).arg(program);
    command
}

pub(super) fn write(path: &Path, content: &[u8]) -> Outcome {
    fs::write(path, content).map_err(|error| trouble(path, &error))
}

pub(super) fn trouble(path: &Path, error: &std::io::Error) -> Error {
    Error::Failed(format!("{}: {error}", path.display()))
}

pub(super) fn free_ports<const COUNT: usize>() -> Outcome<[u16; COUNT]> {
    let failed = |error| Error::Failed(format!("no free port: {error}"));
    // All listeners live until all ports are known, so that they differ.
    let listeners: std::io::Result<Vec<_>> = (0..COUNT).map(|_| TcpListener::bind("127.0.0.1:0")).collect();
    let mut ports = [0; COUNT];
    for (port, listener) in ports.iter_mut().zip(&listeners.map_err(failed)?) {
        *port = listener.local_addr().map_err(failed)?.port();
    }
    Ok(ports)
}
