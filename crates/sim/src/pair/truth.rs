//! What really happened, as nobody in the system can know it: the checkers judge by it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use everpresent_session::ids::{Epoch, RecordNumber, RowId, SessionId};
use everpresent_session::ledger::{Ledger, Misfit};
use everpresent_session::record::Record;
use everpresent_session::row::Row;

use super::content::{Content, Envelope, MessageId};
use super::people::NODES;

/// A promise that was broken.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) promise: &'static str,
    pub(super) what: String,
}

impl Broken {
    pub(super) fn new(promise: &'static str, what: impl Into<String>) -> Self {
        Self { promise, what: what.into() }
    }
}

impl From<Misfit> for Broken {
    fn from(misfit: Misfit) -> Self {
        Self::new("records", misfit.to_string())
    }
}

/// What became of a message.
#[derive(Debug)]
pub(super) struct Fate {
    /// The person that it is for.
    pub(super) to: usize,
    pub(super) bytes: Bytes,
    /// The same on its way to another home.
    pub(super) envelope: Bytes,
    /// Clients that received it.
    pub(super) received: BTreeSet<usize>,
    /// It was given to a connection without stream management, where nobody can know more.
    pub(super) handed: bool,
    /// Its sender is told that it was not taken.
    pub(super) refused: bool,
    /// A server has made a record of it.
    pub(super) taken: bool,
    /// It was lost in a fault beyond what is promised, after it was taken and before its sender was told. Until it is
    /// taken again an acknowledgement of it promises nothing.
    pub(super) lost: bool,
}

impl Fate {
    /// Whether nothing more is owed.
    pub(super) fn is_settled(&self) -> bool {
        !self.received.is_empty() || self.handed || self.refused
    }

    /// Whether a ledger would deliver it, send it on, or have it written.
    pub(super) fn is_in(&self, ledger: &Ledger) -> bool {
        self.is_among(ledger, |_| true)
    }

    /// The same for what it had when its owner began under this epoch.
    pub(super) fn came_with(&self, ledger: &Ledger, epoch: Epoch) -> bool {
        self.is_among(ledger, |id| id.epoch < epoch)
    }

    fn is_among(&self, ledger: &Ledger, counts: impl Fn(RowId) -> bool) -> bool {
        let spooled =
            |row: &Row| matches!(row, Row::Spool(row) if row.stanza == self.bytes && counts(row.id));
        ledger.messages().any(|(id, message)| message.stanza == self.bytes && counts(id))
            || ledger.unfinished().any(|(_, row)| spooled(row))
            || ledger.outgoing().values().any(|channel| {
                channel.waiting_from(0).any(|waiting| waiting.stanza == self.envelope && counts(waiting.id))
            })
    }
}

/// What the partner should have, made from what the owner gave out.
#[derive(Debug)]
struct Shadow {
    stream: u64,
    ledger: Ledger,
    records: VecDeque<Record>,
}

#[derive(Debug, Default)]
pub(super) struct Truth {
    pub(super) messages: BTreeMap<MessageId, Fate>,
    /// Messages whose senders were told that they are safe, and that nobody received yet.
    pub(super) open: BTreeSet<MessageId>,
    /// Who may receive what a second time.
    pub(super) excused: BTreeSet<(usize, MessageId)>,
    /// Messages of a client to a home that may be received a second time: those below this number.
    pub(super) excused_below: BTreeMap<(usize, usize), u32>,
    /// Sessions that nobody is promised to be able to resume: they ended, or their owner died in spooled mode.
    pub(super) unresumable: BTreeSet<SessionId>,
    /// Sessions whose counts may have gone back: a fault beyond what is promised.
    pub(super) forgiven: BTreeSet<SessionId>,
    /// Clients that others may see for ever if they do not come back: what is known of their sessions was lost in a fault
    /// beyond what is promised.
    pub(super) ghosts: BTreeSet<usize>,
    /// The highest epoch under which work was accepted, by home.
    pub(super) accepted: [Epoch; NODES],
    /// Whether who claimed a home last goes on with its sessions: with a replica that was named, or its own ledger.
    pub(super) goes_on: [bool; NODES],
    /// Until then nothing but P1 is promised of a home: the database has lost what was written about it.
    pub(super) shaky_until: [u64; NODES],
    shadows: [Option<Shadow>; NODES],
}

impl Truth {
    pub(super) fn sent(&mut self, id: MessageId, to: usize) {
        let content = Content::Message(id);
        self.messages.entry(id).or_insert_with(|| Fate {
            to,
            bytes: content.to_bytes(),
            envelope: Envelope::Deliver { to, content }.to_bytes(),
            received: BTreeSet::new(),
            handed: false,
            refused: false,
            taken: false,
            lost: false,
        });
    }

    /// A server has made a record of the message, for the first time or once more.
    pub(super) fn taken(&mut self, id: MessageId) {
        if let Some(fate) = self.messages.get_mut(&id) {
            (fate.taken, fate.lost) = (true, false);
        }
    }

    /// The sender was told that the message is safe.
    pub(super) fn acknowledged(&mut self, id: MessageId) {
        let Some(fate) = self.messages.get_mut(&id) else { return };
        fate.refused |= fate.lost;
        if !fate.is_settled() {
            self.open.insert(id);
        }
    }

    pub(super) fn refused(&mut self, id: MessageId) {
        if let Some(fate) = self.messages.get_mut(&id) {
            fate.refused = true;
        }
    }

    pub(super) fn handed(&mut self, id: MessageId) {
        if let Some(fate) = self.messages.get_mut(&id) {
            fate.handed = true;
        }
    }

    /// A client with stream management received a message at this home.
    pub(super) fn received(&mut self, client: usize, home: usize, id: MessageId) -> Result<(), Broken> {
        let Some(fate) = self.messages.get_mut(&id) else {
            return Err(Broken::new("P4", format!("client {client} received {id:?}, which nobody sent")));
        };
        let below = self.excused_below.get(&(id.from, home)).is_some_and(|number| id.number < *number);
        let first = fate.received.insert(client);
        if first || below || self.excused.contains(&(client, id)) {
            return Ok(());
        }
        Err(Broken::new("P4", format!("client {client} received {id:?} twice")))
    }

    pub(super) fn stream_begins(&mut self, home: usize, stream: u64, snapshot: &Ledger) {
        self.shadows[home] = Some(Shadow { stream, ledger: snapshot.clone(), records: VecDeque::new() });
    }

    pub(super) fn record(&mut self, home: usize, stream: u64, record: &Record) {
        if let Some(shadow) = self.shadows[home].as_mut().filter(|shadow| shadow.stream == stream) {
            shadow.records.push_back(record.clone());
        }
    }

    /// What a replica of this stream must be like; `None` if the stream is not the newest.
    pub(super) fn shadow_at(
        &mut self,
        home: usize,
        stream: u64,
        last: RecordNumber,
    ) -> Result<Option<&Ledger>, Broken> {
        let Some(shadow) = self.shadows[home].as_mut().filter(|shadow| shadow.stream == stream) else {
            return Ok(None);
        };
        while shadow.ledger.last() < last {
            let Some(record) = shadow.records.pop_front() else {
                return Err(Broken::new("replica", "the partner confirms what was never sent"));
            };
            shadow.ledger.apply(&record).map_err(|misfit| Broken::new("replica", misfit.to_string()))?;
        }
        Ok(Some(&shadow.ledger))
    }
}
