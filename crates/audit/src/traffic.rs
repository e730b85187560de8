//! A model of meetings on a deployment, for tests and rehearsals: guests come and go, some of their sessions stay for
//! ever, and servers write about it as real ones do. What really leaked is known at every moment.
//!
//! It is no server and does not claim to be one: it has no calls, only counts of them. The same [`Plan`] gives the same
//! lines on every machine.

mod dice;
mod plan;
mod write;

pub use plan::Plan;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::{SignedDuration, Timestamp};

use dice::Dice;

/// How often a Web Bridge of the model counts its sessions.
const SESSIONS_EVERY_SECONDS: i64 = 60;
/// How often a Call Bridge counts its calls, as real ones do.
const CALLS_EVERY_SECONDS: i64 = 300;

/// One line that a server wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// When.
    pub at: Timestamp,
    /// Which server.
    pub server: String,
    /// The line, with the header of a syslog file and without line end.
    pub line: String,
}

/// The model at a moment.
#[derive(Debug)]
pub struct Traffic {
    plan: Plan,
    dice: Dice,
    now: Timestamp,
    web: Vec<WebBridge>,
    call: Vec<CallBridge>,
    /// Who is there, by when they begin to talk or leave.
    guests: BinaryHeap<Reverse<Guest>>,
}

/// A Web Bridge of the model.
#[derive(Debug, Clone, Copy, Default)]
struct WebBridge {
    live: u32,
    leaked: u32,
    /// Parts of a session that are still to leak: so the rate is even.
    owed: f64,
    /// How often it was started: guests of an earlier start are gone.
    starts: u32,
    c: u64,
    d: u64,
}

/// A Call Bridge of the model.
#[derive(Debug, Clone, Copy, Default)]
struct CallBridge {
    now: u32,
    /// Since its last count.
    peak: u32,
}

/// One guest and what comes next for him.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Guest {
    next_second: i64,
    /// While he looks at the landing page, when he will leave the call.
    leaves_second: Option<i64>,
    web: usize,
    call: usize,
    start: u32,
}

impl Traffic {
    /// The model at the beginning of its plan: nobody is there.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        let (web, call) = (plan.web_bridges.len(), plan.call_bridges.len());
        Self {
            dice: Dice::new(plan.seed),
            now: plan.from,
            web: vec![WebBridge::default(); web],
            call: vec![CallBridge::default(); call],
            guests: BinaryHeap::new(),
            plan,
        }
    }

    /// The moment up to which everything has happened.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Sessions that leaked on a Web Bridge since it was started: the truth that an audit looks for.
    #[must_use]
    pub fn leaked(&self, web_bridge: usize) -> u32 {
        self.web.get(web_bridge).map_or(0, |bridge| bridge.leaked)
    }

    /// Sessions of guests who are there.
    #[must_use]
    pub fn live(&self, web_bridge: usize) -> u32 {
        self.web.get(web_bridge).map_or(0, |bridge| bridge.live)
    }

    /// CMA calls of a Call Bridge.
    #[must_use]
    pub fn calls(&self, call_bridge: usize) -> u32 {
        self.call.get(call_bridge).map_or(0, |bridge| bridge.now)
    }

    /// Lets time pass, second by second, and gives what was written, in order.
    pub fn run_to(&mut self, until: Timestamp) -> Vec<Written> {
        let mut written = Vec::new();
        while let Ok(next) = self.now.checked_add(SignedDuration::from_secs(1))
            && next <= until
        {
            self.now = next;
            self.move_guests();
            self.let_in();
            self.write_counts(&mut written);
        }
        written
    }

    /// Puts so many guests into calls at once, who stay for a while.
    pub fn add_call(&mut self, web_bridge: usize, call_bridge: usize, seconds: i64) {
        if let (Some(web), Some(call)) = (self.web.get_mut(web_bridge), self.call.get_mut(call_bridge)) {
            web.live += 1;
            web.c += 1;
            call.now += 1;
            call.peak = call.peak.max(call.now);
            let next_second = self.now.as_second() + seconds;
            let start = web.starts;
            self.guests.push(Reverse(Guest {
                next_second,
                leaves_second: None,
                web: web_bridge,
                call: call_bridge,
                start,
            }));
        }
    }

    /// Starts a Web Bridge anew, as `webbridge restart` does: all sessions are gone, calls over it are cut. Gives the line
    /// that shows the command.
    pub fn restart(&mut self, web_bridge: usize, user: &str, from: &str) -> Option<Written> {
        let bridge = self.web.get_mut(web_bridge)?;
        *bridge = WebBridge { starts: bridge.starts + 1, ..WebBridge::default() };
        for Reverse(guest) in &self.guests {
            let cut =
                guest.web == web_bridge && guest.leaves_second.is_none() && guest.start + 1 == bridge.starts;
            if cut && let Some(call) = self.call.get_mut(guest.call) {
                call.now = call.now.saturating_sub(1);
            }
        }
        let name = self.plan.web_bridges.get(web_bridge)?;
        Some(write::command(self.now, name, user, from, "webbridge restart"))
    }

    /// Whose time has come begins to talk, or leaves, or seems to.
    fn move_guests(&mut self) {
        let second = self.now.as_second();
        while self.guests.peek().is_some_and(|Reverse(guest)| guest.next_second <= second) {
            let Some(Reverse(guest)) = self.guests.pop() else { return };
            let (web, call) = (&mut self.web[guest.web], &mut self.call[guest.call]);
            if web.starts != guest.start {
                continue;
            }
            if let Some(leaves) = guest.leaves_second {
                call.now += 1;
                call.peak = call.peak.max(call.now);
                self.guests.push(Reverse(Guest { next_second: leaves, leaves_second: None, ..guest }));
                continue;
            }
            call.now -= 1;
            web.live -= 1;
            web.owed += self.plan.leak_share.get(guest.web).copied().unwrap_or(0.0);
            if web.owed >= 1.0 {
                web.owed -= 1.0;
                web.leaked += 1;
            } else {
                web.d += 1;
            }
        }
    }

    fn let_in(&mut self) {
        if self.web.is_empty()
            || self.call.is_empty()
            || !self.dice.happens(self.plan.guests_per_second(self.now))
        {
            return;
        }
        let (web, call) = (self.dice.below(self.web.len()), self.dice.below(self.call.len()));
        let bridge = &mut self.web[web];
        if bridge.live + bridge.leaked >= self.plan.limit {
            return;
        }
        bridge.live += 1;
        bridge.c += 1;
        let begins = self.now.as_second() + self.dice.between(self.plan.landing_seconds);
        let leaves = begins + self.dice.between(self.plan.call_seconds);
        let start = bridge.starts;
        self.guests.push(Reverse(Guest {
            next_second: begins,
            leaves_second: Some(leaves),
            web,
            call,
            start,
        }));
    }

    /// Each server counts at a second of its own.
    fn write_counts(&mut self, written: &mut Vec<Written>) {
        let second = self.now.as_second();
        let due =
            |every: i64, number: usize| second.rem_euclid(every) == own_second(number).rem_euclid(every);
        for (number, (bridge, name)) in self.web.iter().zip(&self.plan.web_bridges).enumerate() {
            if due(SESSIONS_EVERY_SECONDS, number) {
                let (c, d) = (bridge.c, bridge.d);
                written.push(write::sessions(self.now, name, bridge.live + bridge.leaked, c, d));
            }
        }
        for (number, (bridge, name)) in self.call.iter_mut().zip(&self.plan.call_bridges).enumerate() {
            if due(CALLS_EVERY_SECONDS, number) {
                written.push(write::calls(self.now, name, bridge.now, bridge.peak));
                bridge.peak = bridge.now;
            }
        }
    }
}

/// When a server counts: a prime number of seconds between two of them.
fn own_second(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(0) * 73 + 11
}

#[cfg(test)]
mod tests;
