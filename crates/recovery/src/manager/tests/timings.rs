//! When things happen with nothing configured: heartbeats every 15 s, and the manager is called when it asks for it.

use super::*;

impl Pair {
    /// Time goes by as in a server: heartbeats at their interval, and calls only when the managers want them.
    fn runs(&mut self, seconds: u64, mut each: impl FnMut(&Self) -> bool) -> Option<Moment> {
        let end = self.now.after(Duration::from_secs(seconds));
        let interval = self.parameters.keep_alive_interval;
        let mut beat = self.now.after(interval);
        while self.now < end {
            let wakes =
                self.nodes.iter().filter(|node| node.up).filter_map(|node| node.manager.next_wake(self.now));
            self.now = wakes.chain([beat, end]).min().unwrap_or(end);
            if self.now == beat {
                beat = self.now.after(interval);
                self.beat();
            }
            for at in [L, R] {
                self.give(at, Input::Tick);
            }
            if each(self) {
                return Some(self.now);
            }
        }
        None
    }
}

#[test]
fn a_dead_peer_is_logged_after_60_to_62_seconds() {
    let mut pair = Pair::normal();
    pair.runs(40, |_| false);
    let last = pair.now;
    pair.dies(L);
    let logged = |pair: &Pair| pair.nodes[R].lines.iter().any(|line| line.starts_with("peer down"));
    let at = pair.runs(200, logged).expect("it is logged");
    // The last heartbeat came up to one interval before the death.
    assert!((45..=62).contains(&at.since(last).as_secs()), "{at:?}");
    let lines = &pair.nodes[R].lines;
    let seconds =
        lines.iter().find_map(|line| line.strip_prefix("peer down, time since last heartbeat[s]= "));
    assert!((60..=62).contains(&seconds.unwrap().parse::<u64>().unwrap()));
}

#[test]
fn a_service_failover_begins_after_90_seconds() {
    let mut pair = Pair::normal();
    pair.runs(40, |_| false);
    let down = pair.now;
    pair.breaks(L, "router");
    let fails = |pair: &Pair| pair.shown(L).starts_with("Failing Over");
    let at = pair.runs(600, fails).expect("it fails over");
    assert_eq!(at.since(down), Duration::from_secs(90));
}

#[test]
fn an_automatic_fallback_begins_after_30_minutes() {
    let enabled = Parameters::default().with([("enable_automatic_fallback", "true")]);
    let mut pair = Pair::failed_over_with(enabled.unwrap());
    let healthy = pair.now;
    let at = pair.runs(4_000, |pair| pair.shown(R).starts_with("Falling Back")).expect("it falls back");
    assert_eq!(at.since(healthy), Duration::from_secs(1_800));
}

#[test]
fn nobody_falls_back_by_itself_unless_told_so() {
    let mut pair = Pair::failed_over();
    assert_eq!(pair.runs(40_000, |pair| pair.shown(R).starts_with("Falling Back")), None);
}

#[test]
fn all_that_comes_by_time_alone_is_asked_for() {
    let failed = |pair: &Pair| pair.shown(L).starts_with("Running in Failed Mode");
    let mut pair = Pair::idle();
    pair.nodes[L].services_refuse = true;
    let ordered = pair.now;
    pair.order(R, Order::Fallback(name("l")));
    let at = pair.runs(600, failed).expect("services do not start");
    assert_eq!(at.since(ordered), Duration::from_secs(120));
    let mut pair = Pair::failed();
    let since = pair.now;
    let at = pair.runs(600, |pair| pair.shown(L) == "Normal").expect("it recovers by itself");
    assert_eq!(at.since(since), Duration::from_millis(60_001), "having been seen to look anew");
    let mut pair = Pair::normal();
    let began = pair.now;
    pair.order(L, Order::Maintenance { node: name("l"), length: Duration::from_secs(100) });
    let at = pair.runs(600, |pair| pair.shown(L) == "Normal").expect("it ends by itself");
    assert_eq!(at.since(began), Duration::from_secs(100));
}
