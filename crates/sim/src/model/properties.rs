//! What must hold, and what must be possible.

use everpresent_recovery::ownership::Adoption;
use stateright::Property;

use super::world::{CALM_TICKS, NOW, Pair, Process, World, Wrong};

pub(super) fn properties(pair: bool) -> Vec<Property<Pair>> {
    let mut properties = vec![
        Property::always("P1: no two processes may serve the home", |_, world: &World| {
            serving(world).count() <= 1
        }),
        Property::always("P1: while one serves, no work of another is accepted", |_, world: &World| {
            accepted_work_is_one(world)
        }),
        Property::always("a takeover adopts only a complete replica", |_, world: &World| {
            world.wrong != Some(Wrong::AdoptedIncomplete)
        }),
        Property::always("a released row stays released until a claim", |_, world: &World| {
            world.wrong != Some(Wrong::Unreleased)
        }),
        Property::always("when all is well again, somebody serves before long", |_, world: &World| {
            world.calm < CALM_TICKS || serving(world).count() == 1
        }),
        Property::sometimes("the home node serves", |_, world: &World| adopted(world, 0, Adoption::Heads)),
        Property::sometimes("an owner fences itself", |_, world: &World| {
            processes(world).any(|process| owns(process) && !process.ownership.may_serve(NOW))
        }),
        Property::sometimes("a fenced owner serves again", |_, world: &World| {
            adopted(world, 0, Adoption::Kept)
        }),
    ];
    if pair {
        properties.extend([
            Property::sometimes("the partner takes over with its replica", |_, world: &World| {
                adopted(world, 1, Adoption::Replica)
            }),
            Property::sometimes("the partner takes over with the session heads", |_, world: &World| {
                adopted(world, 1, Adoption::Heads)
            }),
            Property::sometimes("a record of the owner is confirmed by its partner", |_, world: &World| {
                serving(world).any(|owner| confirmed(world, owner))
            }),
        ]);
    }
    properties
}

fn processes(world: &World) -> impl Iterator<Item = &Process> {
    world.nodes.iter().filter_map(|node| node.process())
}

fn serving(world: &World) -> impl Iterator<Item = &Process> {
    processes(world).filter(|process| process.ownership.may_serve(NOW))
}

fn owns(process: &Process) -> bool {
    process.ownership.epoch().is_some()
}

fn adopted(world: &World, node: usize, adoption: Adoption) -> bool {
    let process = world.nodes.get(node).and_then(|node| node.process());
    process.is_some_and(|process| {
        process.ownership.may_serve(NOW) && process.adopted.is_some_and(|(_, from)| from == adoption)
    })
}

/// Whether a record that `owner` sends would be confirmed by the other node.
fn confirmed(world: &World, owner: &Process) -> bool {
    let Some(epoch) = owner.ownership.epoch() else { return false };
    let other =
        processes(world).find(|process| process.ownership.incarnation() != owner.ownership.incarnation());
    other.is_some_and(|other| other.ownership.confirms(epoch))
}

/// Whether a write of `owner` would pass its fence in the database.
fn written(world: &World, owner: &Process) -> bool {
    world.row.as_ref().is_some_and(|row| {
        Some(row.epoch) == owner.ownership.epoch() && row.incarnation == Some(owner.ownership.incarnation())
    })
}

/// Judged on what is accepted, whether or not its sender thinks that it may serve: it may have been frozen
/// since.
fn accepted_work_is_one(world: &World) -> bool {
    serving(world).all(|server| {
        processes(world)
            .filter(|other| other.ownership.incarnation() != server.ownership.incarnation())
            .all(|other| !confirmed(world, other) && !written(world, other))
    })
}
