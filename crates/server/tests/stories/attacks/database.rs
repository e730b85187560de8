//! The database stands still for a while.

use std::time::Duration;

use everpresent_console::Administration as _;

use crate::harness::house::WriteLock;
use crate::harness::{House, PATIENCE, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_acknowledged_is_lost_and_what_cannot_be_kept_is_refused() {
    let house = House::open().await;
    let mut alice = house.resumable("alice", "phone").await;
    let mut bob = house.resumable("bob", "desk").await;
    alice.says("bob@example.org", "before").await;
    alice.says("carol@example.org", "before").await;
    alice.client.all_acknowledged().await.unwrap();
    assert_eq!(bob.hears().await, "before");

    let lock = WriteLock::take(&house).await;
    let admin = house.server.admin();
    let mut kept = Vec::new();
    let mut refused = 0;
    let begun = std::time::Instant::now();
    // An even stream of messages, slow enough not to fill what may wait for carol.
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    while refused < 3 {
        pace.tick().await;
        let text = format!("number {}", kept.len() + refused);
        alice.says("carol@example.org", &text).await;
        let errors = alice.catches_up().await;
        if let Some(error) = errors.iter().find(|frame| frame.attribute("type").as_deref() == Some("error")) {
            assert!(error.has("resource-constraint"), "{error:?}");
            assert_eq!(error.element().find("error").unwrap().attribute("type").unwrap(), "wait");
            refused += 1;
        } else {
            assert_eq!(refused, 0, "once it refuses, it refuses");
            kept.push(text);
        }
        assert!(begun.elapsed() < PATIENCE, "the server takes messages that it cannot write");
    }
    assert!(!kept.is_empty(), "a moment's trouble troubles nobody");
    assert!(alice.client.unacknowledged() >= kept.len(), "nothing is acknowledged that could be lost");
    assert!(!admin.readiness().ready, "and it says so");

    lock.give_back().await;
    until("the database to take writes", || admin.readiness().ready).await;
    alice.says("carol@example.org", "after").await;
    alice.client.all_acknowledged().await.unwrap();
    let house = house.restarted().await;
    let mut carol = house.online("carol", "x").await;
    let mut expected = vec!["before".to_owned()];
    expected.extend(kept);
    expected.push("after".to_owned());
    assert_eq!(carol.has_heard().await, expected);
    house.closes_in_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_who_are_there_chat_on_and_nothing_is_acknowledged_too_early() {
    let house = House::open().await;
    let mut alice = house.raw("alice", "phone").await;
    alice.enables().await;
    alice.says("<presence/>").await;
    alice.settles().await;
    let mut bob = house.online("bob", "desk").await;
    let lock = WriteLock::take(&house).await;
    let handled = alice.count().await;
    alice.says("<message to='bob@example.org' type='chat'><body>right now</body></message>").await;
    assert_eq!(bob.hears().await, "right now", "a database that is slow slows no chat");
    assert_eq!(alice.count().await, handled);
    lock.give_back().await;
    until("the message to be written", || {
        let home = house.home();
        home.enter(|state| !state.owner.has_unwritten())
    })
    .await;
    assert_eq!(alice.count().await, handled + 1);
    house.closes_in_balance().await;
}
