//! A process restarts in the middle of each transition, at each of its points.

use super::rules::World;
use super::*;

/// How far a hand-over is when a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    /// It was begun, and keepers were asked.
    Asked,
    /// The homes were yielded, and nobody has claimed them.
    Yielded,
    /// The taker has claimed them and does not serve them yet.
    Claimed,
    /// The taker serves the first of them.
    Served,
}

const POINTS: [Point; 4] = [Point::Asked, Point::Yielded, Point::Claimed, Point::Served];

/// A hand-over of these homes from one node to the other.
struct Story {
    name: &'static str,
    begin: fn() -> Pair,
    giver: usize,
    homes: &'static [&'static str],
}

const STORIES: [Story; 4] = [
    Story { name: "failover by order", begin: failover, giver: L, homes: &["l"] },
    Story { name: "failover for a service", begin: service, giver: L, homes: &["l"] },
    Story { name: "fallback by order", begin: fallback, giver: R, homes: &["l"] },
    Story { name: "swap of roles", begin: swap, giver: R, homes: &["l", "r"] },
];

fn failover() -> Pair {
    let mut pair = Pair::normal();
    assert_eq!(pair.order(L, Order::Failover(name("l"))), "accepted");
    pair
}

fn service() -> Pair {
    let mut pair = Pair::normal();
    pair.breaks(L, "router");
    pair.wait(90);
    pair
}

fn fallback() -> Pair {
    let mut pair = Pair::failed_over();
    assert_eq!(pair.order(R, Order::Fallback(name("l"))), "accepted");
    pair
}

fn swap() -> Pair {
    let mut pair = Pair::failed_over();
    pair.breaks(R, "router");
    pair.wait(90);
    pair
}

impl Story {
    fn at(&self, point: Point) -> World {
        let mut world = World::new((self.begin)());
        let taker = 1 - self.giver;
        let names: Vec<HomeName> = self.homes.iter().map(|home| name(home)).collect();
        assert_eq!(world.pair.nodes[self.giver].asked, names, "{}", self.name);
        if point == Point::Asked {
            return world;
        }
        world.keepers_answer();
        if point == Point::Yielded {
            return world;
        }
        for home in self.homes {
            world.pair.set_row(home, if taker == L { "l" } else { "r" }, false);
        }
        world.pair.beat();
        if point == Point::Served {
            world.pair.serve(taker, self.homes[0]);
        }
        world
    }
}

/// Lets a process die at a point and come back after so many seconds, and all go on.
fn interrupted(story: &Story, point: Point, who: usize, quick: bool, away: u64) -> World {
    let mut world = story.at(point);
    world.quick = quick;
    world.pair.forget();
    world.dies(who);
    world.lives(away, 1);
    world.restarts(who);
    world.lives(400, 1);
    world
}

#[test]
fn wherever_a_process_restarts_the_pair_comes_to_rest_and_all_are_served() {
    for story in &STORIES {
        for point in POINTS {
            for who in [L, R] {
                for (quick, away) in [(true, 0), (true, 2), (false, 2), (false, 200)] {
                    let world = interrupted(story, point, who, quick, away);
                    let at = format!("{}, {point:?}, {who} dies for {away} s, {quick}", story.name);
                    let shown = [L, R].map(|node| world.pair.shown(node));
                    assert!(world.pair.is_at_rest(), "{at}: {shown:?}");
                    let served: Vec<&HomeName> =
                        world.pair.nodes.iter().flat_map(|node| &node.serves).collect();
                    assert_eq!(served.len(), 2, "{at}");
                    for node in &world.pair.nodes {
                        let idle = node.manager.standing().idle;
                        assert_eq!(idle, node.manager.standing().state == NodeState::Idle, "{at}");
                        assert!(!node.states.iter().any(|(state, _)| *state == NodeState::Failed), "{at}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_failover_by_order_is_gone_on_with_by_the_next_process() {
    for point in [Point::Asked, Point::Yielded] {
        for (quick, away) in [(true, 0), (true, 2), (false, 2)] {
            let world = interrupted(&STORIES[0], point, L, quick, away);
            let states = world.pair.states();
            assert_eq!(states, (NodeState::Idle, NodeState::Backup), "{point:?}, {quick}, {away}");
            let reason = world.pair.nodes[R].manager.standing().reason;
            assert_eq!(reason, Reason::OnAdminRequest);
        }
    }
}

#[test]
fn a_fallback_by_order_is_gone_on_with_by_the_next_process_of_the_backup() {
    let world = interrupted(&STORIES[2], Point::Asked, R, true, 0);
    assert_eq!(world.pair.states(), (NodeState::Normal, NodeState::Normal));
}

#[test]
fn a_fallback_by_order_waits_for_the_home_node_that_restarts() {
    let mut world = World::new(Pair::idle());
    world.pair.nodes[L].services_refuse = true;
    assert_eq!(world.pair.order(R, Order::Fallback(name("l"))), "accepted");
    world.lives(10, 1);
    world.dies(L);
    world.lives(5, 1);
    world.restarts(L);
    world.lives(5, 1);
    world.pair.expect("Normal", "Normal");
}

#[test]
fn a_failover_that_was_interrupted_before_the_yield_is_not_begun_again_without_a_partner() {
    let mut pair = failover();
    pair.dies(L);
    pair.dies(R);
    let kept = pair.nodes[L].manager.standing();
    pair.nodes[L] = Node::start(L, &pair.parameters, true, Some(kept), pair.now);
    pair.give(L, Input::Tick);
    pair.serve(L, "l");
    pair.wait(200);
    pair.expect("Normal, Peer Link Down", "down");
    assert!(!pair.nodes[L].manager.standing().idle);
}

#[test]
fn a_failover_waits_for_a_taker_that_restarts() {
    let mut pair = failover();
    pair.dies(R);
    pair.nodes[L].asked.clear();
    pair.give(L, Input::HandOverRefused(name("l"), "the partner is not connected".into()));
    pair.wait(2);
    pair.restarts(R);
    pair.beat();
    pair.expect("Failing Over, On Admin Request", "Initializing, Initialization");
    assert_eq!(pair.nodes[L].asked, [], "it does not know yet what it has");
    pair.serve(R, "r");
    pair.expect("Failing Over, On Admin Request", "Taking Over, On Admin Request");
    assert_eq!(pair.nodes[L].asked, [name("l")]);
    pair.keepers_work();
    pair.expect("Idle, On Admin Request", "Running in Backup Mode, On Admin Request");
}
