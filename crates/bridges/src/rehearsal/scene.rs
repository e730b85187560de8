//! All servers of a rehearsal together, with their logs and an inventory for them.

mod inventory;
mod running;

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::bridge::{Conduct, WebPort};
use super::keys;
use super::log::Log;
use super::ssh_server::{self, Given, Mmp};
use super::traffic::{Call, Traffic};
use crate::clock::Clock;
use running::Running;

/// Who may sign in.
const USER: &str = "admin";

/// Commands that wait for the scene.
const COMMANDS_LENGTH: usize = 64;

/// Last number of the loopback address of the first bridge: 127.0.0.11.
const FIRST_ADDRESS: u8 = 11;

/// Most bridges: each has an address of its own.
const MAX_BRIDGES: usize = 100;

/// What is to be set up.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where logs, keys and inventory go.
    pub folder: PathBuf,
    /// The Web Bridges.
    pub bridges: Vec<BridgePlan>,
    /// How many Call Bridges.
    pub cores: usize,
    /// Port of the SSH servers; none: a free one for each.
    pub ssh_port: Option<u16>,
    /// What the bridges and the logs go by.
    pub clock: Clock,
    /// When the logs begin: what was before the clock began is written at once.
    pub from: Timestamp,
    /// Zone of the guests' days, and of the windows.
    pub zone: String,
    /// Calls that are going on whatever the time of day.
    pub calls: Vec<Call>,
    /// For the inventory, such as `Sat 02:00 Europe/Brussels for 2h`; none: it has no window.
    pub window: Option<String>,
    /// The password for the user `admin`.
    pub password: String,
}

/// One Web Bridge.
#[derive(Debug, Clone)]
pub struct BridgePlan {
    /// Its name.
    pub name: String,
    /// Of a hundred guests so many leave a session behind.
    pub leak_percent: u32,
    /// Sessions at which it takes no new guest.
    pub limit: u32,
    /// What it does when it is told to restart.
    pub conduct: Conduct,
    /// Whether the inventory has a wrong password for it.
    pub wrong_password: bool,
    /// Whether its management shell is not there.
    pub dead: bool,
}

impl BridgePlan {
    /// A bridge that behaves.
    pub fn new(name: impl Into<String>, leak_percent: u32) -> Self {
        Self {
            name: name.into(),
            leak_percent,
            limit: everpresent_audit::deployment::DEFAULT_LIMIT,
            conduct: Conduct::Restarts,
            wrong_password: false,
            dead: false,
        }
    }
}

/// Why there is no scene.
#[derive(Debug, Error)]
pub enum SceneError {
    /// Something that the plan asks for cannot be.
    #[error("{0}")]
    Plan(String),
    /// A file cannot be written.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A port cannot be had.
    #[error(
        "port {port} of {address} cannot be had: {error}; ports below 1024 need rights, others may be taken"
    )]
    Port {
        /// On which address.
        address: IpAddr,
        /// Which.
        port: u16,
        /// What the system says.
        error: io::Error,
    },
}

/// Where one bridge is.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: IpAddr,
    /// Port of its management shell.
    pub ssh_port: u16,
    /// Port for guests.
    pub web_port: u16,
    /// Its log.
    pub log: PathBuf,
}

/// A rehearsal that goes on. Dropped, it ends.
#[derive(Debug)]
pub struct Scene {
    places: Vec<Place>,
    inventory: PathBuf,
    traffic: Arc<Mutex<Traffic>>,
    _tasks: JoinSet<()>,
}

impl Scene {
    /// Sets it up: what was before is in the logs, and the servers answer.
    ///
    /// # Errors
    /// [`SceneError`].
    pub async fn start(plan: Plan) -> Result<Self, SceneError> {
        if plan.bridges.is_empty() || plan.bridges.len() > MAX_BRIDGES {
            return Err(SceneError::Plan(format!("a rehearsal has 1 to {MAX_BRIDGES} bridges")));
        }
        let zone = TimeZone::get(&plan.zone)
            .map_err(|_| SceneError::Plan(format!("{:?} is no time zone", plan.zone)))?;
        inventory::check_folder(&plan.folder)?;
        make_folder(&plan.folder)?;
        let mut tasks = JoinSet::new();
        let mut ports = Vec::new();
        let mut places = Vec::new();
        let mut receivers = Vec::new();
        for (number, bridge) in plan.bridges.iter().enumerate() {
            let (place, port, received) = set_up(&plan, number, bridge, &mut tasks).await?;
            places.push(place);
            ports.push(port);
            receivers.push(received);
        }
        let inventory = inventory::write(&plan, &places)?;
        let shares: Vec<(u64, u32)> =
            plan.bridges.iter().map(|bridge| (u64::from(bridge.leak_percent), bridge.limit)).collect();
        let traffic = Traffic::new(&shares, plan.cores, plan.calls.clone(), zone);
        let traffic = Arc::new(Mutex::new(traffic));
        let mut running = Running::new(&plan, &places, Arc::clone(&traffic), ports)?;
        running.catch_up()?;
        tasks.spawn(running.run(receivers));
        Ok(Self { places, inventory, traffic, _tasks: tasks })
    }

    /// Where the bridges are, in the order of the plan.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// An inventory of them, which names no host keys yet.
    pub fn inventory(&self) -> &Path {
        &self.inventory
    }

    /// Sessions of a bridge that nobody uses, by its place in the plan: the truth, which only a stand-in knows.
    pub fn leaked(&self, bridge: usize) -> u32 {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner).leaked(bridge)
    }

    /// Calls that restarts have cut.
    pub fn cut_calls(&self) -> u32 {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner).cut()
    }
}

fn make_folder(folder: &Path) -> Result<(), SceneError> {
    let failed = |error| SceneError::File { path: folder.to_owned(), error };
    std::fs::create_dir_all(folder.join("logs")).map_err(failed)?;
    std::fs::create_dir_all(folder.join("keys")).map_err(failed)
}

/// One bridge: its port for guests and its management shell.
async fn set_up(
    plan: &Plan,
    number: usize,
    bridge: &BridgePlan,
    tasks: &mut JoinSet<()>,
) -> Result<(Place, WebPort, mpsc::Receiver<Given>), SceneError> {
    let last = u8::try_from(number).unwrap_or(u8::MAX).saturating_add(FIRST_ADDRESS);
    let address = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
    let taken = |port: u16| move |error| SceneError::Port { address, port, error };
    let web_port = WebPort::open(address, 0).await.map_err(taken(0))?;
    let (given, commands) = mpsc::channel(COMMANDS_LENGTH);
    let wanted = plan.ssh_port.unwrap_or(0);
    let listener = TcpListener::bind((address, wanted)).await.map_err(taken(wanted))?;
    let ssh_port = listener.local_addr().map_err(taken(wanted))?.port();
    if bridge.dead {
        // Nobody listens there: the port was taken only to know that it is free.
        drop(listener);
    } else {
        let path = plan.folder.join("keys").join(&bridge.name);
        let key = keys::host_key(&path).map_err(|error| SceneError::File { path, error })?;
        let mmp = Mmp {
            name: bridge.name.clone(),
            user: USER.to_owned(),
            password: plan.password.clone(),
            web_port: web_port.port(),
            given,
        };
        tasks.spawn(ssh_server::serve(listener, key, mmp));
    }
    let log = plan.folder.join("logs").join(format!("{}.log", bridge.name));
    let place = Place { name: bridge.name.clone(), address, ssh_port, web_port: web_port.port(), log };
    Ok((place, web_port, commands))
}

/// Where the log of a Call Bridge is.
fn core_log(folder: &Path, core: usize) -> PathBuf {
    folder.join("logs").join(format!("core{}.log", core + 1))
}

/// Opens a log.
fn open_log(path: &Path, host: &str) -> Result<Log, SceneError> {
    Log::create(path, host).map_err(|error| SceneError::File { path: path.to_owned(), error })
}
