//! The story, scene by scene.

mod balance;
mod chat;
mod crowd;
mod opening;
mod takeover;

use super::actor::Actor;
use super::stage::Stage;
use super::teller::{Broken, Title, Trouble};
use crate::failure::Failure;

/// Those who are in it.
pub(super) struct Cast {
    alice: Actor,
    bob: Actor,
    carol: Actor,
}

impl Cast {
    /// Everything that came so far is forgotten: nothing of before may be taken for something of after.
    async fn settle(&mut self) -> Result<(), Trouble> {
        for actor in [&mut self.alice, &mut self.bob, &mut self.carol] {
            actor.settle().await?;
            actor.take_passed();
        }
        Ok(())
    }
}

/// Tells all of it. What did not hold has been told when it ends early.
pub(super) async fn tell(stage: &mut Stage) -> Result<(), Broken> {
    stage.teller.chapter("Two nodes, one service");
    opening::start(stage).await?;
    stage.teller.chapter("Alice, Bob and Carol meet");
    let mut cast = opening::sign_in(stage).await?;
    opening::befriend(stage, &mut cast).await?;
    chat::talk(stage, &mut cast).await?;
    stage.teller.chapter("Alice's connection breaks, and nobody notices");
    let cast = chat::cut(stage, cast).await?;
    stage.teller.chapter("Her node is killed in the middle of a word, and nobody notices");
    let mut cast = takeover::survive(stage, cast).await?;
    chat::across(stage, (&mut cast.alice, &mut cast.carol)).await?;
    takeover::archive(stage, &mut cast).await?;
    stage.teller.chapter("The node is back");
    let mut cast = takeover::come_home(stage, cast).await?;
    chat::across(stage, (&mut cast.alice, &mut cast.carol)).await?;
    takeover::archive(stage, &mut cast).await?;
    balance::audit(stage).await?;
    stage.teller.chapter("Everybody goes home");
    balance::leave(stage, cast).await?;
    match stage.sessions {
        Some(sessions) => crowd::perform(stage, sessions).await,
        None => Ok(()),
    }
}

/// Stops the nodes; after a story that held, as its last step.
pub(super) async fn close(stage: &mut Stage, held: bool) -> Result<(), Failure> {
    if !held {
        // What is wrong has been told; how the nodes take their end would only distract from it.
        let _ = stage.close().await;
        return Ok(());
    }
    let title = Title { name: "stop", text: "both nodes stop in good order" };
    let mut servers = std::mem::take(&mut stage.servers);
    let stop = async {
        for server in servers.iter_mut().flatten() {
            server.stop().await?;
        }
        Ok(((), "both nodes stop in good order, one after the other".to_owned()))
    };
    let stopped = stage.teller.step(title, stop).await;
    stopped.map_err(|Broken| Failure::failed("the nodes did not stop in good order: see above"))
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
