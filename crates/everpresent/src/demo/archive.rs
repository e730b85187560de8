//! What the archive holds of a conversation (XEP-0313).

use everpresent_client::{Event, escape};

use super::actor::{Actor, trouble};
use super::teller::Trouble;

/// The ids of the last messages between this person and another, oldest first.
///
/// # Errors
/// When the server refuses, or does not answer in time.
pub(super) async fn last_messages(
    actor: &mut Actor,
    with: &str,
    most: usize,
) -> Result<Vec<String>, Trouble> {
    let expected = format!("the archive answers {}", actor.name());
    let query = format!(
        "<query xmlns='urn:xmpp:mam:2' queryid='demo'><x xmlns='jabber:x:data' type='submit'>\
         <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>\
         <field var='with'><value>{}</value></field></x>\
         <set xmlns='http://jabber.org/protocol/rsm'><max>{most}</max><before/></set></query>",
        escape(with)
    );
    actor.take_passed();
    let answer =
        actor.client().request("set", "", &query).await.map_err(|error| trouble(&expected, &error))?;
    if answer.attribute("type").as_deref() != Some("result") {
        return Err(Trouble::new(expected, answer.as_text()));
    }
    let mut ids = Vec::new();
    while let Some(event) = actor.client().buffered().map_err(|error| trouble(&expected, &error))? {
        let Event::Message(frame) = event else { continue };
        let archived = frame.element().find("forwarded").and_then(|forwarded| forwarded.find("message"));
        if let Some(id) = archived.and_then(|message| message.attribute("id")) {
            ids.push(id.into_owned());
        }
    }
    Ok(ids)
}
