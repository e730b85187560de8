//! Subscriptions, made by the clients themselves before measuring.

use std::collections::HashSet;
use std::time::Duration;

use everpresent_client::{Client, Error as ClientError};
use tokio::time::timeout;

use crate::error::Error;
use crate::fleet::Fleet;

/// All subscriptions of one broadcaster must have been made within this time.
const SUBSCRIBING: Duration = Duration::from_secs(60);

const ROSTER: &str = "<query xmlns='jabber:iq:roster'/>";

/// Makes each client after the first `broadcasters` a contact of each of those.
pub(super) async fn everybody(
    fleet: &Fleet,
    clients: &mut [Client],
    broadcasters: usize,
) -> Result<(), Error> {
    let (first, contacts) = clients.split_at_mut(broadcasters);
    for (place, broadcaster) in first.iter_mut().enumerate() {
        let subscribed = subscribe_all(fleet, broadcaster, place, contacts, broadcasters);
        let subscribed = timeout(SUBSCRIBING, subscribed).await;
        subscribed.map_err(|_| Error::Preparation("subscriptions take too long".to_owned()))??;
    }
    Ok(())
}

/// Makes every contact see the broadcaster's presence (RFC 6121 §3), where it does not yet.
///
/// Requests and approvals are repeated until the roster shows them, because a server need not tell of a request
/// that was left unanswered before.
async fn subscribe_all(
    fleet: &Fleet,
    broadcaster: &mut Client,
    place: usize,
    contacts: &mut [Client],
    first_contact: usize,
) -> Result<(), Error> {
    let address = fleet.address(place);
    let failed = |cause| Error::client(&fleet.user(place), cause);
    loop {
        let subscribers = subscribers(broadcaster).await.map_err(failed)?;
        let places = (first_contact..).zip(contacts.iter_mut());
        let missing: Vec<_> =
            places.filter(|(place, _)| !subscribers.contains(&fleet.address(*place))).collect();
        if missing.is_empty() {
            return Ok(());
        }
        for (contact_place, contact) in missing {
            contact.send_presence_to(&address, "subscribe").await.map_err(failed)?;
            // The request has been handled, at least on the contact's side, when a later one is answered.
            contact.request("get", "", ROSTER).await.map_err(failed)?;
            let contact = fleet.address(contact_place);
            broadcaster.send_presence_to(&contact, "subscribed").await.map_err(failed)?;
        }
    }
}

/// The contacts in the roster who see this user's presence.
async fn subscribers(client: &mut Client) -> Result<HashSet<String>, ClientError> {
    let roster = client.request("get", "", ROSTER).await?;
    let items = roster.element();
    let items = items.find_all("item").filter(|item| {
        item.attribute("subscription").is_some_and(|subscription| matches!(&*subscription, "from" | "both"))
    });
    Ok(items.filter_map(|item| Some(item.attribute("jid")?.into_owned())).collect())
}
