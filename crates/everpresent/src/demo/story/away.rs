//! Bob is offline and gets what was written; the archive has it all.

use super::{Cast, same};
use crate::demo::actor::Actor;
use crate::demo::archive;
use crate::demo::stage::Stage;
use crate::demo::teller::{Broken, Title, Trouble};

/// What alice writes meanwhile.
const LATER: [&str; 2] = ["Gone already?", "Then read this tomorrow."];

/// Bob signs out, alice writes, bob signs in.
pub(super) async fn offline(stage: &mut Stage, cast: Cast) -> Result<Cast, Broken> {
    let Cast { mut alice, bob } = cast;
    let ids: Vec<String> = LATER.iter().map(|_| stage.next_id()).collect();
    let bobs = bob.account().to_owned();
    let title = Title { name: "offline", text: "bob signs out and alice writes to him" };
    let options = stage.teller.step(title, async {
        let options = bob.sign_out().await?;
        alice.presence_type(&bobs, "unavailable").await?;
        for (id, body) in ids.iter().zip(LATER) {
            alice.say(&bobs, id, body).await?;
        }
        let count = LATER.len();
        Ok((
            options,
            format!("bob signs out and alice sees him leave; she writes {count} messages, which are stored"),
        ))
    });
    let options = options.await?;
    let title = Title { name: "delivery", text: "bob signs in and gets what was stored" };
    let delivered = stage.teller.step(title, async {
        let mut bob = Actor::sign_in(&options).await?;
        bob.settle().await?;
        let messages = bob.take_messages();
        let received: Vec<String> =
            messages.iter().filter_map(|message| Some(message.attribute("id")?.into_owned())).collect();
        same("exactly the stored messages, once and in order", &ids, &received)?;
        let mut times = messages.iter().map(|message| {
            let delay = message.element().find("delay")?;
            delay.attribute("stamp").map(std::borrow::Cow::into_owned)
        });
        let first = times.next().flatten();
        let first = first.filter(|_| times.all(|time| time.is_some()));
        let first =
            first.ok_or_else(|| Trouble::new("the time of writing on each", "a message without a delay"))?;
        let count = received.len();
        Ok((
            bob,
            format!("bob signs in again and gets those {count}, marked with the time of writing ({first})"),
        ))
    });
    let bob = delivered.await?;
    Ok(Cast { alice, bob })
}

/// Bob asks the archive for the whole conversation.
pub(super) async fn archive(stage: &mut Stage, cast: &mut Cast) -> Result<(), Broken> {
    let said = &stage.said;
    let (alices, bob) = (cast.alice.account().to_owned(), &mut cast.bob);
    let title = Title { name: "archive", text: "the archive has the whole conversation" };
    let asked = stage.teller.step(title, async {
        let found = archive::last_messages(bob, &alices, said.len()).await?;
        same("the whole conversation, each message once and in order", said, &found)?;
        Ok((
            (),
            format!(
                "bob asks the archive: all {} messages of the conversation, once and in order",
                found.len()
            ),
        ))
    });
    asked.await
}
