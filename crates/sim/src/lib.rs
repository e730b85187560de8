//! Seeded simulator, client model and checkers for the promises.

pub mod model;
pub mod pair;
pub mod planted;
pub mod simulation;
