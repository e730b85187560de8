//! Guests who come and go by day, and of whom some leave a session behind. The same at every run: no randomness. Pure.

use everpresent_audit::line::WebBridgeStats;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// A call that is going on for a while, whatever the traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Place of its bridge in the plan.
    pub bridge: usize,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
}

/// Hours in which guests come: from eight to seven in the evening.
const BUSY_HOURS: std::ops::Range<i8> = 8..19;

/// One in so many minutes brings a guest to a bridge.
const ARRIVALS_ONE_IN: u64 = 4;

/// Shortest call, in minutes, and by how much others are longer at most.
const CALL_MINUTES: (u64, u64) = (15, 45);

/// A step of the traffic.
pub(super) const STEP: SignedDuration = SignedDuration::from_secs(60);

/// Steps between two counts of a Call Bridge: five minutes.
const STEPS_A_COUNT: u64 = 5;

/// Everybody.
#[derive(Debug, Clone)]
pub(super) struct Traffic {
    zone: TimeZone,
    bridges: Vec<BridgeTraffic>,
    guests: Vec<Guest>,
    cores: Vec<CoreTraffic>,
    calls: Vec<Call>,
    steps: u64,
}

/// Sessions of one bridge.
#[derive(Debug, Clone, Copy)]
struct BridgeTraffic {
    /// Of a hundred guests so many leave a session behind.
    leak_percent: u64,
    limit: u32,
    leaked: u32,
    c: u64,
    d: u64,
    /// Calls that restarts have cut.
    cut: u32,
    serves: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct CoreTraffic {
    peak: u32,
}

#[derive(Debug, Clone, Copy)]
struct Guest {
    bridge: usize,
    core: usize,
    leaves: Timestamp,
    leaks: bool,
}

/// CMA calls of a Call Bridge: now, and the highest of the last five minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CoreCount {
    pub(super) now: u32,
    pub(super) peak: u32,
}

impl Traffic {
    /// Nobody yet; each bridge with its share of guests that leak, in a hundred, and its limit.
    pub(super) fn new(bridges: &[(u64, u32)], cores: usize, calls: Vec<Call>, zone: TimeZone) -> Self {
        let bridge = |(leak_percent, limit): &(u64, u32)| BridgeTraffic {
            leak_percent: *leak_percent,
            limit: *limit,
            leaked: 0,
            c: 0,
            d: 0,
            cut: 0,
            serves: true,
        };
        let bridges = bridges.iter().map(bridge).collect();
        let cores = vec![CoreTraffic::default(); cores.max(1)];
        Self { zone, bridges, guests: Vec::new(), cores, calls, steps: 0 }
    }

    /// One step, at whose end it is `now`. Whether the Call Bridges count at it.
    pub(super) fn step(&mut self, now: Timestamp) -> bool {
        self.steps += 1;
        self.depart(now);
        self.arrive(now);
        for core in 0..self.cores.len() {
            self.cores[core].peak = self.cores[core].peak.max(self.on_core(core));
        }
        self.steps.is_multiple_of(STEPS_A_COUNT)
    }

    fn depart(&mut self, now: Timestamp) {
        let bridges = &mut self.bridges;
        self.guests.retain(|guest| {
            let stays = guest.leaves > now;
            if !stays {
                let bridge = &mut bridges[guest.bridge];
                if guest.leaks {
                    bridge.leaked += 1;
                } else {
                    bridge.d += 1;
                }
            }
            stays
        });
    }

    fn arrive(&mut self, now: Timestamp) {
        let before = now.checked_sub(STEP).unwrap_or(now);
        let scripted: Vec<Call> =
            self.calls.iter().filter(|call| before < call.from && call.from <= now).cloned().collect();
        for call in scripted {
            self.admit(call.bridge, call.to, false);
        }
        if !BUSY_HOURS.contains(&self.zone.to_datetime(now).hour()) {
            return;
        }
        for bridge in 0..self.bridges.len() {
            let chance = mixed(self.steps, bridge);
            if !chance.is_multiple_of(ARRIVALS_ONE_IN) {
                continue;
            }
            let minutes = CALL_MINUTES.0 + (chance >> 8) % CALL_MINUTES.1;
            let leaves = now.checked_add(i64::try_from(minutes).unwrap_or(15).minutes()).unwrap_or(now);
            let leaks = (chance >> 24) % 100 < self.bridges[bridge].leak_percent;
            self.admit(bridge, leaves, leaks);
        }
    }

    /// Lets a guest in, unless the bridge is full or does not serve.
    fn admit(&mut self, bridge: usize, leaves: Timestamp, leaks: bool) {
        let full = self.sessions(bridge) >= self.bridges[bridge].limit;
        if !full && self.bridges[bridge].serves {
            self.bridges[bridge].c += 1;
            let core = self.guests.len() % self.cores.len();
            self.guests.push(Guest { bridge, core, leaves, leaks });
        }
    }

    fn on_core(&self, core: usize) -> u32 {
        u32::try_from(self.guests.iter().filter(|guest| guest.core == core).count()).unwrap_or(u32::MAX)
    }

    fn sessions(&self, bridge: usize) -> u32 {
        let live = self.guests.iter().filter(|guest| guest.bridge == bridge).count();
        self.bridges[bridge].leaked + u32::try_from(live).unwrap_or(u32::MAX)
    }

    /// What a Web Bridge counts now.
    pub(super) fn stats(&self, bridge: usize) -> WebBridgeStats {
        let BridgeTraffic { c, d, .. } = self.bridges[bridge];
        WebBridgeStats { sessions: self.sessions(bridge), c, d }
    }

    /// What a Call Bridge counts now; the next peak begins here.
    pub(super) fn count_core(&mut self, core: usize) -> CoreCount {
        let now = self.on_core(core);
        let peak = std::mem::replace(&mut self.cores[core].peak, now).max(now);
        CoreCount { now, peak }
    }

    /// A Web Bridge ends with all its sessions, and does not serve until [`Self::serve`].
    pub(super) fn restart(&mut self, bridge: usize) {
        let live = self.guests.iter().filter(|guest| guest.bridge == bridge).count();
        self.guests.retain(|guest| guest.bridge != bridge);
        let bridge = &mut self.bridges[bridge];
        bridge.cut += u32::try_from(live).unwrap_or(u32::MAX);
        (bridge.leaked, bridge.c, bridge.d, bridge.serves) = (0, 0, 0, false);
    }

    /// A Web Bridge takes guests again.
    pub(super) fn serve(&mut self, bridge: usize) {
        self.bridges[bridge].serves = true;
    }

    /// Whether it takes guests.
    pub(super) fn serves(&self, bridge: usize) -> bool {
        self.bridges[bridge].serves
    }

    /// Sessions that nobody uses any more.
    pub(super) fn leaked(&self, bridge: usize) -> u32 {
        self.bridges[bridge].leaked
    }

    /// Calls that restarts have cut.
    pub(super) fn cut(&self) -> u32 {
        self.bridges.iter().map(|bridge| bridge.cut).sum()
    }
}

/// A number that follows from two others and looks like chance (the finaliser of SplitMix64).
fn mixed(step: u64, bridge: usize) -> u64 {
    let mut mixed =
        step.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (bridge as u64 + 1).wrapping_mul(0xd1b5_4a32_d192_ed03);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A day of two bridges, of which the first leaks half of its guests.
    fn day(calls: Vec<Call>) -> Traffic {
        let mut traffic = Traffic::new(&[(50, 149), (0, 149)], 2, calls, TimeZone::UTC);
        let mut now = at("2026-11-26T00:00:00Z");
        while now < at("2026-11-27T00:00:00Z") {
            now = now.checked_add(STEP).unwrap();
            traffic.step(now);
        }
        traffic
    }

    #[test]
    fn at_night_only_what_leaked_is_left() {
        let mut traffic = day(Vec::new());
        assert!(traffic.leaked(0) > 20 && traffic.leaked(1) == 0, "{}", traffic.leaked(0));
        assert_eq!(traffic.stats(0).sessions, traffic.leaked(0));
        assert_eq!(traffic.stats(0).c - traffic.stats(0).d, u64::from(traffic.leaked(0)));
        assert_eq!(traffic.count_core(0).now, 0);
    }

    #[test]
    fn a_restart_ends_all_sessions_and_counts_the_calls_that_it_cuts() {
        let call = Call { bridge: 0, from: at("2026-11-26T23:30:00Z"), to: at("2026-11-27T01:00:00Z") };
        let mut traffic = day(vec![call]);
        traffic.restart(0);
        assert_eq!(traffic.stats(0), WebBridgeStats { sessions: 0, c: 0, d: 0 });
        assert_eq!((traffic.cut(), traffic.serves(0)), (1, false));
    }

    #[test]
    fn a_full_bridge_takes_nobody() {
        let mut traffic = Traffic::new(&[(100, 10)], 1, Vec::new(), TimeZone::UTC);
        let mut now = at("2026-11-26T00:00:00Z");
        for _ in 0..1440 {
            now = now.checked_add(STEP).unwrap();
            traffic.step(now);
            assert!(traffic.stats(0).sessions <= 10);
        }
        assert_eq!(traffic.stats(0).sessions, 10);
    }
}
