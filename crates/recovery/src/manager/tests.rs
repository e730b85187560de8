//! Two nodes `l` and `r`, each the home node of a home of its name, with the default parameters unless a story says
//! otherwise. What the rules of ownership would do is done by hand here: the managers only look on.

mod alerts;
mod failed;
mod failing;
mod harness;
mod maintenance;
mod matrix;
mod orders;
mod restarts;
mod rough;
mod rules;
mod services;
mod starting;
mod steady;
mod stopping;
mod table;
mod timings;
mod told;

use std::time::Duration;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::*;
use harness::{record, running};

/// What is kept of each row.
#[derive(Clone, PartialEq)]
struct Row {
    home: HomeName,
    owner: HomeName,
    released: bool,
}

struct Node {
    manager: Manager,
    name: HomeName,
    up: bool,
    database: bool,
    serves: Vec<HomeName>,
    mode: Mode,
    keeper_refuses: bool,
    services: Vec<ServiceFacts>,
    /// Services that are told to start do not come up.
    services_refuse: bool,
    /// Effects that are neither states, hand-overs nor lines.
    seen: Vec<Effect>,
    lines: Vec<String>,
    states: Vec<(NodeState, Reason)>,
    /// Homes that the keeper was asked to hand over.
    asked: Vec<HomeName>,
}

struct Pair {
    now: Moment,
    nodes: [Node; 2],
    rows: Vec<Row>,
    link: bool,
    parameters: Parameters,
}

fn name(text: &str) -> HomeName {
    HomeName::new(text)
}

/// Both nodes by index.
const L: usize = 0;
const R: usize = 1;

impl Node {
    fn start(at: usize, parameters: &Parameters, enabled: bool, kept: Option<Standing>, now: Moment) -> Self {
        Self::start_with(at, parameters, now, |start| {
            start.enabled = enabled;
            start.persisted = kept;
        })
    }

    fn start_with(at: usize, parameters: &Parameters, now: Moment, change: impl FnOnce(&mut Start)) -> Self {
        let names = [name("l"), name("r")];
        let mut start = Start {
            node: names[at].clone(),
            partner: Some(names[1 - at].clone()),
            parameters: parameters.clone(),
            enabled: true,
            persisted: None,
            maintenance: None,
            version: "1.2.3".into(),
        };
        change(&mut start);
        Self {
            manager: Manager::new(start, now),
            name: names[at].clone(),
            up: true,
            database: true,
            serves: Vec::new(),
            mode: Mode::Protected,
            keeper_refuses: false,
            services: running(),
            services_refuse: false,
            seen: Vec::new(),
            lines: Vec::new(),
            states: Vec::new(),
            asked: Vec::new(),
        }
    }
}

impl Pair {
    /// Two processes that start and find no rows; nobody serves anything.
    fn cold() -> Self {
        Self::cold_with(Parameters::default(), true)
    }

    fn cold_with(parameters: Parameters, enabled: bool) -> Self {
        let now = Moment(1_000_000);
        let nodes = [L, R].map(|at| Node::start(at, &parameters, enabled, None, now));
        let mut pair = Self { now, nodes, rows: Vec::new(), link: false, parameters };
        for at in [L, R] {
            pair.tell_services(at);
            pair.give(at, Input::Tick);
        }
        pair
    }

    /// Both serve their users, and each has the other's sessions.
    fn normal() -> Self {
        Self::normal_with(Parameters::default())
    }

    fn normal_with(parameters: Parameters) -> Self {
        let mut pair = Self::cold_with(parameters, true);
        pair.link_comes_up();
        pair.serve(L, "l");
        pair.serve(R, "r");
        pair.beat();
        pair.expect("Normal", "Normal");
        pair.forget();
        pair
    }

    /// `l` was failed over by order and is `Idle`.
    fn idle() -> Self {
        let mut pair = Self::normal();
        pair.order(L, Order::Failover(name("l")));
        pair.keepers_work();
        pair.expect("Idle, On Admin Request", "Running in Backup Mode, On Admin Request");
        pair.forget();
        pair
    }

    /// `l` died, `r` took over, and `l` has come back.
    fn failed_over_with(parameters: Parameters) -> Self {
        let mut pair = Self::normal_with(parameters);
        pair.dies(L);
        pair.serve(R, "l");
        pair.restarts(L);
        pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
        pair.forget();
        pair
    }

    fn failed_over() -> Self {
        Self::failed_over_with(Parameters::default())
    }

    fn give(&mut self, at: usize, input: Input) -> Vec<Effect> {
        if !self.nodes[at].up {
            return Vec::new();
        }
        let mut effects = Vec::new();
        for effect in self.nodes[at].manager.handle(self.now, input) {
            let node = &mut self.nodes[at];
            match effect.clone() {
                Effect::SetState(standing) => {
                    node.states.push((standing.state, standing.reason));
                    record(self);
                    self.heartbeat(at);
                }
                Effect::SendHeartbeat => self.heartbeat(at),
                Effect::HandOver(home) => node.asked.push(home),
                Effect::Log(line) => node.lines.push(line.to_string()),
                other => node.seen.push(other),
            }
            effects.push(effect);
        }
        self.services_obey(at, &effects);
        record(self);
        effects
    }

    fn heartbeat(&mut self, from: usize) {
        let node = &self.nodes[from];
        if !(self.link && node.up && self.nodes[1 - from].up) {
            return;
        }
        let Standing { state, reason, .. } = node.manager.standing();
        let services = node.manager.status(self.now).reported;
        let report =
            PeerReport { state, reason, serves: node.serves.clone(), services, version: "1.2.0".into() };
        self.give(1 - from, Input::Heartbeat(report));
    }

    /// Tells a node what it serves and what it reads in the rows.
    fn look(&mut self, at: usize) {
        let node = &self.nodes[at];
        let facts = |home: &str| {
            let row = self.rows.iter().find(|row| row.home == name(home));
            HomeFacts {
                home: name(home),
                home_node: name(home),
                owner: row.map(|row| row.owner.clone()),
                released: row.is_some_and(|row| row.released),
                served: node.serves.contains(&name(home)),
                mode: node.mode,
            }
        };
        let homes = vec![facts("l"), facts("r")];
        self.give(at, Input::Homes(homes));
    }

    /// Both look and tell each other.
    fn beat(&mut self) {
        for at in [L, R] {
            self.look(at);
            self.heartbeat(at);
        }
        for at in [L, R] {
            self.look(at);
        }
    }

    fn set_row(&mut self, home: &str, owner: &str, released: bool) {
        self.rows.retain(|row| row.home != name(home));
        self.rows.push(Row { home: name(home), owner: name(owner), released });
    }

    /// The rules of ownership let a node claim a home, and it serves it.
    fn serve(&mut self, at: usize, home: &str) {
        let owner = self.nodes[at].name.clone();
        self.set_row(home, owner.as_str(), false);
        self.nodes[1 - at].serves.retain(|served| *served != name(home));
        self.look(at);
        self.nodes[at].serves.push(name(home));
        self.beat();
    }

    /// A node stops serving without giving up what it owns.
    fn stops_serving(&mut self, at: usize) -> Vec<HomeName> {
        let served = std::mem::take(&mut self.nodes[at].serves);
        self.look(at);
        served
    }

    /// Keepers carry out the hand-overs that they were asked for, and the partner takes the homes.
    fn keepers_work(&mut self) {
        for at in [L, R] {
            for home in std::mem::take(&mut self.nodes[at].asked) {
                if self.nodes[at].keeper_refuses {
                    self.give(at, Input::HandOverRefused(home, "the replica is behind".into()));
                } else {
                    self.yields(at, &home);
                    self.serve(1 - at, home.as_str());
                }
            }
        }
        self.beat();
    }

    fn yields(&mut self, at: usize, home: &HomeName) {
        self.nodes[at].serves.retain(|served| served != home);
        self.look(at);
        self.give(at, Input::HandedOver(home.clone()));
    }

    fn link_comes_up(&mut self) {
        self.link = true;
        for at in [L, R] {
            self.give(at, Input::LinkUp);
        }
        self.beat();
    }

    fn link_breaks(&mut self) {
        self.link = false;
        for at in [L, R] {
            self.give(at, Input::LinkLost);
        }
    }

    fn dies(&mut self, at: usize) {
        self.nodes[at].up = false;
        self.nodes[at].asked.clear();
        self.nodes[at].serves.clear();
        self.link = false;
        self.give(1 - at, Input::LinkLost);
    }

    /// A new process of a dead node starts with what the last one kept, and is connected.
    fn restarts(&mut self, at: usize) {
        let kept = self.nodes[at].manager.standing();
        self.nodes[at] = Node::start(at, &self.parameters, true, Some(kept), self.now);
        self.tell_services(at);
        self.give(at, Input::Tick);
        self.link_comes_up();
    }

    fn database(&mut self, at: usize, reachable: bool) {
        self.nodes[at].database = reachable;
        self.give(at, Input::Database { reachable });
    }

    /// Seconds go by, with heartbeats while the link stands.
    fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now = Moment(self.now.0 + 1_000);
            for at in [L, R] {
                self.give(at, Input::Tick);
            }
            self.beat();
        }
    }

    /// Gives an order to a node, which passes it on if it is for the other; the answer is the operator's.
    fn order(&mut self, at: usize, order: Order) -> String {
        let answer = self.ask(at, order, Asker::Operator);
        self.keep_promises();
        answer
    }

    fn ask(&mut self, at: usize, order: Order, asker: Asker) -> String {
        let effects = self.give(at, Input::Order { order, asker });
        let mut answers = effects.iter().filter_map(|effect| match effect {
            Effect::OrderAccepted => Some("accepted".to_owned()),
            Effect::OrderRefused(refusal) => Some(refusal.to_string()),
            Effect::Forward(_) => Some("forwarded".to_owned()),
            _ => None,
        });
        let answer = answers.next().expect("every order is answered in the same call");
        assert_eq!(answers.next(), None, "and once");
        let forwarded = effects.iter().find_map(|effect| match effect {
            Effect::Forward(order) => Order::parse(order.name(), &order.arguments()),
            _ => None,
        });
        match forwarded {
            Some(order) => self.ask(1 - at, order, Asker::Peer),
            None => answer,
        }
    }

    /// What was stored in the settings reaches both nodes.
    fn keep_promises(&mut self) {
        let stored = |effect: &Effect| match effect {
            Effect::StoreEnabled(enabled) => Some(*enabled),
            _ => None,
        };
        let found = self.nodes.iter().flat_map(|node| &node.seen).find_map(stored);
        if let Some(enabled) = found {
            self.nodes.iter_mut().for_each(|node| node.seen.retain(|effect| stored(effect).is_none()));
            self.give(L, Input::Enabled(enabled));
            self.give(R, Input::Enabled(enabled));
            self.beat();
        }
    }

    fn forget(&mut self) {
        for node in &mut self.nodes {
            node.seen.clear();
            node.lines.clear();
            node.states.clear();
        }
    }

    /// What both nodes show: the state, with the reason after a comma unless that is Normal. `down` for a dead one.
    #[track_caller]
    fn expect(&self, l: &str, r: &str) {
        let shown = [L, R].map(|at| self.shown(at));
        assert_eq!(shown, [l, r].map(str::to_owned));
    }

    fn shown(&self, at: usize) -> String {
        let Standing { state, reason, .. } = self.nodes[at].manager.standing();
        match (self.nodes[at].up, reason) {
            (false, _) => "down".to_owned(),
            (true, Reason::Normal) => state.to_string(),
            (true, reason) => format!("{state}, {reason}"),
        }
    }

    /// The states that a node went through since [`Pair::forget`].
    fn way(&self, at: usize) -> Vec<NodeState> {
        let mut way: Vec<NodeState> = self.nodes[at].states.iter().map(|(state, _)| *state).collect();
        way.dedup();
        way
    }

    fn saw(&self, at: usize, effect: &Effect) -> bool {
        self.nodes[at].seen.contains(effect)
    }

    #[track_caller]
    fn logged(&self, at: usize, line: &str) {
        let lines = &self.nodes[at].lines;
        assert!(lines.iter().any(|logged| logged == line), "{line:?} is not among {lines:#?}");
    }
}
