//! How a run begins, and what happens by itself.

use everpresent_stanza::FullJid;

use super::agenda::Event;
use super::client::Client;
use super::truth::Broken;
use super::world::World;

/// Who chats, and whether with stream management.
const CLIENTS: [(&str, bool); 5] = [
    ("alice@example.org/phone", true),
    ("bob@example.org/phone", true),
    ("bob@example.org/laptop", true),
    ("carol@example.org/old", false),
    ("dave@example.org/phone", true),
];

/// How often deadlines and retries are looked at.
const TICK_MS: u64 = 50;

impl World {
    pub(super) fn set_up(&mut self) {
        let jids = CLIENTS.iter().filter_map(|(jid, managed)| Some((FullJid::new(jid).ok()?, *managed)));
        self.clients =
            jids.enumerate().map(|(index, (jid, managed))| Client::new(index, jid, managed)).collect();
        for index in 0..self.clients.len() {
            let at = self.clock + self.rng.u64(..500);
            self.agenda.add(at, Event::Client(index));
        }
        self.start(0);
        self.start(1);
        self.agenda.add(self.clock, Event::Tick);
        self.agenda.add(self.clock + 2_000, Event::Fault);
    }

    pub(super) fn tick(&mut self) -> Result<(), Broken> {
        self.agenda.add(self.clock + TICK_MS, Event::Tick);
        let now = self.now();
        if let Some(home) = &mut self.home {
            let before = home.owner.mode();
            home.owner.tick(now.moment);
            let after = home.owner.mode();
            if before != after {
                self.trace(|| format!("mode {after:?}"));
            }
        }
        self.resend_records();
        self.expire()?;
        self.consider_takeover()
    }
}
