//! Chat messages between pairs of users: 0 with 1, 2 with 3, …

use std::rc::Rc;
use std::time::Instant;

use everpresent_client::Client;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::talker::{Manner, Talker};
use super::{be_idle, measure};
use crate::arguments::{Archive, Chat, Target};
use crate::error::Error;
use crate::fleet::Fleet;
use crate::pace::Pacer;
use crate::report::Report;
use crate::tally::{QUIET, Tally};

/// So many messages may wait for one client to be written before the generator gives up on it.
const MAX_WAITING_ORDERS: usize = 100_000;

pub(super) async fn run(fleet: &Rc<Fleet>, target: &Target, settings: &Chat) -> Result<Report, Error> {
    if target.users < 2 || !target.users.is_multiple_of(2) {
        return Err(Error::Arguments("chat needs an even number of --users".to_owned()));
    }
    let mut clients = fleet.sign_in_all(0..target.users, settings.stream_management).await?;
    if let Some(archive) = settings.archive {
        for (place, client) in clients.iter_mut().enumerate() {
            prefer(client, archive, &fleet.user(place)).await?;
        }
    }
    let mut idle = JoinSet::new();
    let others = target.users..target.users + settings.idle_users;
    for client in fleet.sign_in_all(others, settings.stream_management).await? {
        idle.spawn_local(be_idle(client));
    }

    let tally = Rc::new(Tally::new()?);
    let (finish, finished) = watch::channel(false);
    let mut talkers = JoinSet::new();
    let mut mailboxes = Vec::with_capacity(clients.len());
    for (place, client) in clients.into_iter().enumerate() {
        let (orders, inbox) = mpsc::channel(MAX_WAITING_ORDERS);
        let talker = Talker::new(client, Rc::clone(&tally), manner(fleet, settings, place));
        talkers.spawn_local(talker.talk(inbox, finished.clone()));
        mailboxes.push(orders);
    }
    let mut pacing = JoinSet::new();
    if let Some(rate) = settings.rate {
        pacing.spawn_local(give_orders(Rc::clone(&tally), Pacer::new(rate)?, mailboxes));
    }

    let mut report = Report { scenario: "chat", users: target.users, ..Report::default() };
    measure(settings.span, &target.server_pids, &tally, &mut report).await;
    pacing.join_all().await;
    tally.drained(QUIET).await;
    finish.send_replace(true);
    talkers.join_all().await;
    while let Some(ended) = idle.try_join_next() {
        tally.error(&ended.map_or_else(|error| error.to_string(), |error| format!("idle session: {error}")));
    }
    tally.fill(&mut report);
    report.delivery = Some(tally.delivery());
    Ok(report)
}

fn manner(fleet: &Fleet, settings: &Chat, place: usize) -> Manner {
    let closed = settings.rate.is_none();
    // In a closed loop the first of each pair puts the messages on the way, and both answer what they get.
    let begins = closed && place.is_multiple_of(2);
    Manner {
        place,
        partner: fleet.address(place ^ 1),
        body_bytes: settings.body_bytes,
        acknowledge_every: if settings.stream_management { settings.acknowledge_every } else { 0 },
        tokens: if begins { settings.window } else { 0 },
        answers: closed,
    }
}

/// Tells the users in turn to say something, each time at the time meant for it.
async fn give_orders(tally: Rc<Tally>, mut pacer: Pacer, mailboxes: Vec<mpsc::Sender<Instant>>) {
    for mailbox in mailboxes.iter().cycle() {
        let Ok(intended) = pacer.next().await else { return tally.error("the timer failed") };
        if !tally.sending.get() {
            return;
        }
        if mailbox.try_send(intended).is_err() {
            tally.error("a message was not sent: its client is gone or hopelessly behind");
        }
    }
}

async fn prefer(client: &mut Client, archive: Archive, user: &str) -> Result<(), Error> {
    let default = if archive == Archive::Always { "always" } else { "never" };
    let preferences = format!("<prefs xmlns='urn:xmpp:mam:2' default='{default}'><always/><never/></prefs>");
    let answer = client.request("set", "", &preferences).await.map_err(|cause| Error::client(user, cause))?;
    if answer.attribute("type").as_deref() == Some("result") {
        Ok(())
    } else {
        Err(Error::Preparation(format!("archiving preference refused: {}", answer.as_text())))
    }
}
