//! What was said can be read again (XEP-0313).

use everpresent_client::Frame;

use crate::harness::{House, Person};

const MAM: &str = "urn:xmpp:mam:2";

/// One page of an archive: texts with ids, and the end of the page.
struct Page {
    messages: Vec<(String, String)>,
    end: Frame,
}

impl Page {
    fn texts(&self) -> Vec<&str> {
        self.messages.iter().map(|(text, _)| text.as_str()).collect()
    }

    fn is_complete(&self) -> bool {
        self.end.element().find("fin").unwrap().attribute("complete").as_deref() == Some("true")
    }
}

async fn query(person: &mut Person, with: Option<&str>, paging: &str) -> Page {
    let with =
        with.map(|with| format!("<field var='with'><value>{with}</value></field>")).unwrap_or_default();
    let form = format!(
        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>{MAM}</value></field>\
         {with}</x>"
    );
    let set = format!("<set xmlns='http://jabber.org/protocol/rsm'>{paging}</set>");
    let payload = format!("<query xmlns='{MAM}' queryid='q'>{form}{set}</query>");
    let end = person.asks("set", "", &payload).await;
    let results = person.catches_up().await;
    let results = results.iter().filter(|frame| frame.has("result"));
    let read = |frame: &Frame| {
        let result = frame.element().find("result").unwrap();
        assert_eq!(result.attribute("queryid").unwrap(), "q");
        assert!(frame.has("delay"), "an archived message tells its time");
        (frame.text("body").unwrap(), result.attribute("id").unwrap().into_owned())
    };
    Page { messages: results.map(read).collect(), end }
}

#[tokio::test]
async fn both_sides_of_a_chat_are_archived_for_both() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    alice.says("bob@example.org", "one").await;
    let delivered = bob.message().await;
    bob.says("alice@example.org", "two").await;
    alice.says("carol@example.org", "for carol").await;
    alice
        .sends(
            "<message to='bob@example.org' type='chat'><body>off the record</body>\
                 <no-store xmlns='urn:xmpp:hints'/></message>",
        )
        .await;
    alice.hears().await;
    bob.catches_up().await;

    let of_alice = query(&mut alice, Some("bob@example.org"), "").await;
    let of_bob = query(&mut bob, None, "").await;
    assert_eq!(of_alice.texts(), ["one", "two"]);
    assert_eq!(of_bob.texts(), ["one", "two"]);
    assert!(of_alice.is_complete() && of_bob.is_complete());
    let stamp = delivered.element().find("stanza-id").unwrap();
    assert_eq!(stamp.attribute("id").unwrap(), of_bob.messages[0].1, "the id was told with the message");
    assert_eq!(stamp.attribute("by").unwrap(), "bob@example.org");
    let all = query(&mut alice, None, "").await;
    assert_eq!(all.texts(), ["one", "two", "for carol"]);
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_long_history_comes_in_pages_forwards_and_backwards() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    for number in 1..=5 {
        alice.says("bob@example.org", &number.to_string()).await;
    }
    let first = query(&mut alice, None, "<max>2</max>").await;
    assert_eq!(first.texts(), ["1", "2"]);
    assert!(!first.is_complete());
    let after = |page: &Page| format!("<max>2</max><after>{}</after>", page.messages.last().unwrap().1);
    let second = query(&mut alice, None, &after(&first)).await;
    assert_eq!(second.texts(), ["3", "4"]);
    let third = query(&mut alice, None, &after(&second)).await;
    assert_eq!(third.texts(), ["5"]);
    assert!(third.is_complete());

    let last = query(&mut alice, None, "<max>2</max><before/>").await;
    assert_eq!(last.texts(), ["4", "5"]);
    assert!(!last.is_complete());
    let before = format!("<max>10</max><before>{}</before>", last.messages[0].1);
    let rest = query(&mut alice, None, &before).await;
    assert_eq!(rest.texts(), ["1", "2", "3"]);
    assert!(rest.is_complete());

    let nowhere = query(&mut alice, None, "<max>2</max><after>no-such-id</after>").await;
    assert!(nowhere.end.has("item-not-found"), "{:?}", nowhere.end);
    house.closes_in_balance().await;
}

#[tokio::test]
async fn nobody_reads_the_archive_of_another() {
    let house = House::open().await;
    let mut bob = house.online("bob", "desk").await;
    let mut mallory = house.online("mallory", "x").await;
    bob.says("alice@example.org", "private").await;
    let refused = mallory.asks("set", "bob@example.org", &format!("<query xmlns='{MAM}'/>")).await;
    assert_eq!(refused.attribute("type").unwrap(), "error");
    assert!(mallory.has_heard().await.is_empty());
    house.closes_in_balance().await;
}

#[tokio::test]
async fn an_id_that_a_sender_made_up_is_not_believed() {
    let house = House::open().await;
    let mut mallory = house.online("mallory", "x").await;
    let mut bob = house.online("bob", "desk").await;
    mallory
        .sends(
            "<message to='bob@example.org' type='chat'><body>x</body>\
                   <stanza-id xmlns='urn:xmpp:sid:0' by='bob@example.org' id='forged'/></message>",
        )
        .await;
    let message = bob.message().await;
    let ids: Vec<_> = message.element().find_all("stanza-id").map(|id| id.attribute("id").unwrap()).collect();
    assert_eq!(ids.len(), 1);
    assert_ne!(ids[0], "forged");
    house.closes_in_balance().await;
}
