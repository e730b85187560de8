//! All chat; then alice's connection is cut and she resumes.

use everpresent_client::Event;

use super::{Cast, same};
use crate::demo::actor::Actor;
use crate::demo::folder::NODES;
use crate::demo::stage::Stage;
use crate::demo::teller::{Broken, Title, Trouble};

/// What bob writes while alice is away.
const MISSED: [&str; 3] = ["Did you see that?", "Hello?", "I'll just go on, you will read it later."];

/// Messages between users of one node, and between users of both.
pub(super) async fn talk(stage: &mut Stage, cast: &mut Cast) -> Result<(), Broken> {
    let Cast { alice, bob, carol } = cast;
    let title = Title { name: "alice-to-bob", text: "alice writes to bob" };
    let id = stage.next_said();
    message(stage, (alice, bob), (&id, "Are you there?"), title).await?;
    let title = Title { name: "bob-to-alice", text: "bob writes to alice" };
    let id = stage.next_said();
    message(stage, (bob, alice), (&id, "Ever present."), title).await?;
    across(stage, (alice, carol)).await
}

/// A message each way between users of different homes.
pub(super) async fn across(
    stage: &mut Stage,
    (alice, carol): (&mut Actor, &mut Actor),
) -> Result<(), Broken> {
    let title = Title { name: "alice-to-carol", text: "alice writes to carol on the other node" };
    let id = stage.next_id();
    message(stage, (alice, carol), (&id, "Still on your own machine?"), title).await?;
    let title = Title { name: "carol-to-alice", text: "carol answers" };
    let id = stage.next_id();
    message(stage, (carol, alice), (&id, "Yes, and you?"), title).await
}

async fn message(
    stage: &mut Stage,
    (from, to): (&mut Actor, &mut Actor),
    (id, body): (&str, &str),
    title: Title,
) -> Result<(), Broken> {
    let sent = stage.teller.step(title, async {
        let address = to.account().to_owned();
        from.say(&address, id, body).await?;
        let received = to.message(id).await?;
        match received.text("body") {
            Some(text) if text == body => {}
            other => return Err(Trouble::new(format!("the text {body:?}"), format!("{other:?}"))),
        }
        let (sender, receiver) = (from.name(), to.name());
        let way = if from.node() == to.node() {
            format!("both on {}", NODES[to.node()])
        } else {
            format!("from {} to {}", NODES[from.node()], NODES[to.node()])
        };
        Ok((
            (),
            format!("{sender} writes “{body}” ({way}): {receiver} has it, {sender} has the receipt that it is safe"),
        ))
    });
    sent.await
}

/// Alice's connection dies; bob goes on writing; alice resumes.
pub(super) async fn cut(stage: &mut Stage, cast: Cast) -> Result<Cast, Broken> {
    let Cast { mut alice, mut bob, carol } = cast;
    let ids: Vec<String> = MISSED.iter().map(|_| stage.next_said()).collect();
    let alices = alice.account().to_owned();
    let title = Title { name: "cut", text: "alice's connection is cut while bob writes to her" };
    let absent = stage.teller.step(title, async {
        // Nothing of before may be taken for something of after.
        alice.settle().await?;
        alice.take_passed();
        bob.settle().await?;
        bob.take_passed();
        let absent = alice.cut()?;
        for (id, body) in ids.iter().zip(MISSED) {
            bob.say(&alices, id, body).await?;
        }
        let count = MISSED.len();
        Ok((
            absent,
            format!("alice's connection is cut; bob writes {count} messages, all acknowledged as safe"),
        ))
    });
    let absent = absent.await?;
    let title = Title { name: "resume", text: "alice resumes and gets what she missed, once" };
    let resumed = stage.teller.step(title, async {
        let mut alice = absent.resume().await?;
        alice.settle().await?;
        let messages = alice.take_messages();
        let received: Vec<String> =
            messages.iter().filter_map(|message| Some(message.attribute("id")?.into_owned())).collect();
        same("exactly the missed messages, once and in order", &ids, &received)?;
        let count = received.len();
        Ok((
            alice,
            format!("alice resumes the same session and gets exactly those {count}, once and in order"),
        ))
    });
    let mut alice = resumed.await?;
    let title = Title { name: "steady-presence", text: "bob never saw alice leave" };
    let steady = stage.teller.step(title, async {
        saw_nothing(&mut bob).await?;
        Ok(((), "bob's contact list never flickered: for him alice was there all the time".to_owned()))
    });
    steady.await?;
    alice.take_passed();
    Ok(Cast { alice, bob, carol })
}

/// Whether somebody has seen no presence change since they were last looked at.
///
/// # Errors
/// When they have.
pub(super) async fn saw_nothing(actor: &mut Actor) -> Result<(), Trouble> {
    actor.settle().await?;
    let seen = actor.take_passed().into_iter().find_map(|event| match event {
        Event::Presence(frame) => Some(frame),
        _ => None,
    });
    match seen {
        None => Ok(()),
        Some(frame) => {
            Err(Trouble::new(format!("{} sees no presence at all", actor.name()), frame.as_text()))
        }
    }
}
