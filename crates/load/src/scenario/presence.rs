//! Presence changes told to all contacts.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use everpresent_client::{Client, Error as ClientError, Event};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::measure;
use crate::arguments::{Presence, Target};
use crate::error::Error;
use crate::fleet::Fleet;
use crate::marker::Marker;
use crate::pace::Pacer;
use crate::report::Report;
use crate::tally::{Arrivals, QUIET, Tally};

mod subscribe;

/// One broadcaster's changes on their way.
struct Broadcast {
    contacts: u64,
    sent: Cell<u64>,
    delivered: Cell<u64>,
    progress: Notify,
}

impl Broadcast {
    /// Changes that not every contact has seen.
    fn on_the_way(&self) -> u64 {
        self.sent.get() - self.delivered.get() / self.contacts
    }
}

pub(super) async fn run(fleet: &Rc<Fleet>, target: &Target, settings: &Presence) -> Result<Report, Error> {
    let broadcasters = settings.broadcasters;
    if broadcasters == 0 || target.users <= broadcasters {
        return Err(Error::Arguments("presence needs more --users than --broadcasters".to_owned()));
    }
    let mut clients = fleet.sign_in_all(0..target.users, false).await?;
    subscribe::everybody(fleet, &mut clients, broadcasters).await?;

    let tally = Rc::new(Tally::new()?);
    let contacts = (target.users - broadcasters) as u64;
    let broadcasts: Rc<[Broadcast]> = (0..broadcasters)
        .map(|_| Broadcast { contacts, sent: Cell::new(0), delivered: Cell::new(0), progress: Notify::new() })
        .collect();
    let window = settings.window as u64;
    let (finish, finished) = watch::channel(false);
    let mut tasks = JoinSet::new();
    for (place, client) in clients.into_iter().enumerate() {
        let (tally, broadcasts, finished) = (Rc::clone(&tally), Rc::clone(&broadcasts), finished.clone());
        if place < broadcasters {
            let pacer = settings.rate.map(|rate| Pacer::new(rate / broadcasters as f64)).transpose()?;
            tasks.spawn_local(take_part(client, Rc::clone(&tally), finished, async move |client| {
                broadcast(client, &tally, place, &broadcasts, pacer, window).await
            }));
        } else {
            tasks.spawn_local(take_part(client, Rc::clone(&tally), finished, async move |client| {
                watch_others(client, &tally, &broadcasts).await
            }));
        }
    }

    let mut report = Report { scenario: "presence", users: target.users, ..Report::default() };
    measure(settings.span, &target.server_pids, &tally, &mut report).await;
    tally.drained(QUIET).await;
    finish.send_replace(true);
    tasks.join_all().await;
    tally.fill(&mut report);
    report.delivery = Some(tally.delivery());
    Ok(report)
}

/// Plays a part until told to finish, then leaves.
async fn take_part(
    mut client: Client,
    tally: Rc<Tally>,
    mut finished: watch::Receiver<bool>,
    part: impl AsyncFnOnce(&mut Client) -> Result<(), ClientError>,
) {
    let ended = tokio::select! {
        ended = part(&mut client) => ended,
        _ = finished.wait_for(|finished| *finished) => Ok(()),
    };
    match ended {
        Ok(()) => super::leave(client).await,
        Err(error) => tally.error(&error),
    }
}

/// Changes this user's presence at its rate or, without one, as soon as the window allows.
async fn broadcast(
    client: &mut Client,
    tally: &Tally,
    place: usize,
    broadcasts: &[Broadcast],
    mut pacer: Option<Pacer>,
    window: u64,
) -> Result<(), ClientError> {
    let broadcast = &broadcasts[place];
    loop {
        let next = async {
            match &mut pacer {
                Some(pacer) => pacer.next().await,
                None => {
                    while !tally.sending.get() || broadcast.on_the_way() >= window {
                        broadcast.progress.notified().await;
                    }
                    Ok(Instant::now())
                }
            }
        };
        tokio::select! {
            event = client.next() => {
                if matches!(event?, Event::Closed) {
                    return Err(ClientError::Disconnected);
                }
            }
            intended = next => {
                let intended = intended?;
                if tally.sending.get() {
                    let marker = tally.marker(place, broadcast.sent.get(), intended);
                    client.queue(format!("<presence><status>{marker}</status></presence>").as_bytes())?;
                    broadcast.sent.set(broadcast.sent.get() + 1);
                    tally.sent(broadcast.contacts);
                    client.flush().await?;
                }
            }
        }
    }
}

/// Counts the changes that come in.
async fn watch_others(
    client: &mut Client,
    tally: &Tally,
    broadcasts: &[Broadcast],
) -> Result<(), ClientError> {
    let mut arrivals: Vec<Arrivals> = broadcasts.iter().map(|_| Arrivals::default()).collect();
    loop {
        let presence = match client.next().await? {
            Event::Presence(presence) => presence,
            Event::Closed => return Err(ClientError::Disconnected),
            _ => continue,
        };
        let marker = presence.text("status").and_then(|status| Marker::parse(&status));
        let Some(marker) =
            marker.filter(|marker| marker.run == tally.run && marker.sender < broadcasts.len())
        else {
            continue;
        };
        if tally.arrived(marker, &mut arrivals[marker.sender]) {
            let broadcast = &broadcasts[marker.sender];
            broadcast.delivered.set(broadcast.delivered.get() + 1);
            if broadcast.delivered.get().is_multiple_of(broadcast.contacts) {
                broadcast.progress.notify_one();
            }
        }
    }
}
