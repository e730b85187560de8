//! Who there is: nodes, homes, people and their clients. Everybody is everybody's contact.

use everpresent_session::ids::HomeName;
use everpresent_stanza::{BareJid, FullJid};

/// How many nodes, and how many homes; node `n` is the home node of home `n`.
pub(super) const NODES: usize = 3;

const HOMES: [&str; NODES] = ["imp1", "imp2", "imp3"];

/// Name, home, and clients with whether they use stream management.
type Entry = (&'static str, usize, &'static [(&'static str, bool)]);

const PEOPLE: [Entry; 7] = [
    ("alice", 0, &[("phone", true)]),
    ("bob", 0, &[("phone", true), ("laptop", true)]),
    ("carol", 0, &[("old", false)]),
    ("dave", 1, &[("phone", true)]),
    ("erin", 1, &[("old", false)]),
    ("frank", 2, &[("phone", true)]),
    ("grace", 2, &[("old", false)]),
];

/// Somebody with an account.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) jid: BareJid,
    pub(super) home: usize,
}

/// A client's address.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) person: usize,
    pub(super) jid: FullJid,
    pub(super) managed: bool,
}

/// The address book of a run; never changes.
#[derive(Debug)]
pub(super) struct People {
    pub(super) homes: Vec<HomeName>,
    pub(super) persons: Vec<Person>,
    pub(super) clients: Vec<Address>,
}

impl People {
    pub(super) fn new() -> Self {
        let mut people =
            Self { homes: HOMES.map(HomeName::new).into(), persons: Vec::new(), clients: Vec::new() };
        for (person, (name, home, clients)) in PEOPLE.iter().enumerate() {
            let bare = format!("{name}@example.org");
            let jid = BareJid::new(&bare).expect("the names above are addresses");
            people.persons.push(Person { jid, home: *home });
            for (resource, managed) in *clients {
                let jid = FullJid::new(&format!("{bare}/{resource}")).expect("the names above are addresses");
                people.clients.push(Address { person, jid, managed: *managed });
            }
        }
        people
    }

    pub(super) fn client_at(&self, jid: &FullJid) -> Option<usize> {
        self.clients.iter().position(|client| client.jid == *jid)
    }

    pub(super) fn home_of(&self, client: usize) -> usize {
        self.persons[self.clients[client].person].home
    }
}

/// The nodes that may own a home: its home node first.
pub(super) fn nodes_of(home: usize) -> &'static [usize] {
    match home {
        0 => &[0, 1],
        1 => &[1, 0],
        _ => &[2],
    }
}

/// The homes that a node may own.
pub(super) fn homes_of(node: usize) -> &'static [usize] {
    if node == 2 { &[2] } else { &[0, 1] }
}

/// The other node of the group.
pub(super) fn partner_of(node: usize) -> Option<usize> {
    (node < 2).then(|| 1 - node)
}
