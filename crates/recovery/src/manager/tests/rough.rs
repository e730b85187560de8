//! Whatever happens, in whichever order: no panic, nobody takes what the other takes, transitions end, and a pair that is
//! left in peace comes to rest.

use super::rules::World;
use super::*;

/// Pairs that are treated roughly. The seed is in the message of a failure.
const SEEDS: u64 = 60;
/// Things that happen to each.
const EVENTS: usize = 150;
/// No transition lasts longer: services may start, users may be taken, keepers may take their time.
const LONGEST_TRANSITION_SECONDS: u64 = 600;

/// A small generator: the same numbers everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

fn any_order(numbers: &mut Numbers) -> Order {
    let node = name(["l", "r"][numbers.below(2)]);
    match numbers.below(9) {
        0 | 1 => Order::Failover(node),
        2..=4 => Order::Fallback(node),
        5 => Order::Recover,
        6 => Order::Maintenance { node, length: Duration::from_secs(100) },
        7 => Order::EndMaintenance(node),
        _ if numbers.once_in(2) => Order::Enable,
        _ => Order::Disable { force: numbers.once_in(2) },
    }
}

fn something_happens(world: &mut World, numbers: &mut Numbers) {
    let at = numbers.below(2);
    let service = ["router", "presence-engine"][numbers.below(2)];
    let up = world.pair.nodes[at].up;
    match numbers.below(14) {
        0 | 1 if up => {
            let order = any_order(numbers);
            world.pair.order(at, order);
        }
        2 if up => world.dies(at),
        3 | 4 if !up => world.restarts(at),
        5 if world.pair.link => world.pair.link_breaks(),
        6 if world.pair.nodes.iter().all(|node| node.up) => world.pair.link_comes_up(),
        7 => world.pair.breaks(at, service),
        8 => world.pair.mends(at, service),
        9 if numbers.once_in(3) => world.pair.loses_the_database(at),
        9 => world.pair.has_the_database_again(at),
        10 => world.pair.nodes[at].keeper_refuses = numbers.once_in(2),
        11 => world.pair.nodes[at].mode = [Mode::Protected, Mode::Entering][numbers.below(2)],
        12 if up && numbers.once_in(2) => {
            world.stops[at] = true;
            world.pair.give(at, Input::Stop);
        }
        12 => world.pair.nodes[at].services_refuse = numbers.once_in(2),
        _ => world.quick = numbers.once_in(2),
    }
}

/// What must hold at any moment.
fn check(world: &World, at: &str) {
    let standings = [L, R].map(|node| world.pair.nodes[node].manager.standing());
    let shown = [L, R].map(|node| world.pair.shown(node));
    for (node, standing) in world.pair.nodes.iter().zip(standings).filter(|(node, _)| node.up) {
        if standing.state == NodeState::Idle {
            assert!(node.serves.is_empty(), "{at}: services stopped with users {shown:?}");
        }
        let since = world.pair.now.since(node.manager.status(world.pair.now).since);
        let longest = Duration::from_secs(LONGEST_TRANSITION_SECONDS);
        assert!(!standing.state.is_transition() || since < longest, "{at}: no end {shown:?}");
    }
    if world.pair.link && world.pair.nodes.iter().all(|node| node.up) {
        let [l, r] = standings.map(|standing| standing.state);
        let both = [(l, r), (r, l)].contains(&(NodeState::TakingBack, NodeState::TakingOver));
        assert!(!both, "{at}: both take the same home {shown:?}");
    }
}

fn left_in_peace(world: &mut World, at: &str) {
    for node in [L, R] {
        if world.stops[node] && world.pair.nodes[node].up {
            world.dies(node);
        }
        world.pair.nodes[node].keeper_refuses = false;
        world.pair.nodes[node].services_refuse = false;
        world.pair.nodes[node].mode = Mode::Protected;
        if !world.pair.nodes[node].up {
            world.restarts(node);
        }
        world.pair.nodes[node].services = running();
        world.has_all(node);
    }
    world.pair.link_comes_up();
    world.pair.give(L, Input::Enabled(true));
    world.pair.give(R, Input::Enabled(true));
    // The longest that a pair waits before it recovers by itself, and then some.
    for _ in 0..200 {
        world.lives(25, 5);
        check(world, at);
    }
    let shown = [L, R].map(|node| world.pair.shown(node));
    let crossed = world.pair.nodes.iter().zip(["r", "l"]).all(|(node, other)| node.serves == [name(other)]);
    assert!(world.pair.is_at_rest() || crossed, "{at}: {shown:?}");
    let served: usize = world.pair.nodes.iter().map(|node| node.serves.len()).sum();
    assert_eq!(served, 2, "{at}: {shown:?}");
}

impl World {
    fn has_all(&mut self, node: usize) {
        let idle = self.pair.nodes[node].manager.standing().idle;
        self.pair.has_the_database_again(node);
        let health = if idle { Health::Down("stopped".into()) } else { Health::Up };
        for service in ["router", "presence-engine"] {
            self.pair.service_is(node, service, &health);
        }
    }
}

#[test]
fn a_pair_that_is_treated_roughly() {
    let mut reached = BTreeSet::new();
    for seed in 1..=SEEDS {
        let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let enabled = Parameters::default().with([("enable_automatic_fallback", "true")]).unwrap();
        let parameters = if numbers.once_in(2) { enabled } else { Parameters::default() };
        let mut world = World::new(Pair::normal_with(parameters));
        for event in 0..EVENTS {
            let at = format!("seed {seed}, event {event}");
            something_happens(&mut world, &mut numbers);
            let step = [0, 1, 5, 15][numbers.below(4)];
            if step > 0 {
                let steps = u64::try_from(numbers.below(12)).unwrap();
                world.lives(step * steps, step);
            }
            check(&world, &at);
            reached.extend(world.pair.nodes.iter().map(|node| node.manager.standing().state));
        }
        left_in_peace(&mut world, &format!("seed {seed}, left in peace"));
    }
    assert_eq!(reached, BTreeSet::from(NodeState::ALL), "it is rough enough");
}
