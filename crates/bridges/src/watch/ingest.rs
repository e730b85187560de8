//! Takes lines, gives each to its server, and keeps what they say: once for alerts, once for what may restart.
//!
//! There are two audits. The one that is *seen* takes every line of a server; alerts, metrics and plots come from it. The *trusted*
//! one takes only what is good enough for a restart without anybody's order ([`crate::trust`]); a forged datagram never gets there.

use std::collections::BTreeMap;
use std::sync::Arc;

use everpresent_audit::audit::{Observed, SettingsError};
use everpresent_audit::line::WebBridgeStats;
use everpresent_audit::{Almost, Auditor, Dating, Event, Reader, Reading, Record, ServerId, Settings};
use everpresent_store::bridge_history::{Batch, CallCount, SessionCount};
use jiff::Timestamp;

use super::skew::Clocks;
use super::whose::{Register, Whose};
use crate::inventory::Inventory;
use crate::sources::{Line, Origin};
use crate::trust::{Evidence, Heard, Jury, Kind, Known, Worth};

/// Senders whose stamps are dated each by their own last line. A sender beyond begins anew.
const MAX_READERS: usize = 512;
/// Rows that wait for the history while it is away. The oldest go first.
pub const MAX_WAITING_ROWS: usize = 50_000;

/// What is known from lines.
pub struct Ingest {
    inventory: Arc<Inventory>,
    register: Register,
    readers: BTreeMap<Origin, Reader>,
    seen: Auditor,
    trusted: Auditor,
    jury: Jury,
    clocks: Clocks,
    /// The newest trusted count of each server, in the order of the inventory.
    newest: Vec<Option<(Timestamp, WebBridgeStats)>>,
    batch: Batch,
    totals: Totals,
}

/// What became of the lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Lines.
    pub lines: u64,
    /// Lines that counted.
    pub records: u64,
    /// Lines that look like one that counts and are none, by reason.
    pub almost: BTreeMap<Almost, u64>,
    /// Lines that count and belong to no server of the inventory.
    pub nobody: u64,
    /// Lines that name one server and came from another.
    pub conflicts: u64,
    /// Lines that contradict another source.
    pub contradictions: u64,
    /// Lines that were not good enough to restart something.
    pub doubted: u64,
    /// Rows that the history never got.
    pub forgotten: u64,
}

impl Ingest {
    /// Nothing is known yet.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(
        inventory: Arc<Inventory>,
        register: Register,
        settings: &Settings,
    ) -> Result<Self, SettingsError> {
        let auditor = Auditor::new(inventory.deployment.clone(), settings.clone())?;
        Ok(Self {
            newest: vec![None; inventory.servers.len()],
            inventory,
            register,
            readers: BTreeMap::new(),
            trusted: auditor.clone(),
            seen: auditor,
            jury: Jury::default(),
            clocks: Clocks::default(),
            batch: Batch::default(),
            totals: Totals::default(),
        })
    }

    /// Takes a line. What is given back is good enough to act on.
    pub fn take(&mut self, line: &Line) -> Option<(ServerId, Record)> {
        self.totals.lines += 1;
        let record = match self.reader(&line.origin).read(&line.bytes, line.received) {
            Reading::Record(record) => record,
            Reading::Almost(reason) => {
                *self.totals.almost.entry(reason).or_default() += 1;
                return None;
            }
            Reading::Other => return None,
        };
        let whose = self.register.whose(&self.inventory.deployment, &line.origin, record.host.as_deref());
        let server = match whose {
            Whose::Server(server) => server,
            // It came from the address of another: it is seen, and its sender is worth nothing.
            Whose::Conflict { named, .. } => {
                self.totals.conflicts += 1;
                named
            }
            Whose::Nobody => {
                self.totals.nobody += 1;
                return None;
            }
        };
        if self.seen.observe(server, record.at, &record.event) == Observed::NotItsRole {
            return None;
        }
        self.totals.records += 1;
        self.keep(server, &record);
        if line.live && record.dated {
            self.clocks.hear(server, record.at, line.received);
        }
        if !self.is_good(server, line, &record) {
            self.totals.doubted += 1;
            return None;
        }
        self.trusted.observe(server, record.at, &record.event);
        self.remember_newest(server, &record);
        Some((server, record))
    }

    fn reader(&mut self, origin: &Origin) -> &mut Reader {
        if self.readers.len() >= MAX_READERS && !self.readers.contains_key(origin) {
            self.readers.pop_first();
        }
        let zone = &self.inventory.zone;
        self.readers.entry(origin.clone()).or_insert_with(|| Reader::new(Dating::new(zone.clone(), None)))
    }

    fn is_good(&mut self, server: ServerId, line: &Line, record: &Record) -> bool {
        let Some((names, addresses)) = self.register.of(server) else { return false };
        let relays = self.register.relays();
        // The file of one server may name another: that is no proof for the other.
        let trust_files = self.inventory.watch.trust_files && self.register.has_file(server, &line.origin);
        let worth = Worth::of(&line.origin, Known { names, addresses, relays, trust_files });
        let kind = Kind::of(&line.origin);
        match self.jury.hear(server, (kind, worth), record.at, &record.event, line.received) {
            Heard::Good => true,
            Heard::Contradiction => {
                self.totals.contradictions += 1;
                false
            }
            Heard::Waiting | Heard::Nothing => false,
        }
    }

    fn remember_newest(&mut self, server: ServerId, record: &Record) {
        if let Event::WebBridge(stats) = record.event
            && let Some(newest) = self.newest.get_mut(server.index())
            && newest.is_none_or(|(at, _)| at <= record.at)
        {
            *newest = Some((record.at, stats));
        }
    }

    /// Puts a count among those that wait for the history.
    fn keep(&mut self, server: ServerId, record: &Record) {
        let (server, at) = (self.inventory.entry(server).name.clone(), record.at.as_millisecond());
        match &record.event {
            Event::WebBridge(stats) => {
                let (sessions, c, d) = (stats.sessions, stats.c, stats.d);
                bounded(
                    &mut self.batch.sessions,
                    SessionCount { server, at, sessions, c, d },
                    &mut self.totals,
                );
            }
            Event::CallBridge(stats) => {
                let (now, peak) = (stats.cma.now, stats.cma.peak);
                bounded(&mut self.batch.calls, CallCount { server, at, now, peak }, &mut self.totals);
            }
            Event::Command(_) => {}
        }
    }

    /// What waits for the history. It is given back with [`Self::put_back`] if it cannot be recorded.
    pub fn take_batch(&mut self) -> Batch {
        std::mem::take(&mut self.batch)
    }

    /// Puts back what could not be recorded, as far as there is room.
    pub fn put_back(&mut self, batch: Batch) {
        for row in batch.sessions {
            bounded(&mut self.batch.sessions, row, &mut self.totals);
        }
        for row in batch.calls {
            bounded(&mut self.batch.calls, row, &mut self.totals);
        }
        for row in batch.verdicts {
            bounded(&mut self.batch.verdicts, row, &mut self.totals);
        }
        for row in batch.restarts {
            bounded(&mut self.batch.restarts, row, &mut self.totals);
        }
    }

    /// Takes counts of the history, as if they had been seen. They are not trusted: nobody knows any more how they came.
    pub fn remember(&mut self, sessions: &[SessionCount], calls: &[CallCount]) {
        for row in sessions {
            let Some((server, at)) = self.placed(&row.server, row.at) else { continue };
            let stats = WebBridgeStats { sessions: row.sessions, c: row.c, d: row.d };
            self.seen.observe(server, at, &Event::WebBridge(stats));
        }
        for row in calls {
            let Some((server, at)) = self.placed(&row.server, row.at) else { continue };
            self.seen.observe(server, at, &super::restored::calls(row.now, row.peak));
        }
    }

    fn placed(&self, server: &str, at: i64) -> Option<(ServerId, Timestamp)> {
        Some((self.inventory.deployment.by_name(server)?, Timestamp::from_millisecond(at).ok()?))
    }

    /// Names and addresses were looked up anew.
    pub fn set_register(&mut self, register: Register) {
        self.register = register;
    }

    /// Widens both audits by what is known of the clocks, as far as the window allows. Whether it does.
    pub fn widen(&mut self, least: jiff::SignedDuration) -> bool {
        let skew = self.clocks.widest().max(least);
        self.seen.set_skew(skew).is_ok() && self.trusted.set_skew(skew).is_ok()
    }

    /// The audit of everything.
    pub fn seen(&self) -> &Auditor {
        &self.seen
    }

    /// The audit of what is good enough for a restart.
    pub fn trusted(&self) -> &Auditor {
        &self.trusted
    }

    /// The newest trusted count of a server.
    pub fn newest(&self, server: ServerId) -> Option<(Timestamp, WebBridgeStats)> {
        self.newest.get(server.index()).copied().flatten()
    }

    /// What the evidence about a server is worth.
    pub fn evidence(&self, server: ServerId, now: Timestamp) -> Evidence {
        self.jury.evidence(server, now)
    }

    /// What is known of clocks.
    pub fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    /// What became of the lines.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }
}

fn bounded<T>(rows: &mut Vec<T>, row: T, totals: &mut Totals) {
    if rows.len() >= MAX_WAITING_ROWS {
        // A tenth at once, so that a long outage does not move all rows for each new one.
        rows.drain(..MAX_WAITING_ROWS / 10);
        totals.forgotten += (MAX_WAITING_ROWS / 10) as u64;
    }
    rows.push(row);
}

#[cfg(test)]
mod tests;
