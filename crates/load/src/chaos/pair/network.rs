//! Network namespaces for a scene: one for each node, one for the database, one for the clients, and one with the
//! bridge between them. Nothing outside of them is touched; whoever removes them removes all of it.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Error;

/// All names begin with this, so that what a crash left behind is found.
const PREFIX: &str = "epchaos-";
/// Where `ip` keeps namespaces.
const NAMESPACES: &str = "/run/netns";
/// Held while a scene is played: two of them would take each other's namespaces for left over.
const LOCK: &str = "/run/lock/everpresent-chaos.lock";
const SWITCH: &str = "epchaos-switch";
const BRIDGE: &str = "bridge0";
const PREFIX_BITS: u8 = 24;
/// So many times processes that were left over are killed before their namespace counts as stuck.
const KILL_ATTEMPTS: usize = 20;

/// One end of the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    /// The name of its namespace.
    pub(crate) namespace: &'static str,
    /// Its address, private and known inside the namespaces only.
    pub(crate) address: Ipv4Addr,
}

/// The two nodes.
pub(crate) const NODES: [Place; 2] = [
    Place { namespace: "epchaos-node1", address: Ipv4Addr::new(10, 77, 0, 1) },
    Place { namespace: "epchaos-node2", address: Ipv4Addr::new(10, 77, 0, 2) },
];
/// PostgreSQL.
pub(crate) const DATABASE: Place =
    Place { namespace: "epchaos-database", address: Ipv4Addr::new(10, 77, 0, 3) };
/// All clients, and the process that leads the scene.
pub(crate) const CLIENTS: Place =
    Place { namespace: "epchaos-clients", address: Ipv4Addr::new(10, 77, 0, 9) };
/// All places.
const PLACES: [Place; 4] = [NODES[0], NODES[1], DATABASE, CLIENTS];

/// The network; removed when dropped, with every process in it.
pub(crate) struct Network {
    /// Unlocked when closed.
    _lock: File,
}

impl Network {
    /// Removes what an earlier scene left behind and builds the network.
    ///
    /// # Errors
    /// [`Error::Preparation`] without the rights for it, or while another scene is being played.
    pub(crate) fn build() -> Result<Self, Error> {
        let lock = File::create(LOCK)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Preparation("another scene with a pair is being played".to_owned()));
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        remove_all()?;
        let network = Self { _lock: lock };
        for namespace in PLACES.iter().map(|place| place.namespace).chain([SWITCH]) {
            ip(&["netns", "add", namespace])?;
            ip(&["-n", namespace, "link", "set", "lo", "up"])?;
        }
        ip(&["-n", SWITCH, "link", "add", BRIDGE, "type", "bridge"])?;
        ip(&["-n", SWITCH, "link", "set", BRIDGE, "up"])?;
        for (number, place) in PLACES.iter().enumerate() {
            connect(*place, &format!("port{number}"))?;
        }
        Ok(network)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if let Err(error) = remove_all() {
            anstream::eprintln!("namespaces were left behind: {error}");
        }
    }
}

/// A cable from the switch to the place.
fn connect(place: Place, port: &str) -> Result<(), Error> {
    let Place { namespace, address } = place;
    let link =
        ["-n", SWITCH, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace];
    ip(&link)?;
    ip(&["-n", SWITCH, "link", "set", port, "master", BRIDGE, "up"])?;
    ip(&["-n", namespace, "address", "add", &format!("{address}/{PREFIX_BITS}"), "dev", "eth0"])?;
    ip(&["-n", namespace, "link", "set", "eth0", "up"])
}

/// Ends all processes in namespaces of a scene and removes those.
fn remove_all() -> Result<(), Error> {
    let entries = fs::read_dir(NAMESPACES).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    for name in names.filter(|name| name.starts_with(PREFIX)) {
        end_processes(&name)?;
        ip(&["netns", "delete", &name])?;
    }
    Ok(())
}

fn end_processes(namespace: &str) -> Result<(), Error> {
    for _ in 0..KILL_ATTEMPTS {
        let listed = Command::new("ip").args(["netns", "pids", namespace]).output()?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let pids: Vec<&str> = listed.split_whitespace().collect();
        if pids.is_empty() {
            return Ok(());
        }
        // One may have ended meanwhile: that is as good.
        Command::new("kill").arg("-KILL").args(pids).stderr(Stdio::null()).status()?;
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    Err(Error::Preparation(format!("processes in namespace {namespace} cannot be ended")))
}

/// A program in a namespace that ends when this process does, however that ends. Its process is the program's own.
pub(crate) fn program(namespace: &str, program: impl AsRef<OsStr>) -> tokio::process::Command {
    let mut command = tokio::process::Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", "ip", "netns", "exec", namespace]).arg(program);
    command.kill_on_drop(true);
    command
}

/// A file made by other programs, as a new file to append to.
pub(crate) fn output(path: &Path) -> Result<File, Error> {
    Ok(File::options().append(true).create(true).open(path)?)
}

fn ip(words: &[&str]) -> Result<(), Error> {
    let output = Command::new("ip").args(words).output();
    let output = output.map_err(|error| Error::Preparation(format!("`ip` cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::Preparation(format!(
        "`ip {}` failed: {}; the scene needs the rights of the super-user",
        words.join(" "),
        said.trim()
    )))
}
