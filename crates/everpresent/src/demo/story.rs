//! The story, scene by scene.

mod away;
mod balance;
mod chat;
mod crash;
mod opening;

use super::actor::Actor;
use super::stage::Stage;
use super::teller::{Broken, Title, Trouble};
use crate::failure::Failure;

/// The two who are in it.
pub(super) struct Cast {
    alice: Actor,
    bob: Actor,
}

/// Tells all of it. What did not hold has been told when it ends early.
pub(super) async fn tell(stage: &mut Stage) -> Result<(), Broken> {
    stage.teller.chapter("A server of their own");
    opening::start(stage).await?;
    stage.teller.chapter("Alice and Bob meet");
    let mut cast = opening::sign_in(stage).await?;
    opening::befriend(stage, &mut cast).await?;
    chat::talk(stage, &mut cast).await?;
    stage.teller.chapter("Alice's connection breaks, and nobody notices");
    let cast = chat::cut(stage, cast).await?;
    stage.teller.chapter("Bob is away");
    let mut cast = away::offline(stage, cast).await?;
    away::archive(stage, &mut cast).await?;
    balance::audit(stage).await?;
    stage.teller.chapter("The server is killed in the middle of a word");
    let mut cast = crash::survive(stage, cast).await?;
    away::archive(stage, &mut cast).await?;
    balance::audit(stage).await?;
    stage.teller.chapter("Everybody goes home");
    balance::leave(stage, cast).await
}

/// Stops the node; after a story that held, as its last step.
pub(super) async fn close(stage: &mut Stage, held: bool) -> Result<(), Failure> {
    let Some(mut server) = stage.server.take() else { return Ok(()) };
    if !held {
        // What is wrong has been told; how the node takes its end would only distract from it.
        let _ = server.stop().await;
        return Ok(());
    }
    let title = Title { name: "stop", text: "the server stops in good order" };
    let stop = async move {
        server.stop().await?;
        Ok(((), "the server stops in good order".to_owned()))
    };
    let stopped = stage.teller.step(title, stop).await;
    stopped.map_err(|Broken| Failure::failed("the server did not stop in good order: see above"))
}

/// Compares two lists of message ids.
fn same(expected: &str, wanted: &[String], found: &[String]) -> Result<(), Trouble> {
    if wanted == found {
        return Ok(());
    }
    let missing: Vec<&String> = wanted.iter().filter(|id| !found.contains(id)).collect();
    let (count, wanted) = (found.len(), wanted.len());
    let how = if missing.is_empty() {
        "all of them, but in another order or more than once".to_owned()
    } else {
        format!("missing: {missing:?}")
    };
    Err(Trouble::new(expected, format!("{count} where {wanted} were due; {how}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_doubled_is_said() {
        let ids = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert!(same("all", &ids("a b"), &ids("a b")).is_ok());
        assert!(same("all", &ids("a b"), &ids("a")).unwrap_err().seen.contains("missing: [\"b\"]"));
        assert!(same("all", &ids("a b"), &ids("a b b")).unwrap_err().seen.contains("more than once"));
    }
}
