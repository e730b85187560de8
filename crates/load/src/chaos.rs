//! Chaos: real server processes, killed under traffic, and clients that keep book.
//!
//! What counts is only what clients saw: which of their messages were acknowledged to them, and which ones reached
//! their recipients: live, stored until after a restart, or from the archive at the end. A message that was
//! acknowledged and reached nobody is a violation of promise P2.

pub mod arguments;
mod book;
mod conclusion;
mod node;
mod pair;
mod person;
mod report;
mod rounds;

use crate::Error;
use arguments::{Arguments, Scene};

/// What came of a scene.
#[derive(Debug)]
pub struct Outcome {
    /// What is to be said in the end; nothing if it has been said already.
    pub text: Option<String>,
    /// Whether all promises were kept.
    pub holds: bool,
}

/// Plays a scene; progress goes to standard output. Needs a [`tokio::task::LocalSet`].
///
/// # Errors
/// When the scene could not be played at all. What it found is in the outcome.
pub async fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    match &arguments.scene {
        Scene::Single(single) => {
            let report = rounds::play(single, arguments.json).await?;
            let text = if arguments.json { report.json() } else { format!("\n{report}") };
            Ok(Outcome { text: Some(text), holds: report.holds() })
        }
        Scene::Pair(pair) => pair::play(pair, arguments.json).await,
    }
}
