//! Both nodes start, everybody signs in and becomes a contact of others.

use everpresent_client::escape;
use everpresent_stream::scram::SALT_BYTES;

use super::Cast;
use crate::demo::actor::{Actor, trouble};
use crate::demo::crowd;
use crate::demo::folder::NODES;
use crate::demo::operator::{self, NewAccount};
use crate::demo::pair;
use crate::demo::ports::Ports;
use crate::demo::server::Server;
use crate::demo::stage::{GUEST, PEOPLE, Stage, Way, configure};
use crate::demo::teller::{Broken, Title, Trouble};
use crate::failure::Failure;

/// How often other ports are chosen when somebody took one between the look and the start.
const START_ATTEMPTS: usize = 3;
/// The crowd's salt. The same in each run, so that accounts of an earlier one need no new keys.
const GUEST_SALT: [u8; SALT_BYTES] = *b"everpresent demo";

/// Makes certificates and accounts, starts both nodes, lets them take over from each other.
pub(super) async fn start(stage: &mut Stage) -> Result<(), Broken> {
    prepare(stage).await?;
    let title = Title { name: "start", text: "two nodes start" };
    let Stage { folder, ports, configs, servers, teller, .. } = stage;
    let started = teller.step(title, async {
        for attempt in 1.. {
            match start_both(folder, *ports, servers).await {
                Ok(()) => break,
                Err(_) if attempt < START_ATTEMPTS && !ports.iter().all(Ports::are_free) => {
                    *servers = [None, None];
                    let failed = |failure: Failure| Trouble::new("other ports", failure.message);
                    *ports = Ports::choose().map_err(failed)?;
                    *configs = configure(folder, *ports).map_err(failed)?;
                }
                Err(trouble) => return Err(trouble),
            }
        }
        let process = |node: usize| servers[node].as_ref().map_or(0, |server| server.process);
        let text = format!(
            "two nodes start in {}: {} as process {}, {} as process {}, each with its guardian; one SQLite file for both",
            folder.path().display(),
            NODES[0],
            process(0),
            NODES[1],
            process(1)
        );
        Ok(((), text))
    });
    started.await?;
    for (node, ports) in stage.ports.iter().enumerate() {
        for (usual, chosen) in ports.replaced(node) {
            stage
                .teller
                .remark("port", &format!("port {usual} is taken on this machine: {chosen} takes its place"));
        }
    }
    together(stage).await
}

async fn prepare(stage: &mut Stage) -> Result<(), Broken> {
    let title = Title { name: "accounts", text: "everybody gets an account" };
    let accounts = accounts(stage);
    let Stage { folder, configs, teller, new_passwords, sessions, .. } = stage;
    let prepared = teller.step(title, async {
        operator::certificates(folder, &configs[0])?;
        let made = operator::prepare(&configs[0], &accounts?, *new_passwords).await?;
        let how = if made == 0 { "have their accounts from an earlier run" } else { "get accounts" };
        let crowd = sessions.map_or_else(String::new, |sessions| format!(" and {sessions} guests"));
        let (first, second) = (NODES[0], NODES[1]);
        let text = format!(
            "alice, bob{crowd} of {first} and carol of {second} {how}; only salted keys of their passwords are stored"
        );
        Ok(((), text))
    });
    prepared.await
}

fn accounts(stage: &Stage) -> Result<Vec<NewAccount>, Trouble> {
    let mut accounts = Vec::new();
    for (user, node) in PEOPLE {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(|error| Trouble::new("randomness", error.to_string()))?;
        let keys = operator::keys(&stage.account(user)?.password, &salt)?;
        accounts.push(NewAccount { user: user.to_owned(), node, keys });
    }
    let keys = operator::keys(&stage.account(GUEST)?.password, &GUEST_SALT)?;
    let guests = crowd::names(stage.sessions.unwrap_or_default());
    accounts.extend(guests.map(|(user, node)| NewAccount { user, node, keys: keys.clone() }));
    Ok(accounts)
}

async fn start_both(
    folder: &crate::demo::folder::Folder,
    ports: [Ports; 2],
    servers: &mut [Option<Server>; 2],
) -> Result<(), Trouble> {
    let start = |node: usize| Server::start(folder, node, ports[node].http_address());
    let (first, second) = tokio::join!(start(0), start(1));
    *servers = [Some(first?), Some(second?)];
    Ok(())
}

/// Both nodes cover for each other, and nobody is there yet.
async fn together(stage: &mut Stage) -> Result<(), Broken> {
    let Stage { configs, teller, .. } = stage;
    let title = Title { name: "pair", text: "the nodes cover for each other" };
    let ready = teller.step(title, async {
        pair::wait(&configs[0], pair::Goal::Together).await?;
        if !pair::is_enabled(&configs[0]).await? {
            operator::enable(&configs[0]).await?;
        }
        let group = pair::bring_to_normal(&configs[0]).await?;
        for config in configs.iter() {
            operator::end_sessions(config).await?;
        }
        Ok(((), pair::described(&group)))
    });
    ready.await
}

/// All sign in, each on their own node; one of them in another way.
pub(super) async fn sign_in(stage: &mut Stage) -> Result<Cast, Broken> {
    let title = Title { name: "sign-in-alice", text: "alice signs in" };
    let alice = one(stage, PEOPLE[0], Way::DirectTls, title).await?;
    let title = Title { name: "sign-in-bob", text: "bob signs in" };
    let bob = one(stage, PEOPLE[1], Way::StartTls, title).await?;
    let title = Title { name: "sign-in-carol", text: "carol signs in" };
    let carol = one(stage, PEOPLE[2], Way::DirectTls, title).await?;
    Ok(Cast { alice, bob, carol })
}

async fn one(
    stage: &mut Stage,
    (user, node): (&str, usize),
    way: Way,
    title: Title,
) -> Result<Actor, Broken> {
    let options = stage.account(user).and_then(|account| stage.options(account, way));
    let signed_in = stage.teller.step(title, async {
        let mut actor = Actor::sign_in(&options?, node).await?;
        let version = actor.client().tls_version().unwrap_or("no TLS");
        let how = match way {
            Way::DirectTls => "from the first byte",
            Way::StartTls => "after STARTTLS",
        };
        if version != "TLS 1.3" {
            return Err(Trouble::new("TLS 1.3", version));
        }
        let text = format!(
            "{user} signs in on {} over {version} {how}: certificate checked, SCRAM-SHA-256, resumable",
            NODES[node]
        );
        Ok((actor, text))
    });
    signed_in.await
}

/// Alice and bob, and alice and carol, ask each other for presence, agree, and see each other.
pub(super) async fn befriend(stage: &mut Stage, cast: &mut Cast) -> Result<(), Broken> {
    let Cast { alice, bob, carol } = cast;
    let title =
        Title { name: "contacts", text: "alice gets bob and carol as contacts, and they see each other" };
    let friends = stage.teller.step(title, async {
        let known = contacts(alice, bob).await?;
        contacts(alice, carol).await?;
        let how = if known { "are contacts already" } else { "ask each other and agree" };
        Ok(((), format!("alice and bob, and alice and carol, {how}: they see each other online")))
    });
    friends.await
}

/// Whether they were contacts before.
async fn contacts(left: &mut Actor, right: &mut Actor) -> Result<bool, Trouble> {
    let (lefts, rights) = (left.account().to_owned(), right.account().to_owned());
    let known = are_contacts(left, &rights).await? && are_contacts(right, &lefts).await?;
    if !known {
        forget(left, &rights).await?;
        forget(right, &lefts).await?;
        tell(left, &rights, "subscribe").await?;
        right.presence_type(&lefts, "subscribe").await?;
        tell(right, &lefts, "subscribed").await?;
        tell(right, &lefts, "subscribe").await?;
        left.presence_type(&rights, "subscribe").await?;
        tell(left, &rights, "subscribed").await?;
    }
    left.presence_of(&rights).await?;
    right.presence_of(&lefts).await?;
    Ok(known)
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
