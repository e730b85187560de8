//! Gives each line to the server that it belongs to, and notes what could not be given to any.

use std::collections::BTreeMap;
use std::path::PathBuf;

use everpresent_audit::audit::{Discovery, DiscoveryError, Observed};
use everpresent_audit::scan::Totals;
use everpresent_audit::{Almost, Auditor, Event, Reading, Record, ServerId, Settings};
use everpresent_bridges::Inventory;

use super::input::Input;
use crate::failure::{Exit, Failure};

/// Hosts that are named as unknown; more are only counted.
const MAX_STRANGERS: usize = 50;
/// Characters of an example that are shown.
const EXAMPLE_CHARACTERS: usize = 200;

/// What is made of the lines.
pub(super) struct Intake<'i> {
    target: Target<'i>,
    notes: Notes,
    /// What lines without a host are called after: the name of the file.
    file: String,
    /// The server whose entry in the inventory names the file.
    owner: Option<ServerId>,
}

enum Target<'i> {
    Known(&'i Inventory, Box<Auditor>),
    Found(Discovery),
}

/// What was read, and what did not count.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) totals: Totals,
    /// Lines that counted.
    pub(super) counted: u64,
    /// Whether the servers were taken from the logs.
    pub(super) derived: bool,
    /// Whether lines without a host counted.
    pub(super) hostless: bool,
    /// Whether lines without a date counted.
    pub(super) undated: bool,
    /// Lines that almost counted: how many, and the first.
    pub(super) almost: BTreeMap<Almost, (u64, String)>,
    /// Lines of hosts that the inventory does not have.
    pub(super) strangers: BTreeMap<String, u64>,
    pub(super) of_more_strangers: u64,
    /// Counts that their server should not have made, by its role in the inventory.
    pub(super) not_their_role: BTreeMap<String, u64>,
    /// Logs that ended too early.
    pub(super) trouble: Vec<String>,
}

impl<'i> Intake<'i> {
    pub(super) fn new(inventory: Option<&'i Inventory>, settings: &Settings) -> Result<Self, Failure> {
        let target = match inventory {
            Some(inventory) => {
                let auditor = Auditor::new(inventory.deployment.clone(), settings.clone());
                let auditor = auditor.map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
                Target::Known(inventory, Box::new(auditor))
            }
            None => Target::Found(Discovery::new()),
        };
        let notes = Notes { derived: inventory.is_none(), ..Notes::default() };
        Ok(Self { target, notes, file: String::new(), owner: None })
    }

    /// What follows is from this log.
    pub(super) fn begin(&mut self, input: &Input) {
        let name = input.name().rsplit(['/', '\\']).next().unwrap_or_default();
        self.file = if name == "-" { "input".to_owned() } else { name.replace(char::is_whitespace, "_") };
        self.owner = match &self.target {
            Target::Known(inventory, _) => owner(inventory, input.name()),
            Target::Found(_) => None,
        };
    }

    pub(super) fn end(&mut self, totals: Totals, trouble: Option<&str>) {
        let sum = &mut self.notes.totals;
        sum.bytes += totals.bytes;
        sum.lines += totals.lines;
        sum.overlong += totals.overlong;
        self.notes.trouble.extend(trouble.map(str::to_owned));
    }

    pub(super) fn take(&mut self, line: &[u8], reading: Reading) {
        match reading {
            Reading::Record(record) => self.record(&record),
            Reading::Almost(reason) => {
                let example = || String::from_utf8_lossy(line).chars().take(EXAMPLE_CHARACTERS).collect();
                self.notes.almost.entry(reason).or_insert_with(|| (0, example())).0 += 1;
            }
            Reading::Other => {}
        }
    }

    fn record(&mut self, record: &Record) {
        match &mut self.target {
            Target::Found(discovery) => {
                let nameless = || format!("{}@{}", kind(&record.event), self.file);
                let name = record.host.clone().unwrap_or_else(nameless);
                discovery.observe(&name, record.at, &record.event);
            }
            Target::Known(inventory, auditor) => {
                let by_host = record.host.as_deref().and_then(|host| inventory.deployment.by_name(host));
                let Some(server) = by_host.or(self.owner) else {
                    let name = record.host.clone().unwrap_or_else(|| format!("(no host, in {})", self.file));
                    self.notes.stranger(name);
                    return;
                };
                if auditor.observe(server, record.at, &record.event) == Observed::NotItsRole {
                    let name = &inventory.deployment.server(server).name;
                    *self.notes.not_their_role.entry(name.clone()).or_default() += 1;
                    return;
                }
            }
        }
        self.notes.counted += 1;
        self.notes.hostless |= record.host.is_none();
        self.notes.undated |= !record.dated;
    }

    /// The audit, if anybody counted anything.
    pub(super) fn into_auditor(
        self,
        limit: u32,
        settings: Settings,
    ) -> Result<(Option<Auditor>, Notes), Failure> {
        let mut notes = self.notes;
        match self.target {
            Target::Known(_, auditor) => {
                Ok((Some(*auditor).filter(|auditor| auditor.newest().is_some()), notes))
            }
            Target::Found(discovery) => {
                notes.of_more_strangers += discovery.refused();
                match discovery.into_auditor(limit, false, settings) {
                    Ok(auditor) => Ok((Some(auditor), notes)),
                    Err(DiscoveryError::Nothing) => Ok((None, notes)),
                    Err(error) => Err(Failure::new(Exit::Usage, error.to_string())),
                }
            }
        }
    }
}

impl Notes {
    fn stranger(&mut self, name: String) {
        if self.strangers.len() >= MAX_STRANGERS && !self.strangers.contains_key(&name) {
            self.of_more_strangers += 1;
        } else {
            *self.strangers.entry(name).or_default() += 1;
        }
    }
}

/// What a server is called whose name no line tells.
fn kind(event: &Event) -> &'static str {
    match event {
        Event::WebBridge(_) => "webbridge",
        Event::CallBridge(_) => "callbridge",
        Event::Command(_) => "cli",
    }
}

/// The server whose entry names the file.
fn owner(inventory: &Inventory, name: &str) -> Option<ServerId> {
    let path = PathBuf::from(name).canonicalize().ok()?;
    let named = |entry: &everpresent_bridges::inventory::Entry| {
        entry.files().any(|file| file.canonicalize().is_ok_and(|file| file == path))
    };
    let owners: Vec<ServerId> =
        inventory.deployment.servers().map(|(id, _)| id).filter(|id| named(inventory.entry(*id))).collect();
    // A file of several servers says nothing about a line without a host.
    if let [owner] = owners[..] { Some(owner) } else { None }
}
