//! A node is killed while messages are on their way: its partner goes on with the same sessions.

use std::time::{Duration, Instant};

use everpresent_client::{Error, Event};

use super::chat::saw_nothing;
use super::{Cast, same};
use crate::demo::actor::{Actor, trouble};
use crate::demo::archive;
use crate::demo::folder::NODES;
use crate::demo::operator;
use crate::demo::pair::{self, Goal};
use crate::demo::server::Server;
use crate::demo::stage::Stage;
use crate::demo::teller::{Broken, Title, Trouble, readable};

/// How many messages alice sends.
const MESSAGES: usize = 40;
/// The server is killed after it acknowledged so many of them.
const KILL_AFTER: usize = 10;

/// What was known when the server was gone.
struct Before {
    cast: Cast,
    killed: Instant,
    /// Messages acknowledged to alice.
    acknowledged: usize,
}

/// Alice writes without a pause, her node is killed, she and bob resume on the other one.
pub(super) async fn survive(stage: &mut Stage, cast: Cast) -> Result<Cast, Broken> {
    let ids: Vec<String> = (0..MESSAGES).map(|_| stage.next_said()).collect();
    let server = &mut stage.servers[0];
    let title = Title { name: "kill", text: "the node of alice and bob is killed while alice writes" };
    let before = stage.teller.step(title, async {
        let server = server.as_mut().ok_or_else(|| Trouble::new("a server to kill", "none"))?;
        let before = kill(cast, server, &ids).await?;
        let (count, process) = (before.acknowledged, server.process);
        let text = format!(
            "alice writes {MESSAGES} messages; SIGKILL hits {}, process {process}, when {count} of them are acknowledged",
            NODES[0]
        );
        Ok((before, text))
    });
    let before = before.await?;
    let killed = before.killed;
    let title = Title { name: "takeover", text: "alice and bob resume on the other node" };
    let resumed = stage.teller.step(title, async {
        let (cast, back) = resume(before.cast, killed).await?;
        let addresses = format!("{} and {}", cast.alice.address(), cast.bob.address());
        let text = format!(
            "both resume their sessions on {}, {} after the kill, still as {addresses}",
            NODES[1],
            readable(back)
        );
        Ok((cast, text))
    });
    let mut cast = resumed.await?;
    let title = Title { name: "exactly-once", text: "each message arrives once" };
    let all_there = stage.teller.step(title, all_arrive(&mut cast, &ids));
    all_there.await?;
    let title = Title { name: "unnoticed", text: "contacts saw nothing" };
    let unnoticed = stage.teller.step(title, async {
        saw_nothing(&mut cast.carol).await?;
        saw_nothing(&mut cast.alice).await?;
        Ok(((), "nobody noticed: carol, alice and bob saw no presence change at all".to_owned()))
    });
    unnoticed.await?;
    Ok(cast)
}

async fn kill(mut cast: Cast, server: &mut Server, ids: &[String]) -> Result<Before, Trouble> {
    cast.settle().await?;
    let to = cast.bob.account().to_owned();
    // Bob reads, and acknowledges what he reads, until nothing comes any more.
    let (written, read) =
        tokio::join!(write_and_kill(&mut cast.alice, &to, server, ids), cast.bob.read_to_the_end());
    read?;
    let (acknowledged, killed) = written?;
    Ok(Before { cast, killed, acknowledged })
}

/// Returns how many messages were acknowledged, and when the server was gone.
async fn write_and_kill(
    alice: &mut Actor,
    to: &str,
    server: &mut Server,
    ids: &[String],
) -> Result<(usize, Instant), Trouble> {
    let expected = format!("{KILL_AFTER} of {MESSAGES} messages acknowledged");
    let mut acknowledged = 0;
    let (first, second) = ids.split_at(MESSAGES / 2);
    write(alice, to, first).await.map_err(|error| trouble(&expected, &error))?;
    while acknowledged < KILL_AFTER {
        acknowledged += alice
            .wait(&expected, |event| match event {
                Event::Acknowledged { stanzas, .. } => Some(*stanzas),
                _ => None,
            })
            .await?;
    }
    write(alice, to, second).await.map_err(|error| trouble(&expected, &error))?;
    server.kill()?;
    let killed = Instant::now();
    Ok((acknowledged + alice.read_to_the_end().await?, killed))
}

async fn write(alice: &mut Actor, to: &str, ids: &[String]) -> Result<(), Error> {
    for id in ids {
        let message = format!("<message to='{to}' id='{id}' type='chat'><body>word {id}</body></message>");
        alice.client().queue(message.as_bytes())?;
        alice.client().queue_acknowledgement_request();
    }
    alice.client().flush().await
}

async fn resume(cast: Cast, killed: Instant) -> Result<(Cast, Duration), Trouble> {
    let Cast { alice, bob, carol } = cast;
    let (alice, bob) = (alice.cut()?, bob.cut()?);
    let (alice, bob) = tokio::join!(alice.resume_elsewhere(), bob.resume_elsewhere());
    Ok((Cast { alice: alice?, bob: bob?, carol }, killed.elapsed()))
}

/// On resuming, alice's client has sent again what the server's count says it had not handled (XEP-0198 §5).
async fn all_arrive(cast: &mut Cast, ids: &[String]) -> Result<((), String), Trouble> {
    let Cast { alice, bob, .. } = cast;
    let acknowledged = alice.client().all_acknowledged().await;
    acknowledged.map_err(|error| trouble("all messages are acknowledged", &error))?;
    bob.settle().await?;
    let received: Vec<String> = bob
        .take_passed()
        .into_iter()
        .filter_map(|event| match event {
            Event::Message(frame) => Some(frame.attribute("id")?.into_owned()),
            Event::Presence(frame) => Some(frame.as_text().into_owned()),
            _ => None,
        })
        .collect();
    same("all of them, each once and in order, and no presence", ids, &received)?;
    Ok(((), format!("the rest is delivered: bob has all {MESSAGES}, each exactly once and in order")))
}

/// The killed node is back and waits; then its users go home by order.
pub(super) async fn come_home(stage: &mut Stage, cast: Cast) -> Result<Cast, Broken> {
    let Stage { folder, servers, configs, teller, .. } = stage;
    let title = Title { name: "failed-over", text: "the killed node is back and waits" };
    let back = teller.step(title, async {
        let server = servers[0].as_mut().ok_or_else(|| Trouble::new("a guardian", "none"))?;
        server.wait_for_another(folder).await?;
        let group = pair::wait(&configs[1], Goal::FailedOver).await?;
        let text = format!(
            "its guardian has started {} again as process {}. {}",
            NODES[0],
            server.process,
            pair::described(&group)
        );
        Ok(((), text))
    });
    back.await?;
    let title = Title { name: "fallback", text: "alice and bob go home by order" };
    teller.step(title, fall_back(&configs[1], cast)).await
}

async fn fall_back(
    config: &everpresent_server::config::Config,
    mut cast: Cast,
) -> Result<(Cast, String), Trouble> {
    cast.settle().await?;
    operator::fallback(config, 0).await?;
    let (alice, bob) = tokio::join!(cast.alice.read_to_the_end(), cast.bob.read_to_the_end());
    alice.and(bob)?;
    let (mut cast, away) = resume(cast, Instant::now()).await?;
    let group = pair::wait(config, Goal::Normal).await?;
    for actor in [&mut cast.alice, &mut cast.bob, &mut cast.carol] {
        saw_nothing(actor).await?;
    }
    let text = format!(
        "by order their sessions go home: both are let go and resume on {} {} later, still unnoticed. {}",
        NODES[0],
        readable(away),
        pair::described(&group)
    );
    Ok((cast, text))
}

/// Bob asks the archive for the whole conversation.
pub(super) async fn archive(stage: &mut Stage, cast: &mut Cast) -> Result<(), Broken> {
    let said = &stage.said;
    let (alices, bob) = (cast.alice.account().to_owned(), &mut cast.bob);
    let title = Title { name: "archive", text: "the archive has the whole conversation" };
    let asked = stage.teller.step(title, async {
        let found = archive::last_messages(bob, &alices, said.len()).await?;
        same("the whole conversation, each message once and in order", said, &found)?;
        let count = found.len();
        Ok(((), format!("bob asks the archive: all {count} messages of the conversation, once and in order")))
    });
    asked.await
}
