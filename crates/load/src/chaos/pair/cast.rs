//! Who plays in a scene.

use super::crowd::Part;
use super::profanity;
use super::server::{Account, DOMAIN};
use super::stage::Plan;
use crate::chaos::arguments::Layout;

/// Where all sessions are on one node, so many clients on the other one write to them, as much as those do together:
/// somebody must write while they are away.
const OUTSIDERS: u32 = 10;
/// How much more than others Profanity's correspondent writes.
const CORRESPONDENT_TURNS: usize = 2;

/// All clients of a scene.
pub(crate) struct Cast {
    /// Pairs who write to each other, and watchers who see their presence.
    pub(crate) crowd: Vec<Part>,
    /// Clients of slixmpp, in pairs too.
    pub(crate) slixmpp: Vec<Part>,
    /// Whether somebody with Profanity talks with one of the crowd.
    pub(crate) profanity: bool,
}

impl Cast {
    /// The cast that the plan asks for.
    pub(crate) fn of(plan: &Plan<'_>) -> Self {
        let sessions = plan.sessions / 2 * 2;
        let mut crowd: Vec<Part> = (0..sessions).map(|place| writer("user", place, plan.layout)).collect();
        if plan.layout == Layout::One {
            crowd.extend((0..OUTSIDERS.min(sessions)).map(|place| outsider(place, sessions)));
        }
        let watchers = plan.pair.watchers.min(sessions);
        for watcher in 0..watchers {
            let places = (watcher..sessions).step_by(watchers as usize);
            crowd.push(Part {
                name: format!("watcher{watcher}"),
                home: watcher as usize % 2,
                partners: Vec::new(),
                turns: 0,
                watched: places.map(|place| address("user", place)).collect(),
            });
        }
        let profanity = plan.pair.profanity || plan.pair.restart_both;
        if profanity {
            let address = format!("{}@{DOMAIN}", profanity::NAME);
            let name = profanity::CORRESPONDENT.to_owned();
            crowd.push(Part {
                name,
                home: 0,
                partners: vec![address.clone()],
                turns: CORRESPONDENT_TURNS,
                watched: vec![address],
            });
        }
        let beside = plan.pair.slixmpp / 2 * 2;
        Self {
            crowd,
            slixmpp: (0..beside).map(|place| writer("slixmpp", place, plan.layout)).collect(),
            profanity,
        }
    }

    /// The accounts of all.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        let parts = self.crowd.iter().chain(&self.slixmpp);
        let mut accounts: Vec<Account> =
            parts.map(|part| Account { name: part.name.clone(), home: part.home }).collect();
        if self.profanity {
            accounts.push(Account { name: profanity::NAME.to_owned(), home: 1 });
        }
        accounts
    }

    /// How many wait for the presence of others.
    pub(crate) fn watchers(&self) -> usize {
        self.crowd.iter().filter(|part| !part.watched.is_empty()).count()
    }
}

/// One of a pair.
fn writer(kind: &str, place: u32, layout: Layout) -> Part {
    let home = match layout {
        // Of four pairs two write within a node, each within another one, and two across.
        Layout::Split => [0, 0, 1, 0, 1, 1, 0, 1][place as usize % 8],
        Layout::One => 0,
    };
    let partners = vec![address(kind, place ^ 1)];
    Part { name: format!("{kind}{place}"), home, partners, turns: 1, watched: Vec::new() }
}

/// One who writes from the other node, to every tenth of those on the first.
fn outsider(place: u32, sessions: u32) -> Part {
    let partners = (place..sessions).step_by(OUTSIDERS as usize);
    Part {
        name: format!("outsider{place}"),
        home: 1,
        partners: partners.map(|partner| address("user", partner)).collect(),
        turns: (sessions / OUTSIDERS).max(1) as usize,
        watched: Vec::new(),
    }
}

fn address(kind: &str, place: u32) -> String {
    format!("{kind}{place}@{DOMAIN}")
}
