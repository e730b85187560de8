//! Slowing down whoever guesses passwords: by address, and by account.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use everpresent_session::time::Moment;
use everpresent_stanza::BareJid;

use crate::config::Signin;

/// Over which time failures are counted.
const WINDOW: Duration = Duration::from_secs(60);
/// How many addresses or accounts are remembered; when there are more, the oldest windows go.
const MAX_REMEMBERED: usize = 50_000;

/// Failed sign-ins of the last minute.
#[derive(Debug)]
pub struct Throttle {
    settings: Signin,
    failures: Mutex<Failures>,
}

#[derive(Debug, Default)]
struct Failures {
    addresses: HashMap<IpAddr, Window>,
    accounts: HashMap<BareJid, Window>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    since: Moment,
    count: u32,
}

impl Throttle {
    /// A throttle without failures.
    pub fn new(settings: Signin) -> Self {
        Self { settings, failures: Mutex::default() }
    }

    /// Whether sign-ins from this address are refused unseen for now.
    pub fn refuses_address(&self, now: Moment, address: IpAddr) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        count(&failures.addresses, now, &network(address)) >= self.settings.address_failures_per_minute
    }

    /// Whether sign-ins to this account are refused unseen for now. That an account is refused says nothing about
    /// whether it exists: failures are counted for any name.
    pub fn refuses_account(&self, now: Moment, user: &BareJid) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        count(&failures.accounts, now, user) >= self.settings.account_failures_per_minute
    }

    /// Counts a failure.
    pub fn failed(&self, now: Moment, address: IpAddr, user: Option<&BareJid>) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        add(&mut failures.addresses, now, network(address));
        if let Some(user) = user {
            add(&mut failures.accounts, now, user.clone());
        }
    }
}

/// One household or machine: an IPv4 address, or an IPv6 /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

fn count<K: Hash + Eq>(windows: &HashMap<K, Window>, now: Moment, key: &K) -> u32 {
    windows.get(key).filter(|window| now.since(window.since) < WINDOW).map_or(0, |window| window.count)
}

fn add<K: Hash + Eq>(windows: &mut HashMap<K, Window>, now: Moment, key: K) {
    if windows.len() >= MAX_REMEMBERED {
        windows.retain(|_, window| now.since(window.since) < WINDOW);
        if windows.len() >= MAX_REMEMBERED {
            windows.clear();
        }
    }
    let window = windows.entry(key).or_insert(Window { since: now, count: 0 });
    if now.since(window.since) >= WINDOW {
        *window = Window { since: now, count: 0 };
    }
    window.count += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle() -> Throttle {
        let config = crate::config::Config::parse("", std::path::Path::new("test.toml"), &Default::default());
        let mut settings = config.unwrap().signin;
        settings.address_failures_per_minute = 3;
        settings.account_failures_per_minute = 2;
        Throttle::new(settings)
    }

    #[test]
    fn an_address_is_refused_for_the_rest_of_its_minute() {
        let throttle = throttle();
        let address: IpAddr = "2001:db8::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8::2".parse().unwrap();
        for second in 0..3 {
            assert!(!throttle.refuses_address(Moment(second * 1_000), address));
            throttle.failed(Moment(second * 1_000), address, None);
        }
        assert!(throttle.refuses_address(Moment(3_000), neighbour), "the same /64");
        assert!(!throttle.refuses_address(Moment(60_000), address));
    }

    #[test]
    fn an_account_is_refused_wherever_the_guesses_come_from() {
        let throttle = throttle();
        let user = BareJid::new("alice@example.org").unwrap();
        throttle.failed(Moment(0), "192.0.2.1".parse().unwrap(), Some(&user));
        assert!(!throttle.refuses_account(Moment(1), &user));
        throttle.failed(Moment(1), "192.0.2.2".parse().unwrap(), Some(&user));
        assert!(throttle.refuses_account(Moment(2), &user));
    }
}
