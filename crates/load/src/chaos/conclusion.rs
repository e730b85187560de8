//! The end of a user's part: everything acknowledged, everything received, the archive read.

use everpresent_client::{Client, Error as ClientError, Event, Frame, escape};

use super::book::number_of;
use super::person::Person;

/// Archived messages asked for at a time.
const PAGE_MESSAGES: usize = 100;
/// Pages read before something must be wrong.
const MAX_PAGES: usize = 100_000;

/// Waits until all users have everything acknowledged, then takes in what there is to be received, and the archive.
pub(crate) async fn conclude(mut person: Person, mut client: Client) {
    let acknowledged = settle(&mut person, &mut client).await;
    // Waited for in any case: the others count on everybody.
    person.shared.all_acknowledged.wait().await;
    let concluded = match acknowledged {
        Ok(()) => receive_all(&mut person, &mut client).await,
        error => error,
    };
    if let Err(error) = concluded {
        person.violation(&format!("could not conclude: {error}"));
    }
    if let Err(error) = client.close().await {
        person.violation(&format!("could not sign out: {error}"));
    }
}

async fn settle(person: &mut Person, client: &mut Client) -> Result<(), ClientError> {
    while client.unacknowledged() > 0 {
        client.queue_acknowledgement_request();
        ping(client).await?;
        take_in(person, client)?;
    }
    take_in(person, client)
}

/// Whatever the server had to say before is here when the answer is.
async fn ping(client: &mut Client) -> Result<(), ClientError> {
    let domain = super::node::DOMAIN;
    client.request("get", domain, "<ping xmlns='urn:xmpp:ping'/>").await.map(drop)
}

fn take_in(person: &mut Person, client: &mut Client) -> Result<(), ClientError> {
    while let Some(event) = client.buffered()? {
        person.hear(event)?;
    }
    Ok(())
}

async fn receive_all(person: &mut Person, client: &mut Client) -> Result<(), ClientError> {
    ping(client).await?;
    take_in(person, client)?;
    let mut after = None;
    for _ in 0..MAX_PAGES {
        let answer = client.request("set", "", &query(after.as_deref())).await?;
        if answer.attribute("type").as_deref() != Some("result") {
            person.violation(&format!("the archive refuses: {}", answer.as_text()));
            return Ok(());
        }
        while let Some(event) = client.buffered()? {
            note(person, &event);
        }
        let complete = answer.element().find("fin").and_then(|fin| fin.attribute("complete"));
        after = answer.text("last");
        if complete.as_deref() == Some("true") || after.is_none() {
            return Ok(());
        }
    }
    person.violation("the archive has no end");
    Ok(())
}

/// Everything since the message with this archive id (XEP-0313 §4.3, XEP-0059).
fn query(after: Option<&str>) -> String {
    let after = after.map_or_else(String::new, |after| format!("<after>{}</after>", escape(after)));
    format!(
        "<query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'>\
         <max>{PAGE_MESSAGES}</max>{after}</set></query>"
    )
}

/// An archived message counts if it was written to this user: what the user wrote is archived too.
fn note(person: &Person, event: &Event) {
    let Event::Message(frame) = event else { return };
    let found = archived(frame).filter(|(from, _)| from.split('/').next() == Some(&*person.partner));
    if let Some((_, number)) = found {
        person.shared.book.borrow_mut().archive(number);
    }
}

/// Sender and number of an archived message.
fn archived(frame: &Frame) -> Option<(String, u64)> {
    let message = frame.element().find("forwarded")?.find("message")?;
    let number = number_of(&message.attribute("id")?)?;
    Some((message.attribute("from")?.into_owned(), number))
}
