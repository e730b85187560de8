//! Acknowledgements and resumption (XEP-0198), as seen by clients.

use crate::harness::house::WriteLock;
use crate::harness::raw::attribute;
use crate::harness::{House, Raw, soon};

/// Waits until so many stanzas are acknowledged, and no more ever were.
async fn acknowledged(raw: &mut Raw, expected: u32) {
    raw.says("<r xmlns='urn:xmpp:sm:3'/>").await;
    soon("an acknowledgement", async {
        loop {
            raw.hears("<a ").await;
            let h: u32 = attribute(&raw.hears("/>").await, "h").parse().unwrap();
            assert!(h <= expected, "{h} stanzas are acknowledged of {expected}");
            if h == expected {
                return;
            }
        }
    })
    .await;
}

/// Signs in on a new connection and asks for a session; the server's answer.
async fn resume(house: &House, user: &str, id: &str, h: u32) -> (Raw, String) {
    let mut raw = house.knock().await;
    raw.signs_in(user).await;
    raw.says(format!("<resume xmlns='urn:xmpp:sm:3' previd='{id}' h='{h}'/>")).await;
    let mut answer = raw.hears(">").await;
    if answer.starts_with("<failed") && !answer.ends_with("/>") {
        answer.push_str(&raw.hears("</failed>").await);
    }
    (raw, answer)
}

#[tokio::test]
async fn the_server_counts_what_it_has_handled() {
    let house = House::open().await;
    let mut raw = house.raw("alice", "phone").await;
    assert!(!raw.enables().await.is_empty());
    acknowledged(&mut raw, 0).await;
    raw.says("<presence/><message to='bob@example.org' type='chat'><body>1</body></message>").await;
    raw.says("<iq type='get' id='p' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>").await;
    acknowledged(&mut raw, 3).await;
    raw.says("<message to='nobody@example.org' type='chat'><body>refused is handled too</body></message>")
        .await;
    acknowledged(&mut raw, 4).await;
    raw.says("<inactive xmlns='urn:xmpp:csi:0'/> \n <active xmlns='urn:xmpp:csi:0'/>").await;
    acknowledged(&mut raw, 4).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn stream_management_is_enabled_once_and_after_binding() {
    let house = House::open().await;
    let mut early = house.knock().await;
    early.signs_in("alice").await;
    early.says("<enable xmlns='urn:xmpp:sm:3'/>").await;
    assert!(early.hears("</failed>").await.contains("<unexpected-request"));
    assert!(early.binds("phone").await.contains("alice@example.org/phone"));
    early.enables().await;
    early.says("<enable xmlns='urn:xmpp:sm:3'/>").await;
    assert!(early.hears("</failed>").await.contains("<unexpected-request"));
    early.says("<resume xmlns='urn:xmpp:sm:3' previd='x' h='0'/>").await;
    assert!(early.hears("</failed>").await.contains("<unexpected-request"));
    acknowledged(&mut early, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_comes_twice_when_the_network_fails() {
    let house = House::open().await;
    let mut alice = house.resumable("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    bob.says("alice@example.org", "before").await;
    assert_eq!(alice.hears().await, "before");
    alice.says_without_waiting("bob@example.org", "on its way").await;
    let away = alice.loses_connection();
    for text in ["one", "two", "three"] {
        bob.says("alice@example.org/phone", text).await;
    }
    let mut alice = away.returns().await;
    assert_eq!(alice.client.address(), "alice@example.org/phone");
    assert_eq!(alice.has_heard().await, ["one", "two", "three"]);
    assert_eq!(bob.has_heard().await, ["on its way"]);
    alice.client.all_acknowledged().await.unwrap();

    // Again, and this time nothing happened in between.
    let mut alice = alice.loses_connection().returns().await;
    assert!(alice.has_heard().await.is_empty());
    alice.says("bob@example.org", "still here").await;
    assert_eq!(bob.hears().await, "still here");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_session_survives_many_cuts_in_the_middle_of_talk() {
    let house = House::open().await;
    let mut alice = house.resumable("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    let mut heard = Vec::new();
    let mut expected = Vec::new();
    for round in 0..10 {
        for number in 0..round {
            expected.push(format!("{round}.{number}"));
            bob.says_without_waiting("alice@example.org/phone", expected.last().unwrap()).await;
        }
        if round % 2 == 1 {
            heard.push(alice.hears().await);
        }
        alice = alice.loses_connection().returns().await;
    }
    while heard.len() < expected.len() {
        heard.push(alice.hears().await);
    }
    assert_eq!(heard, expected);
    assert!(alice.has_heard().await.is_empty());
    house.closes_in_balance().await;
}

#[tokio::test]
async fn who_acknowledges_more_than_was_sent_is_told_the_numbers() {
    let house = House::open().await;
    let mut alice = house.raw("alice", "phone").await;
    let id = alice.enables().await;
    alice.settles().await;
    alice.says("<a xmlns='urn:xmpp:sm:3' h='7'/>").await;
    let end = alice.last_words().await;
    assert!(end.contains("<undefined-condition") && end.contains("handled-count-too-high"), "{end}");
    assert!(end.contains("h='7'") && end.contains("send-count='1'"), "{end}");
    let (_, answer) = resume(&house, "alice", &id, 0).await;
    assert!(answer.contains("item-not-found") && answer.contains("h='1'"), "the session has ended: {answer}");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_resume_with_too_high_a_count_ends_the_stream_and_not_the_session() {
    let house = House::open().await;
    let mut alice = house.raw("alice", "phone").await;
    let id = alice.enables().await;
    drop(alice);
    house.until_sessions(0, 1).await;
    let (mut raw, answer) = resume(&house, "alice", &id, 4_000_000_000).await;
    let end = format!("{answer}{}", raw.last_words().await);
    assert!(end.contains("<stream:error") && end.contains("handled-count-too-high"), "{end}");
    let (_raw, answer) = resume(&house, "alice", &id, 0).await;
    assert!(answer.starts_with("<resumed"), "{answer}");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn nobody_resumes_the_session_of_another() {
    let house = House::open().await;
    let mut alice = house.resumable("alice", "phone").await;
    let (id, mut bob) = {
        let away = alice.loses_connection();
        let id = away.session.id().to_owned();
        alice = away.returns().await;
        (id, house.online("bob", "desk").await)
    };
    let (mut mallory, answer) = resume(&house, "mallory", &id, 0).await;
    assert!(answer.contains("item-not-found"), "{answer}");
    assert!(!answer.contains("h="), "not even how far it got: {answer}");
    assert!(mallory.binds("x").await.contains("mallory@example.org/x"), "a failed resume is no reason to go");
    bob.says("alice@example.org/phone", "still you?").await;
    assert_eq!(alice.hears().await, "still you?");

    for nonsense in ["x", "00000000000000000000000000000000", "ffffffffffffffffffffffffffffffff", "&lt;a&gt;"]
    {
        let (_, answer) = resume(&house, "mallory", nonsense, 0).await;
        assert!(answer.contains("item-not-found") && !answer.contains("h="), "{nonsense}: {answer}");
    }
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_resume_while_the_old_connection_stands_ends_the_old_one() {
    let house = House::open().await;
    let mut old = house.raw("alice", "phone").await;
    let id = old.enables().await;
    let (mut new, answer) = resume(&house, "alice", &id, 0).await;
    assert!(answer.starts_with("<resumed"), "{answer}");
    let end = old.last_words().await;
    assert!(end.contains("<stream:error") && end.contains("<conflict"), "{end}");
    new.settles().await;
    house.until_sessions(1, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_storm_of_resumes_leaves_one_session_with_one_connection() {
    let house = House::open().await;
    let mut first = house.raw("alice", "phone").await;
    let id = first.enables().await;
    let mut waiting = Vec::new();
    for _ in 0..20 {
        let mut raw = house.knock().await;
        raw.signs_in("alice").await;
        waiting.push(raw);
    }
    for raw in &mut waiting {
        raw.says(format!("<resume xmlns='urn:xmpp:sm:3' previd='{id}' h='0'/>")).await;
    }
    let mut displaced = 0;
    let mut holders = Vec::new();
    for mut raw in waiting {
        assert!(raw.hears(">").await.starts_with("<resumed"));
        raw.says("<r xmlns='urn:xmpp:sm:3'/>").await;
        let answer = raw.hears(">").await;
        if answer.starts_with("<a ") {
            holders.push(raw);
        } else {
            assert!(answer.contains("<stream:error"), "{answer}");
            displaced += 1;
        }
    }
    house.until_sessions(1, 0).await;
    assert!(displaced + holders.len() == 20 && !holders.is_empty(), "{displaced} were displaced");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_late_resume_is_told_exactly_what_was_handled() {
    let house = House::open().await;
    let mut alice = house.raw("alice", "phone").await;
    let id = alice.enables().await;
    for number in 0..3 {
        alice
            .says(format!("<message to='bob@example.org' type='chat'><body>{number}</body></message>"))
            .await;
    }
    alice.says("</stream:stream>").await;
    assert!(alice.last_words().await.ends_with("</stream:stream>"));
    let (mut raw, answer) = resume(&house, "alice", &id, 0).await;
    assert!(answer.contains("item-not-found") && answer.contains("h='3'"), "{answer}");
    raw.binds("phone").await;

    // The same for a session that an operator ended while its client was away.
    let id = raw.enables().await;
    raw.says("<message to='bob@example.org' type='chat'><body>last</body></message>").await;
    acknowledged(&mut raw, 1).await;
    drop(raw);
    house.until_sessions(0, 1).await;
    house.kick("alice@example.org/phone").await;
    let (_, answer) = resume(&house, "alice", &id, 0).await;
    assert!(answer.contains("item-not-found") && answer.contains("h='1'"), "{answer}");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn what_waited_for_a_session_that_ended_waits_for_the_user() {
    let house = House::open().await;
    let mut alice = house.resumable("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    alice.catches_up().await;
    alice.client.all_acknowledged().await.unwrap();
    let _away = alice.loses_connection();
    house.until_sessions(1, 1).await;
    bob.says("alice@example.org/phone", "are you there?").await;
    bob.says("alice@example.org", "call me").await;
    house.kick("alice@example.org/phone").await;
    let mut alice = house.online("alice", "tablet").await;
    assert_eq!(alice.has_heard().await, ["are you there?", "call me"]);
    let mut other = house.online("alice", "other").await;
    assert!(other.has_heard().await.is_empty());
    house.closes_in_balance().await;
}

#[tokio::test]
async fn what_a_client_says_is_acknowledged_only_when_it_is_safe() {
    let house = House::open().await;
    let mut alice = house.raw("alice", "phone").await;
    alice.enables().await;
    let writer = WriteLock::take(&house).await;
    alice.says("<message to='bob@example.org' type='chat'><body>keep this</body></message>").await;
    for _ in 0..3 {
        assert_eq!(alice.count().await, 0, "the database does not have it yet");
    }
    writer.give_back().await;
    acknowledged(&mut alice, 1).await;
    let mut bob = house.online("bob", "desk").await;
    assert_eq!(bob.has_heard().await, ["keep this"]);
    house.closes_in_balance().await;
}
