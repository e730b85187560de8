//! Chaos: real server processes, killed under traffic, and clients that keep book.
//!
//! What counts is only what clients saw: which of their messages were acknowledged to them, and which ones reached
//! their recipients: live, stored until after a restart, or from the archive at the end. A message that was
//! acknowledged and reached nobody is a violation of promise P2.

pub mod arguments;
mod book;
mod conclusion;
mod node;
mod person;
mod report;
mod rounds;

pub use report::Report;

use crate::Error;
use arguments::{Arguments, Scene};

/// Plays a scene; progress goes to standard output. Needs a [`tokio::task::LocalSet`].
///
/// # Errors
/// When the scene could not be played at all. What it found is in the report.
pub async fn run(arguments: &Arguments) -> Result<Report, Error> {
    match &arguments.scene {
        Scene::Single(single) => rounds::play(single, arguments.json).await,
        Scene::Pair => {
            Err(Error::Arguments("two nodes that cover for each other are not there yet".to_owned()))
        }
    }
}
