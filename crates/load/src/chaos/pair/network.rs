//! Network namespaces for a scene: one for each node, one for the database, one for the clients, and one with the
//! bridge between them. Nothing outside of them is touched; whoever removes them removes all of it.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};

use tokio::io::AsyncReadExt as _;

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
/// A second one, which takes the first one's place.
pub(crate) const STANDBY: Place =
    Place { namespace: "epchaos-standby", address: Ipv4Addr::new(10, 77, 0, 4) };
/// The address at which the nodes find the database, wherever it is.
pub(crate) const DATABASE_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 5);
/// All clients, and the process that leads the scene.
pub(crate) const CLIENTS: Place =
    Place { namespace: "epchaos-clients", address: Ipv4Addr::new(10, 77, 0, 9) };
/// All places.
const PLACES: [Place; 5] = [NODES[0], NODES[1], DATABASE, STANDBY, CLIENTS];
/// Nobody has it: what is sent there is lost.
const NOBODYS_HARDWARE_ADDRESS: &str = "02:00:00:00:00:99";
/// The slow link between the nodes: its name at both ends, how much later packets come, and which share never does.
const SLOW_DEVICE: &str = "slow0";
const SLOW_SECONDS: &str = "0.2";
const SLOW_LOSS: &str = "0.05";
const SLOW_SCRIPT: &str = "slow_link.py";

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

/// Loses all packets from one node to another.
pub(crate) async fn cut(from: usize, to: usize) -> Result<(), Error> {
    let to = NODES[to].address.to_string();
    let words =
        ["neigh", "replace", &to, "lladdr", NOBODYS_HARDWARE_ADDRESS, "dev", "eth0", "nud", "permanent"];
    in_node(from, &words).await
}

/// Lets them pass again.
pub(crate) async fn join(from: usize, to: usize) -> Result<(), Error> {
    in_node(from, &["neigh", "del", &NODES[to].address.to_string(), "dev", "eth0"]).await
}

/// The address of the database is at this place from now on, and nowhere else.
pub(crate) async fn move_database_to(place: Place) -> Result<(), Error> {
    let address = format!("{DATABASE_ADDRESS}/{PREFIX_BITS}");
    for other in [DATABASE, STANDBY] {
        // It is at one of them, or at none yet.
        let _ = run_ip(&["-n", other.namespace, "address", "del", &address, "dev", "eth0"]).await;
    }
    run_ip(&["-n", place.namespace, "address", "add", &address, "dev", "eth0"]).await?;
    for node in NODES {
        run_ip(&["-n", node.namespace, "neigh", "flush", "to", &DATABASE_ADDRESS.to_string()]).await?;
    }
    run_ip(&["-n", CLIENTS.namespace, "neigh", "flush", "to", &DATABASE_ADDRESS.to_string()]).await
}

/// A link between the nodes that delays and loses; the usual one is back when it ends.
pub(crate) struct SlowLink([tokio::process::Child; 2]);

impl SlowLink {
    /// Leads what the nodes send each other over it.
    pub(crate) async fn begin(python: &Path, scripts: &Path, folder: &Path) -> Result<Self, Error> {
        let sockets = [0, 1].map(|node| folder.join(format!("slow-link-{node}")));
        let mut ends = Vec::new();
        for node in 0..2 {
            let _ = fs::remove_file(&sockets[node]);
            let mut command = program(NODES[node].namespace, python);
            command
                .arg(scripts.join(SLOW_SCRIPT))
                .arg(SLOW_DEVICE)
                .args([&sockets[node], &sockets[1 - node]]);
            command.args([SLOW_SECONDS, SLOW_LOSS]).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut end = command.spawn()?;
            let mut ready = [0];
            if let Some(output) = &mut end.stdout {
                output.read_exact(&mut ready).await?;
            }
            ends.push(end);
        }
        for node in 0..2 {
            let to = format!("{}/32", NODES[1 - node].address);
            in_node(node, &["link", "set", SLOW_DEVICE, "up"]).await?;
            in_node(
                node,
                &["route", "add", &to, "dev", SLOW_DEVICE, "src", &NODES[node].address.to_string()],
            )
            .await?;
        }
        let broken = |_| Error::Preparation("a link has two ends".to_owned());
        Ok(Self(ends.try_into().map_err(broken)?))
    }

    /// Ends it: the devices go with their processes, and the routes with them.
    pub(crate) async fn end(self) -> Result<(), Error> {
        for mut end in self.0 {
            drop(end.stdin.take());
            end.wait().await?;
        }
        Ok(())
    }
}

async fn in_node(node: usize, words: &[&str]) -> Result<(), Error> {
    run_ip(&[&["-n", NODES[node].namespace], words].concat()).await
}

async fn run_ip(words: &[&str]) -> Result<(), Error> {
    super::server::run(tokio::process::Command::new("ip").args(words)).await.map(drop)
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
