//! Connections that do nothing, or as little as possible.

use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::harness::raw::header;
use crate::harness::{Bystanders, House, PATIENCE, Raw, soon};

/// How many connections an attacker opens, if the system lets one process have both ends of so many.
const THOUSAND: usize = 1_000;
/// How long a connection may take to sign in, in seconds: the shortest that can be configured.
const SIGNIN_SECONDS: &str = "5";

/// How many connections this process may hold both ends of.
fn room() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let files: usize = line.split_whitespace().nth(3).unwrap().parse().unwrap();
    (files - 200) / 2
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_silent_connections_keep_nobody_out_and_are_closed_in_time() {
    let house = House::with(&[("SIGNIN_TIMEOUT_SECONDS", SIGNIN_SECONDS)]).await;
    let bystanders = Bystanders::chat(&house).await;
    let count = THOUSAND.min(room());
    let begun = Instant::now();
    let mut silent = Vec::new();
    for number in 0..count {
        let kind = ["c2s_plain", "c2s", "c2s_tls"][number % 3];
        silent.push(soon("a connection", TcpStream::connect(house.address(kind))).await.unwrap());
    }
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    alice.says("bob@example.org", "all well?").await;
    assert_eq!(bob.hears().await, "all well?");
    for stream in silent {
        let mut raw = Raw::of(stream);
        raw.last_words().await;
    }
    assert!(begun.elapsed() < PATIENCE, "they were closed after {:?}", begun.elapsed());
    bystanders.noticed_nothing().await;
    house.closes_in_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_who_begin_to_sign_in_and_stop_keep_nobody_out() {
    let house = House::with(&[("SIGNIN_TIMEOUT_SECONDS", SIGNIN_SECONDS)]).await;
    let bystanders = Bystanders::chat(&house).await;
    let mut stuck = Vec::new();
    for _ in 0..500.min(room()) {
        let mut raw = house.knock().await;
        raw.says("<").await;
        stuck.push(raw);
    }
    let mut alice = house.online("alice", "phone").await;
    alice.says("alice@example.org", "all well?").await;
    assert_eq!(alice.hears().await, "all well?");
    for mut raw in stuck {
        raw.last_words().await;
    }
    bystanders.noticed_nothing().await;
    house.closes_in_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_gets_so_many_connections_and_no_more() {
    let house = House::with(&[("LIMITS_CONNECTIONS_PER_ADDRESS", "10")]).await;
    let mut held = Vec::new();
    for _ in 0..10 {
        let mut raw = house.knock().await;
        raw.opens().await;
        held.push(raw);
    }
    for _ in 0..5 {
        let mut refused = house.knock().await;
        assert_eq!(refused.last_words().await, "", "no place");
    }
    drop(held.pop());
    let mut tries = 0;
    soon("a place to become free", async {
        loop {
            let mut raw = house.knock().await;
            raw.says(header()).await;
            tries += 1;
            if raw.reaches("</stream:features>").await {
                return;
            }
        }
    })
    .await;
    assert!(tries >= 1);
    house.closes_in_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_of_single_bytes_is_served_and_keeps_nobody_waiting() {
    let house = House::open().await;
    let bystanders = Bystanders::chat(&house).await;
    let mut raw = house.knock().await;
    for byte in header().as_bytes() {
        raw.says([*byte]).await;
    }
    raw.hears("</stream:features>").await;
    raw.authenticates("alice").await;
    raw.opens().await;
    raw.binds("phone").await;
    for byte in "<message to='alice@example.org/phone' type='chat'><body>späti €</body></message>".as_bytes()
    {
        raw.says([*byte]).await;
    }
    let said = raw.hears("</message>").await;
    assert!(said.contains("<body>späti €</body>"), "{said}");
    bystanders.noticed_nothing().await;
    house.closes_in_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_finishes_signing_in_is_let_go() {
    let house = House::with(&[("SIGNIN_TIMEOUT_SECONDS", SIGNIN_SECONDS)]).await;
    let mut signed_in = house.knock().await;
    signed_in.signs_in("mallory").await;
    let mut slow = house.knock().await;
    slow.opens().await;
    let begun = Instant::now();
    // A byte now and then, which is the attack: it keeps the connection busy and never gets anywhere.
    let mut drip = tokio::time::interval(Duration::from_millis(50));
    while slow.says(" ").await {
        drip.tick().await;
        assert!(begun.elapsed() < PATIENCE, "still listened to");
    }
    signed_in.last_words().await;
    house.until_sessions(0, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_fell_silent_is_asked_and_then_given_up() {
    let house = House::with(&[("SESSION_IDLE_SECONDS", "5"), ("SESSION_ANSWER_SECONDS", "1")]).await;
    let mut pinged = house.raw("alice", "phone").await;
    let mut asked = house.raw("alice", "tablet").await;
    asked.enables().await;
    assert!(pinged.hears("</iq>").await.contains("urn:xmpp:ping"));
    asked.hears("<r xmlns='urn:xmpp:sm:3'/>").await;
    pinged.last_words().await;
    asked.last_words().await;
    house.until_sessions(0, 1).await;
    house.closes_in_balance().await;
}
