//! The server is killed while messages are on their way: what it acknowledged is there afterwards.

use std::collections::BTreeSet;
use std::time::Instant;

use everpresent_client::{Error, Event, Frame};

use super::Cast;
use crate::demo::actor::{Actor, Return, trouble};
use crate::demo::server::Server;
use crate::demo::stage::Stage;
use crate::demo::teller::{Broken, Title, Trouble, readable};

/// How many messages alice sends.
const MESSAGES: usize = 40;
/// The server is killed after it acknowledged so many of them.
const KILL_AFTER: usize = 10;

/// What was known when the server was gone.
struct Before {
    alice: Actor,
    bob: Actor,
    /// Messages acknowledged to alice.
    acknowledged: usize,
    killed: Instant,
}

/// Alice writes without a pause, the server is killed, its guardian starts it again, both come back.
pub(super) async fn survive(stage: &mut Stage, cast: Cast) -> Result<Cast, Broken> {
    let ids: Vec<String> = (0..MESSAGES).map(|_| stage.next_id()).collect();
    let server = &mut stage.server;
    let title = Title { name: "kill", text: "the server is killed while alice writes" };
    let before = stage.teller.step(title, async {
        let server = server.as_mut().ok_or_else(|| Trouble::new("a server to kill", "none"))?;
        let before = kill(cast, server, &ids).await?;
        let (count, process) = (before.acknowledged, server.process);
        let text = format!(
            "alice writes {MESSAGES} messages; SIGKILL hits process {process} when {count} of them are acknowledged"
        );
        Ok((before, text))
    });
    let before = before.await?;
    let (folder, http) = (&stage.folder, stage.ports.http_address());
    let server = &mut stage.server;
    let title = Title { name: "restart", text: "the guardian starts the server again" };
    let started = stage.teller.step(title, async {
        let server = server.as_mut().ok_or_else(|| Trouble::new("a guardian", "none"))?;
        server.wait_for_another(folder, http).await?;
        let text =
            format!("its guardian starts it again as process {} with what it had on disk", server.process);
        Ok(((), text))
    });
    started.await?;
    let title =
        Title { name: "return", text: "alice and bob come back, and nothing acknowledged is missing" };
    stage.teller.step(title, come_back(before, &ids)).await
}

async fn kill(cast: Cast, server: &mut Server, ids: &[String]) -> Result<Before, Trouble> {
    let Cast { mut alice, mut bob } = cast;
    bob.settle().await?;
    bob.take_passed();
    let to = bob.account().to_owned();
    // Bob reads, and acknowledges what he reads, until nothing comes any more.
    let (written, read) = tokio::join!(write_and_kill(&mut alice, &to, server, ids), bob.read_to_the_end());
    read?;
    let (acknowledged, killed) = written?;
    Ok(Before { alice, bob, acknowledged, killed })
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

/// Both come back. Alice sends again only what the server had not handled, as its count tells her (XEP-0198 §5).
async fn come_back(before: Before, ids: &[String]) -> Result<(Cast, String), Trouble> {
    let Before { alice, mut bob, acknowledged, killed } = before;
    let mut received = Received::default();
    received.note(ids, bob.take_messages());
    let live = received.ids.len();
    let mut bob = match bob.cut()?.come_back().await? {
        Return::Resumed(bob) | Return::SignedInAnew { actor: bob, .. } => bob,
    };
    let (mut alice, again) = match alice.cut()?.come_back().await? {
        Return::Resumed(_) => {
            return Err(Trouble::new("a new session", "a resumed one: the old process lives"));
        }
        Return::SignedInAnew { handled: None, .. } => {
            return Err(Trouble::new("how many stanzas the server had handled", "no count with the refusal"));
        }
        Return::SignedInAnew { actor, unhandled, .. } => (actor, unhandled),
    };
    let back = killed.elapsed();
    let known = MESSAGES - again.len().min(MESSAGES);
    if known < acknowledged {
        let seen = format!("{known} of {MESSAGES}, after {acknowledged} were acknowledged");
        return Err(Trouble::new("every acknowledged message is still known", seen));
    }
    let expected = "what was not handled is sent again";
    for stanza in &again {
        alice.client().queue(stanza.as_bytes()).map_err(|error| trouble(expected, &error))?;
    }
    alice.client().all_acknowledged().await.map_err(|error| trouble(expected, &error))?;
    bob.settle().await?;
    received.note(ids, bob.take_messages());
    let missing: Vec<&String> = ids.iter().filter(|id| !received.ids.contains(*id)).collect();
    if !missing.is_empty() {
        return Err(Trouble::new(format!("bob has all {MESSAGES}"), format!("missing: {missing:?}")));
    }
    let (again, twice, later) = (again.len(), received.twice, MESSAGES - live);
    let twice = match twice {
        0 => String::new(),
        twice => format!(", and {twice} once more with the same id, as the crash hid that he has them"),
    };
    let text = format!(
        "both are back {} after the kill and nothing is missing: bob had {live}, the other {later} come now{twice}; \
         alice sends again only the {again} that the server's count says it had not handled",
        readable(back)
    );
    Ok((Cast { alice, bob }, text))
}

/// Which of the messages somebody has.
#[derive(Default)]
struct Received {
    ids: BTreeSet<String>,
    twice: usize,
}

impl Received {
    fn note(&mut self, wanted: &[String], messages: Vec<Frame>) {
        for message in messages {
            let Some(id) = message.attribute("id") else { continue };
            if wanted.iter().any(|wanted| *wanted == id) && !self.ids.insert(id.into_owned()) {
                self.twice += 1;
            }
        }
    }
}
