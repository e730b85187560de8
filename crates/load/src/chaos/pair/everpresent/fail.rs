//! What goes wrong with the pair besides death.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio::time::sleep;

use super::super::fault::Fault;
use super::super::network::{self, NODES, SlowLink};
use super::super::server::{freeze, kill_now, run, takes_connections, thaw, wait_until};
use super::{Everpresent, START_LIMIT, STATUS_POLL, home, name, server_pid};
use crate::Error;

/// The services that are broken.
const CRASHES: &str = "presence-engine";
const STICKS: &str = "router";
/// How long it may take until the users of a node whose service is broken have moved.
const MOVE_LIMIT: Duration = Duration::from_secs(60);
/// So often the partner is killed while it gets its replica.
const INTERRUPTIONS: usize = 3;
/// How far it may come before that.
const LONGEST_SNAPSHOT_MILLISECONDS: u64 = 150;
/// How much room a node has for its own data.
const DATA_MEGABYTES: u32 = 32;
/// How much of a disk is filled at a time.
const FILL_BYTES: usize = 64 * 1024;
/// The source of the library that gives a process a civil clock of its own, beside the scripts.
const CLOCK_SOURCE: &str = "step_clock.c";
/// By how many seconds the clock is wrong, one after the other.
const STEPS: [i64; 3] = [3_600, -3_600, 0];

/// What faults other than kills need.
pub(super) struct Helpers {
    pub(super) python: PathBuf,
    pub(super) scripts: PathBuf,
    /// The library that gives a process a civil clock of its own.
    pub(super) clock: PathBuf,
}

impl Everpresent {
    /// Something goes wrong at a node; returns when it is right again.
    pub(crate) async fn fail(&mut self, node: usize, fault: Fault) -> Result<(), Error> {
        let partner = 1 - node;
        match fault {
            Fault::Frozen => {
                let server = self.living(node)?;
                freeze(server);
                sleep(fault.length()).await;
                thaw(server);
            }
            Fault::LinkCut => {
                network::cut(node, partner).await?;
                network::cut(partner, node).await?;
                sleep(fault.length()).await;
                network::join(node, partner).await?;
                network::join(partner, node).await?;
            }
            Fault::LinkCutOneWay => {
                network::cut(node, partner).await?;
                sleep(fault.length()).await;
                network::join(node, partner).await?;
            }
            Fault::LinkSlow => {
                let link =
                    SlowLink::begin(&self.helpers()?.python, &self.helpers()?.scripts, &self.folder).await?;
                sleep(fault.length()).await;
                link.end().await?;
            }
            Fault::DatabaseStopped => {
                self.database.stop().await?;
                sleep(fault.length()).await;
                self.database.go_on().await?;
            }
            Fault::DatabaseFailover => self.database.fail_over().await?,
            Fault::DiskFull => {
                let fillers = [self.database.filler(), home(&self.folder, node).join("data").join("filler")];
                fillers.iter().for_each(|filler| fill(filler));
                sleep(fault.length()).await;
                fillers.iter().try_for_each(fs::remove_file)?;
                self.database.go_on().await?;
            }
            Fault::ClockStepped => {
                for step in STEPS {
                    set_clock(&self.folder, node, step)?;
                    sleep(fault.length()).await;
                }
            }
            Fault::ServiceCrash => self.break_service(node, CRASHES, "crash").await?,
            Fault::ServiceStuck => self.break_service(node, STICKS, "stuck").await?,
            Fault::ServiceDownOnBoth => self.stop_on_both(CRASHES, fault.length()).await?,
            Fault::SnapshotInterrupted => {
                for _ in 0..INTERRUPTIONS {
                    let before = self.living(partner)?;
                    kill_now(before);
                    self.until_served_again(partner, before).await?;
                    sleep(Duration::from_millis(fastrand::u64(..LONGEST_SNAPSHOT_MILLISECONDS))).await;
                }
            }
        }
        Ok(())
    }

    /// Breaks a service until the users of its node have moved.
    async fn break_service(&self, node: usize, service: &str, how: &str) -> Result<(), Error> {
        self.order(node, &["service", "break", service, "--fault", how]).await?;
        self.until_moved_from(node).await?;
        self.order(node, &["service", "start", service]).await.map(drop)
    }

    /// Stops a service on both nodes for a while: nobody is to move.
    async fn stop_on_both(&self, service: &str, length: Duration) -> Result<(), Error> {
        for node in 0..2 {
            self.order(node, &["service", "stop", service]).await?;
        }
        sleep(length).await;
        let status = self.status().await?;
        if !status.is_at_home() {
            return Err(Error::Preparation(format!("somebody moved for nothing: {status:?}")));
        }
        for node in 0..2 {
            self.order(node, &["service", "start", service]).await?;
        }
        Ok(())
    }

    /// The server process of a node, which must be there.
    fn living(&self, node: usize) -> Result<u32, Error> {
        server_pid(&self.folder, node)
            .ok_or_else(|| Error::Preparation(format!("{} has no server process", name(node))))
    }

    fn helpers(&self) -> Result<&Helpers, Error> {
        self.helpers.as_ref().ok_or_else(|| Error::Preparation("this scene has no helpers".to_owned()))
    }

    async fn until_moved_from(&self, node: usize) -> Result<(), Error> {
        let begun = Instant::now();
        while !self.status().await?.is_served_by_partner(&name(node)) {
            if begun.elapsed() > MOVE_LIMIT {
                let seconds = MOVE_LIMIT.as_secs();
                return Err(Error::Preparation(format!(
                    "users were still at {} after {seconds} s",
                    name(node)
                )));
            }
            sleep(STATUS_POLL).await;
        }
        Ok(())
    }

    /// A guardian whose server died too often waits for the order to start it.
    async fn until_served_again(&self, node: usize, before: u32) -> Result<(), Error> {
        wait_until("a killed server to come back", START_LIMIT, || async move {
            self.order_starts();
            let server = server_pid(&self.folder, node);
            Ok(server.is_some_and(|server| server != before) && takes_connections(node).await)
        })
        .await
    }
}

/// Gives a folder a small disk of its own, for as long as this process's mounts live.
pub(super) async fn small_disk(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder)?;
    let size = format!("size={DATA_MEGABYTES}m,mode=700");
    run(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder)).await.map(drop)
}

/// Writes until nothing more can be written.
fn fill(path: &Path) {
    if let Ok(mut file) = File::create(path) {
        while file.write_all(&[0; FILL_BYTES]).is_ok() {}
    }
}

/// Makes what lets processes have a civil clock of their own; returns the library to load.
pub(super) async fn make_clock(scripts: &Path, folder: &Path) -> Result<PathBuf, Error> {
    let library = folder.join("step_clock.so");
    let mut compiler = Command::new("gcc");
    compiler.args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(scripts.join(CLOCK_SOURCE));
    run(&mut compiler).await?;
    for node in 0..2 {
        set_clock(folder, node, 0)?;
    }
    Ok(library)
}

/// What lets the processes of a node have a civil clock of their own, as variables of their environment.
pub(super) fn clock(library: &Path, folder: &Path, node: usize) -> [(&'static str, PathBuf); 2] {
    [("LD_PRELOAD", library.to_owned()), ("STEP_CLOCK_FILE", clock_file(folder, node))]
}

/// The file is mapped by who reads it: it is written to, never replaced.
fn set_clock(folder: &Path, node: usize, seconds: i64) -> Result<(), Error> {
    let file = File::options().write(true).create(true).truncate(false).open(clock_file(folder, node))?;
    file.write_all_at(&seconds.to_ne_bytes(), 0)?;
    Ok(())
}

fn clock_file(folder: &Path, node: usize) -> PathBuf {
    folder.join(format!("clock-of-{}", NODES[node].namespace))
}
