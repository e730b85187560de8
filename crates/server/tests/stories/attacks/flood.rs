//! More than anybody can take: senders that do not stop, and recipients that do not read.

use everpresent_client::Frame;
use everpresent_console::Administration as _;
use everpresent_presence::audience::DIRECTED_MAX;

use crate::harness::{Bystanders, House, PATIENCE, until};

fn ended(house: &House, reason: &str) -> u64 {
    let closed = house.home().enter(|state| state.owner.ledger().totals().closed.clone());
    closed.iter().find(|(found, _)| found.as_str() == reason).map_or(0, |(_, count)| *count)
}

/// The most that waits for any session now.
fn longest_queue(house: &House) -> usize {
    house.home().enter(|state| {
        state.owner.ledger().sessions().map(|session| session.queue.len()).max().unwrap_or_default()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_never_acknowledges_costs_only_its_session() {
    const LIMIT: usize = 100;
    const SENT: usize = 300;
    let house = House::with(&[("LIMITS_UNACKED_STANZAS", "100"), ("LIMITS_UNACKED_BYTES", "262144")]).await;
    let bystanders = Bystanders::chat(&house).await;
    let mut deaf = house.raw("bob", "desk").await;
    deaf.enables().await;
    deaf.says("<presence/>").await;
    deaf.settles().await;
    let mut alice = house.resumable("alice", "phone").await;
    for number in 0..SENT {
        alice.says("bob@example.org", &number.to_string()).await;
        assert!(longest_queue(&house) <= LIMIT + 1);
    }
    alice.client.all_acknowledged().await.unwrap();
    until("the session of the deaf to end", || ended(&house, "queue-full") == 1).await;
    let end = deaf.last_words().await;
    assert!(end.contains("<resource-constraint"), "{end}");
    bystanders.noticed_nothing().await;

    // Nothing that alice was told is safe is lost: it waits, as much as a queue takes at a time.
    let mut heard: Vec<String> = Vec::new();
    let begun = std::time::Instant::now();
    while heard.len() < SENT {
        let mut bob = house.online("bob", "desk").await;
        heard.extend(bob.has_heard().await);
        bob.leaves().await;
        assert!(begun.elapsed() < PATIENCE, "{} of {SENT} messages came", heard.len());
    }
    let expected: Vec<String> = (0..SENT).map(|number| number.to_string()).collect();
    assert_eq!(heard, expected);
    house.closes_in_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_never_reads_costs_only_its_session() {
    let house = House::with(&[("LIMITS_UNACKED_STANZAS", "50"), ("LIMITS_UNACKED_BYTES", "262144")]).await;
    let bystanders = Bystanders::chat(&house).await;
    let mut deaf = house.raw("bob", "desk").await;
    deaf.says("<presence/>").await;
    deaf.settles().await;
    let mut alice = house.online("alice", "phone").await;
    let text = "x".repeat(10_000);
    let begun = std::time::Instant::now();
    while ended(&house, "queue-full") == 0 {
        for _ in 0..20 {
            alice.says_without_waiting("bob@example.org/desk", &text).await;
        }
        alice.says("bob@example.org/desk", "more").await;
        assert!(longest_queue(&house) <= 51);
        assert!(begun.elapsed() < PATIENCE, "it is sent more and more");
    }
    bystanders.noticed_nothing().await;
    let mut bob = house.online("bob", "desk").await;
    assert!(!bob.has_heard().await.is_empty(), "what the session had not sent yet waits");
    house.closes_in_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_requests_slows_nobody_down() {
    let house = House::open().await;
    let bystanders = Bystanders::chat(&house).await;
    let mut mallory = house.raw("mallory", "x").await;
    let ping = "<iq type='get' id='p' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>";
    for _ in 0..200 {
        if !mallory.says(ping.repeat(100)).await {
            break;
        }
    }
    assert!(longest_queue(&house) <= 2_001);
    bystanders.noticed_nothing().await;
    // Either it is answered when it reads at last, or it was thrown out because it did not.
    mallory.says(ping.replace("'p'", "'last'")).await;
    let answered = mallory.reaches("id='last'").await;
    mallory.says("</stream:stream>").await;
    let heard = mallory.last_words().await;
    let answers = heard.matches("type='result'").count();
    assert!(answers == 20_001 || heard.contains("<resource-constraint"), "{answers} answers, {answered}");
    house.until_sessions(0, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_somebody_absent_is_bounded_and_the_sender_knows() {
    let house = House::with(&[("LIMITS_OFFLINE_MESSAGES", "10")]).await;
    let mut mallory = house.online("mallory", "x").await;
    for number in 0..30 {
        mallory.says("bob@example.org", &number.to_string()).await;
    }
    let answers = mallory.catches_up().await;
    let refused = answers.iter().filter(|frame| frame.has("service-unavailable")).count();
    assert_eq!(refused, 20);
    let mut bob = house.online("bob", "desk").await;
    assert_eq!(bob.has_heard().await.len(), 10);
    let report = house.server.admin().audit_sessions().await.unwrap();
    assert!(report.balanced);
    house.closes_in_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn directed_presence_and_block_lists_are_bounded() {
    let house = House::with(&[("LIMITS_BLOCKED_ADDRESSES", "20")]).await;
    let mut mallory = house.online("mallory", "x").await;
    mallory.catches_up().await;
    for number in 0..DIRECTED_MAX + 10 {
        mallory.client.queue(format!("<presence to='user{number}@example.org'/>").as_bytes()).unwrap();
    }
    let refused = mallory.catches_up().await;
    let is_refused = |frame: &&Frame| frame.has("resource-constraint") || frame.has("policy-violation");
    assert_eq!(refused.iter().filter(is_refused).count(), 10);
    let items = |from: usize, to: usize| -> String {
        (from..to).map(|number| format!("<item jid='user{number}@example.org'/>")).collect()
    };
    let block = |items: String| format!("<block xmlns='urn:xmpp:blocking'>{items}</block>");
    assert_eq!(mallory.asks("set", "", &block(items(0, 20))).await.attribute("type").unwrap(), "result");
    let refused = mallory.asks("set", "", &block(items(20, 21))).await;
    assert!(refused.has("policy-violation") || refused.has("resource-constraint"), "{refused:?}");
    house.closes_in_balance().await;
}
