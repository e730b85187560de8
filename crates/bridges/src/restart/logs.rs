//! The log files of an inventory, for a run without a daemon: their last part tells what holds now, and what is written from
//! then on shows whether a restart took place.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use everpresent_audit::audit::SettingsError;
use everpresent_audit::line::WebBridgeStats;
use everpresent_audit::{Auditor, Dating, Event, Reader, Reading, Record, ServerId, Settings};
use jiff::Timestamp;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tracing::warn;

use crate::clock::Clock;
use crate::inventory::Inventory;
use crate::sources::follow::{Follower, Start};

/// How much of the end of a file is read for what holds now: some hours of a busy server.
pub const TAIL_BYTES: u64 = 64 << 20;

/// Records that wait for a run that is slow to take them; then the oldest are dropped and the run is told so.
pub const EVIDENCE_LENGTH: usize = 1024;

/// Time between two looks at the files.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Most bytes that are read at once of one file.
const MOST_BYTES: usize = 1 << 20;

/// A record of one server, for all who verify restarts.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Whose.
    pub server: ServerId,
    /// What.
    pub record: Record,
}

/// The log files of an inventory. Dropped, it ends.
#[derive(Debug)]
pub struct Logs {
    known: Arc<Mutex<Known>>,
    sender: broadcast::Sender<Evidence>,
    task: JoinHandle<()>,
}

/// What the lines told so far.
#[derive(Debug)]
struct Known {
    auditor: Auditor,
    /// The newest count of each server, in the order of the inventory.
    newest: Vec<Option<(Timestamp, WebBridgeStats)>>,
    /// Files that cannot be read, and why.
    unreadable: Vec<(PathBuf, String)>,
}

/// One file, and the servers that the inventory names it for.
struct Followed {
    follower: Follower,
    reader: Reader,
    servers: Vec<ServerId>,
}

impl Logs {
    /// Reads the last part of each file and goes on following them.
    ///
    /// # Errors
    /// When the settings mean nothing. A file that cannot be read is no error: what it would tell is unknown.
    pub fn follow(inventory: &Inventory, settings: Settings, clock: Clock) -> Result<Self, SettingsError> {
        let auditor = Auditor::new(inventory.deployment.clone(), settings)?;
        let newest = vec![None; inventory.servers.len()];
        let mut known = Known { auditor, newest, unreadable: Vec::new() };
        let mut files = followed(inventory);
        // Before this returns, so that whoever asks next hears of everything that was written before.
        for file in &mut files {
            let mut ignored = Vec::new();
            file.look(&mut known, inventory, clock, &mut ignored);
        }
        let (sender, _) = broadcast::channel(EVIDENCE_LENGTH);
        let known = Arc::new(Mutex::new(known));
        let task =
            tokio::spawn(keep_looking(files, inventory.clone(), Arc::clone(&known), sender.clone(), clock));
        Ok(Self { known, sender, task })
    }

    /// Records from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Evidence> {
        self.sender.subscribe()
    }

    /// What the audit says of everything that was read.
    pub fn ask<T>(&self, question: impl FnOnce(&Auditor) -> T) -> T {
        question(&self.known.lock().unwrap_or_else(PoisonError::into_inner).auditor)
    }

    /// The newest count of a server.
    pub fn newest(&self, server: ServerId) -> Option<(Timestamp, WebBridgeStats)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.newest.get(server.index()).copied().flatten()
    }

    /// Files that could not be read, and why.
    pub fn unreadable(&self) -> Vec<(PathBuf, String)> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).unreadable.clone()
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Each file once, however many servers write into it.
fn followed(inventory: &Inventory) -> Vec<Followed> {
    let mut files: Vec<Followed> = Vec::new();
    for (id, _) in inventory.deployment.servers() {
        for path in inventory.entry(id).files() {
            match files.iter_mut().find(|file| file.follower.path() == path) {
                Some(file) => file.servers.push(id),
                None => files.push(Followed {
                    follower: Follower::new(path.clone(), Start::Last(TAIL_BYTES)),
                    reader: Reader::new(Dating::new(inventory.zone.clone(), None)),
                    servers: vec![id],
                }),
            }
        }
    }
    files
}

async fn keep_looking(
    mut files: Vec<Followed>,
    inventory: Inventory,
    known: Arc<Mutex<Known>>,
    sender: broadcast::Sender<Evidence>,
    clock: Clock,
) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let mut found = Vec::new();
        for file in &mut files {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            file.look(&mut known, &inventory, clock, &mut found);
        }
        for evidence in found {
            // Nobody verifies at the moment: the audit has it all the same.
            let _ = sender.send(evidence);
        }
    }
}

impl Followed {
    /// Reads what is new.
    fn look(&mut self, known: &mut Known, inventory: &Inventory, clock: Clock, found: &mut Vec<Evidence>) {
        let Self { follower, reader, servers } = self;
        let mut each = |line: &[u8], cut: bool| {
            if cut {
                return;
            }
            let Reading::Record(record) = reader.read(line, clock.now()) else { return };
            let Some(server) = belongs_to(&record, servers, inventory) else { return };
            known.take(server, &record);
            found.push(Evidence { server, record });
        };
        let path = follower.path().to_owned();
        loop {
            match follower.look(MOST_BYTES, &mut each) {
                Ok(look) if look.more => {}
                Ok(_) => break,
                Err(error) => {
                    if !known.unreadable.iter().any(|(other, _)| *other == path) {
                        warn!(path = %path.display(), %error, "a log cannot be read");
                        known.unreadable.push((path, error.to_string()));
                    }
                    break;
                }
            }
        }
    }
}

/// The server that the header names; or the only one that the file is of.
fn belongs_to(record: &Record, servers: &[ServerId], inventory: &Inventory) -> Option<ServerId> {
    let named = record.host.as_deref().and_then(|host| inventory.deployment.by_name(host));
    match servers {
        // A file of one server holds its lines, whatever it calls itself; unless it calls itself another one of ours.
        [only] => Some(named.unwrap_or(*only)),
        _ => named,
    }
}

impl Known {
    fn take(&mut self, server: ServerId, record: &Record) {
        self.auditor.observe(server, record.at, &record.event);
        if let Event::WebBridge(stats) = record.event
            && let Some(newest) = self.newest.get_mut(server.index())
            && newest.is_none_or(|(at, _)| at <= record.at)
        {
            *newest = Some((record.at, stats));
        }
    }
}
