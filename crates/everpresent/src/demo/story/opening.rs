//! The node starts, both sign in and become each other's contacts.

use everpresent_client::escape;
use everpresent_server::config::Config;

use super::Cast;
use crate::demo::actor::{Actor, trouble};
use crate::demo::folder::Folder;
use crate::demo::operator;
use crate::demo::ports::Ports;
use crate::demo::server::Server;
use crate::demo::stage::{DOMAIN, Stage, Way, configure};
use crate::demo::teller::{Broken, Title, Trouble};
use crate::failure::Failure;

/// How often other ports are chosen when somebody took one between the look and the start.
const START_ATTEMPTS: usize = 3;

/// Starts the node and makes the accounts.
pub(super) async fn start(stage: &mut Stage) -> Result<(), Broken> {
    let Stage { folder, ports, config, teller, .. } = stage;
    let title = Title { name: "start", text: "the server starts" };
    let started = teller.step(title, async {
        let server = start_somewhere(folder, ports, config).await?;
        let text = format!("a server starts in {}, as process {}", folder.path().display(), server.process);
        Ok((server, text))
    });
    stage.server = Some(started.await?);
    for (usual, chosen) in stage.ports.replaced() {
        stage
            .teller
            .remark("port", &format!("port {usual} is taken on this machine: {chosen} takes its place"));
    }
    let (config, accounts, renew) = (&stage.config, &stage.accounts, stage.new_passwords);
    let title = Title { name: "accounts", text: "alice and bob get accounts" };
    let made = stage.teller.step(title, async {
        let made = operator::accounts(config, accounts, DOMAIN, renew).await?;
        operator::end_sessions(config, accounts, DOMAIN).await?;
        let how = if made == 0 { "have their accounts from an earlier run" } else { "get accounts" };
        Ok(((), format!("alice and bob {how}; only salted keys of their passwords are stored")))
    });
    made.await
}

async fn start_somewhere(folder: &Folder, ports: &mut Ports, config: &mut Config) -> Result<Server, Trouble> {
    for _ in 1..START_ATTEMPTS {
        match Server::start(folder, ports.http_address()).await {
            Err(_) if !ports.are_free() => {
                let failed = |failure: Failure| Trouble::new("other ports", failure.message);
                *ports = Ports::choose().map_err(failed)?;
                *config = configure(folder, *ports).map_err(failed)?;
            }
            started => return started,
        }
    }
    Server::start(folder, ports.http_address()).await
}

/// Both sign in, each in another way.
pub(super) async fn sign_in(stage: &mut Stage) -> Result<Cast, Broken> {
    let title = Title { name: "sign-in-alice", text: "alice signs in" };
    let alice = one(stage, 0, Way::DirectTls, title).await?;
    let title = Title { name: "sign-in-bob", text: "bob signs in" };
    let bob = one(stage, 1, Way::StartTls, title).await?;
    Ok(Cast { alice, bob })
}

async fn one(stage: &mut Stage, account: usize, way: Way, title: Title) -> Result<Actor, Broken> {
    let options = stage.accounts.get(account).map(|account| (account, stage.options(account, way)));
    let signed_in = stage.teller.step(title, async {
        let (account, options) = options.ok_or_else(|| Trouble::new("an account", "none"))?;
        let mut actor = Actor::sign_in(&options?).await?;
        let version = actor.client().tls_version().unwrap_or("no TLS");
        let how = match way {
            Way::DirectTls => "from the first byte",
            Way::StartTls => "after STARTTLS",
        };
        if version != "TLS 1.3" {
            return Err(Trouble::new("TLS 1.3", version));
        }
        let user = &account.user;
        let text =
            format!("{user} signs in over {version} {how}: certificate checked, SCRAM-SHA-256, resumable");
        Ok((actor, text))
    });
    signed_in.await
}

/// Both ask each other for presence, agree, and see each other.
pub(super) async fn befriend(stage: &mut Stage, cast: &mut Cast) -> Result<(), Broken> {
    let Cast { alice, bob } = cast;
    let title = Title { name: "contacts", text: "alice and bob become contacts and see each other" };
    let friends = stage.teller.step(title, async {
        let (alices, bobs) = (alice.account().to_owned(), bob.account().to_owned());
        let known = are_contacts(alice, &bobs).await? && are_contacts(bob, &alices).await?;
        if !known {
            forget(alice, &bobs).await?;
            forget(bob, &alices).await?;
            tell(alice, &bobs, "subscribe").await?;
            bob.presence_type(&alices, "subscribe").await?;
            tell(bob, &alices, "subscribed").await?;
            tell(bob, &alices, "subscribe").await?;
            alice.presence_type(&bobs, "subscribe").await?;
            tell(alice, &bobs, "subscribed").await?;
        }
        alice.presence_of(&bobs).await?;
        bob.presence_of(&alices).await?;
        let how = if known { "are contacts already" } else { "ask each other and agree" };
        Ok(((), format!("they {how}: each sees the other online")))
    });
    friends.await
}

async fn tell(actor: &mut Actor, to: &str, kind: &str) -> Result<(), Trouble> {
    let expected = format!("{} sends a presence of type {kind}", actor.name());
    actor.client().send_presence_to(to, kind).await.map_err(|error| trouble(&expected, &error))
}

/// Whether the contact list says that both see each other (RFC 6121 §2.1.3).
async fn are_contacts(actor: &mut Actor, contact: &str) -> Result<bool, Trouble> {
    let expected = format!("{}'s contact list", actor.name());
    let roster = actor.client().request("get", "", "<query xmlns='jabber:iq:roster'/>").await;
    let roster = roster.map_err(|error| trouble(&expected, &error))?;
    if roster.attribute("type").as_deref() != Some("result") {
        return Err(Trouble::new(expected, roster.as_text()));
    }
    let both = roster.element().find_all("item").any(|item| {
        item.attribute("jid").as_deref() == Some(contact)
            && item.attribute("subscription").as_deref() == Some("both")
    });
    Ok(both)
}

/// Takes a contact off the list: an earlier run may have ended half-way. That there is none is as good.
async fn forget(actor: &mut Actor, contact: &str) -> Result<(), Trouble> {
    let expected = format!("{} forgets {contact}", actor.name());
    let item = format!(
        "<query xmlns='jabber:iq:roster'><item jid='{}' subscription='remove'/></query>",
        escape(contact)
    );
    let answer = actor.client().request("set", "", &item).await;
    answer.map(drop).map_err(|error| trouble(&expected, &error))
}
