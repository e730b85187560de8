//! Random stories of a home with a partner that is sent every record.

use std::time::Duration;

use bytes::Bytes;
use everpresent_session::ids::{Epoch, HomeName, Incarnation, LedgerId, SessionId};
use everpresent_session::ledger::Ledger;
use everpresent_session::owner::{Owner, Transaction, TransportId, WitnessOutcome};
use everpresent_session::reason::Reason;
use everpresent_session::record::{Cause, Effect, Flag, Opening, Record, Spooled};
use everpresent_session::row::{Row, SpoolRow};
use everpresent_session::session::{ClientState, HoldKey, Presence};
use everpresent_session::snapshot::Assembly;
use everpresent_session::time::{Moment, Now, Timestamp};
use everpresent_stanza::{FullJid, Jid};
use proptest::prelude::*;

const PARTNER: Incarnation = Incarnation(0xbb);

/// Something that happens at a home. Sessions are chosen by their place among those that live.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Open { user: u8 },
    Close { at: u8 },
    Message { to: u8, copies: u8, read_from_spool: bool },
    Change { at: u8, kind: u8 },
    Output { at: u8 },
    Acknowledge { at: u8, count: u8 },
    Resume { at: u8 },
    Detach { at: u8 },
    Elsewhere { kind: u8 },
    Take,
    Written,
    Failed,
    Confirm,
    Witness(u8),
    Lost,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        2 => (0..4u8).prop_map(|user| Happening::Open { user }),
        1 => any::<u8>().prop_map(|at| Happening::Close { at }),
        6 => (any::<u8>(), 1..3u8, any::<bool>())
            .prop_map(|(to, copies, read_from_spool)| Happening::Message { to, copies, read_from_spool }),
        4 => (any::<u8>(), 0..9u8).prop_map(|(at, kind)| Happening::Change { at, kind }),
        4 => any::<u8>().prop_map(|at| Happening::Output { at }),
        4 => (any::<u8>(), 0..4u8).prop_map(|(at, count)| Happening::Acknowledge { at, count }),
        2 => any::<u8>().prop_map(|at| Happening::Resume { at }),
        2 => any::<u8>().prop_map(|at| Happening::Detach { at }),
        2 => (0..4u8).prop_map(|kind| Happening::Elsewhere { kind }),
        4 => Just(Happening::Take),
        3 => Just(Happening::Written),
        1 => Just(Happening::Failed),
        3 => Just(Happening::Confirm),
        1 => (0..3u8).prop_map(Happening::Witness),
        1 => Just(Happening::Lost),
    ]
}

/// The owner, and every record it made.
struct Home {
    owner: Owner,
    clock: u64,
    opened: u128,
    records: Vec<Record>,
}

impl Home {
    fn new() -> Self {
        let mut owner = Owner::new(empty(), []);
        owner.attach_partner(Moment(0), PARTNER);
        Self { owner, clock: 0, opened: 0, records: Vec::new() }
    }

    fn now(&self) -> Now {
        Now { moment: Moment(self.clock), wall: Timestamp(i64::try_from(self.clock).unwrap()) }
    }

    fn pick(&self, at: u8) -> Option<SessionId> {
        let sessions: Vec<SessionId> = self.owner.ledger().sessions().map(|session| session.id).collect();
        (!sessions.is_empty()).then(|| sessions[usize::from(at) % sessions.len()])
    }

    fn record(&mut self, work: impl FnOnce(&Owner, &mut Transaction)) {
        let mut transaction = self.owner.begin(self.now(), Cause::Order);
        work(&self.owner, &mut transaction);
        self.owner.commit(transaction).unwrap();
    }

    /// A partner is attached all the time, so that no record is missed.
    fn collect(&mut self) {
        self.records.extend(self.owner.take_records());
    }

    fn happen(&mut self, happening: Happening) {
        self.clock += 100;
        let now = self.now();
        match happening {
            Happening::Open { user } => self.open(user),
            Happening::Message { to, copies, read_from_spool } => self.message(to, copies, read_from_spool),
            Happening::Elsewhere { kind } => self.elsewhere(kind),
            Happening::Take => drop(self.owner.take_batch()),
            Happening::Written => self.owner.batch_committed(now).unwrap(),
            Happening::Failed => self.owner.batch_failed(),
            Happening::Confirm => {
                let last = self.owner.ledger().last();
                self.owner.partner_confirmed(now.moment, PARTNER, last);
            }
            Happening::Witness(outcome) => {
                if let Some(replica) = self.owner.wanted_replica() {
                    let outcomes = [WitnessOutcome::Done, WitnessOutcome::Refused, WitnessOutcome::Unknown];
                    self.owner.replica_written(replica, outcomes[usize::from(outcome)]);
                }
            }
            Happening::Lost => {
                self.owner.lose_partner();
                self.owner.attach_partner(now.moment, PARTNER);
            }
            Happening::Close { at }
            | Happening::Change { at, .. }
            | Happening::Output { at }
            | Happening::Acknowledge { at, .. }
            | Happening::Resume { at }
            | Happening::Detach { at } => {
                if let Some(session) = self.pick(at) {
                    self.at_session(session, happening);
                }
            }
        }
    }

    fn at_session(&mut self, session: SessionId, happening: Happening) {
        let now = self.now();
        let known = self.owner.ledger().session(session).unwrap().clone();
        match happening {
            Happening::Close { .. } => self.record(|_, transaction| {
                transaction.effect(Effect::Closed { session, reason: Reason::Kicked, at: now.wall });
            }),
            Happening::Change { kind, .. } => {
                self.record(|_, transaction| transaction.effect(change(session, kind, now)));
            }
            Happening::Output { .. } => drop(self.owner.take_output(now, session, 1_000).unwrap()),
            Happening::Acknowledge { count, .. } => {
                let h = known.queue.acked().wrapping_add(u32::from(count));
                let _ = self.owner.client_acked(now, session, h);
            }
            Happening::Resume { .. } => {
                let h = known.queue.acked();
                let _ = self.owner.resume(now, &known.jid.to_bare(), session, h, TransportId(self.clock));
            }
            _ => self.record(|_, transaction| {
                let wait = Duration::from_secs(900);
                transaction.effect(Effect::Detached { session, wait, reason: Reason::TransportLost });
            }),
        }
    }

    fn open(&mut self, user: u8) {
        self.opened += 1;
        let session = SessionId(self.opened);
        let jid = FullJid::new(&format!("user{user}@example.org/{}", self.opened)).unwrap();
        let at = self.now().wall;
        self.record(|_, transaction| {
            let reason = Reason::SignedIn;
            transaction.effect(Effect::Opened(Opening {
                session,
                jid,
                user_agent: None,
                at,
                reason,
                handled: 0,
            }));
            if !session.0.is_multiple_of(3) {
                transaction.effect(Effect::Managed { session, resume: Some(Duration::from_secs(900)) });
            }
        });
        self.owner.attach(session, TransportId(self.clock));
    }

    fn message(&mut self, to: u8, copies: u8, written: bool) {
        let Some(first) = self.pick(to) else { return };
        let user = self.owner.ledger().session(first).unwrap().jid.to_bare();
        self.record(|owner, transaction| {
            let (id, at) = (transaction.row_id(), transaction.now().wall);
            for session in owner.ledger().sessions_of(&user).take(usize::from(copies)) {
                let spool = Some(Spooled { id, at, archived: false, written });
                transaction.enqueue(session.id, Bytes::from(format!("<message id='{id}'/>")), spool);
            }
            transaction.effect(Effect::Handled { session: first });
        });
    }

    fn elsewhere(&mut self, kind: u8) {
        let to = HomeName::new("imp2");
        self.record(|_, transaction| match kind {
            0 => {
                let id = transaction.row_id();
                let stanza = Bytes::from_static(b"<message/>");
                transaction.effect(Effect::Route { to, id, stanza, written: false });
            }
            1 => transaction.effect(Effect::Routed { to, up_to: 2 }),
            2 => transaction.effect(Effect::Received { from: LedgerId(7), number: 3 }),
            _ => {
                let (id, at) = (transaction.row_id(), transaction.now().wall);
                let user = "carol@example.org".parse().unwrap();
                let stanza = Bytes::from_static(b"<message/>");
                transaction.store(Row::Spool(SpoolRow { user, id, at, archived: false, stanza }));
            }
        });
    }
}

fn empty() -> Ledger {
    Ledger::new(HomeName::new("imp1"), LedgerId(1), Epoch(1))
}

fn change(session: SessionId, kind: u8, now: Now) -> Effect {
    let contact: Jid = "carol@example.org".parse().unwrap();
    let stanza = Bytes::from(format!("<presence id='{}'/>", now.moment.0));
    match kind {
        0 => Effect::Presence { session, presence: Some(Presence { stanza, priority: 1, at: now.wall }) },
        1 => Effect::Presence { session, presence: None },
        2 => Effect::Directed { session, to: contact, available: true },
        3 => Effect::Directed { session, to: contact, available: false },
        4 => Effect::Flag { session, flag: Flag::Carbons(true) },
        5 => Effect::Flag { session, flag: Flag::ClientState(ClientState::Inactive) },
        6 => Effect::Held { session, key: HoldKey::Presence(contact), stanza },
        7 => Effect::Released { session },
        _ => Effect::Handled { session },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn replicas_equal_the_original(
        story in prop::collection::vec(happening(), 1..120),
        cut in any::<prop::sample::Index>(),
    ) {
        let cut = cut.index(story.len());
        let mut home = Home::new();
        let mut snapshot = None;
        for (place, happening) in story.into_iter().enumerate() {
            if place == cut {
                home.collect();
                let mut assembly = Assembly::default();
                for part in home.owner.ledger().clone().into_parts() {
                    assembly.add(part).unwrap();
                }
                snapshot = Some((assembly.finish().unwrap(), home.records.len()));
            }
            home.collect();
            home.happen(happening);
        }
        home.collect();
        let mut from_records = empty();
        for record in &home.records {
            from_records.apply(record).unwrap();
        }
        prop_assert_eq!(&from_records, home.owner.ledger());
        let (mut from_snapshot, cut) = snapshot.unwrap();
        for record in &home.records[cut..] {
            from_snapshot.apply(record).unwrap();
        }
        prop_assert_eq!(&from_snapshot, home.owner.ledger());
        let next = Epoch(2);
        prop_assert_eq!(from_records.continue_under(next), from_snapshot.continue_under(next));
    }

    #[test]
    fn sessions_always_add_up(story in prop::collection::vec(happening(), 1..120)) {
        let mut home = Home::new();
        for happening in story {
            home.happen(happening);
            let ledger = home.owner.ledger();
            prop_assert!(everpresent_session::audit::Balance::of(ledger).holds());
            prop_assert!(home.owner.confirmed() <= ledger.last());
            for session in ledger.sessions() {
                let bytes: usize = session.queue.entries().map(|entry| entry.stanza.len()).sum();
                prop_assert_eq!(session.queue.bytes(), bytes);
            }
            let held: usize = ledger.messages().map(|(_, message)| usize::from(message.holders)).sum();
            let queued = ledger.sessions().flat_map(|session| session.queue.entries());
            prop_assert_eq!(held, queued.filter(|entry| entry.spool.is_some()).count());
        }
    }
}
