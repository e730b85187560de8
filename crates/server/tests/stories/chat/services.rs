//! What clients notice of a monitored service that does not run: that it takes longer.

use std::time::Duration;

use everpresent_console::Administration as _;
use everpresent_console::administration::{ServiceAct, ServiceState};
use tokio::time::timeout;

use crate::harness::{House, Person, soon};

/// How long it is watched that nothing happens.
const WHILE: Duration = Duration::from_millis(200);

async fn order(house: &House, service: &str, act: ServiceAct) {
    house.server.admin().service_order(service.to_owned(), act).await.unwrap();
    let wanted = if act == ServiceAct::Start { ServiceState::Up } else { ServiceState::Down };
    soon("the service to follow", async {
        loop {
            let services = house.server.admin().services().await.unwrap().services;
            if services.iter().any(|known| known.name == service && known.state == wanted) {
                return;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Whether the person hears nothing for a while.
async fn hears_nothing(person: &mut Person) -> bool {
    // waits: for something that must not come.
    timeout(WHILE, person.hears()).await.is_err()
}

#[tokio::test]
async fn what_is_sent_while_the_router_is_stopped_arrives_when_it_runs_again() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    order(&house, "router", ServiceAct::Stop).await;
    bob.says_without_waiting("alice@example.org", "one").await;
    bob.says_without_waiting("alice@example.org", "two").await;
    assert!(hears_nothing(&mut alice).await);
    order(&house, "router", ServiceAct::Start).await;
    assert_eq!((alice.hears().await, alice.hears().await), ("one".to_owned(), "two".to_owned()));
    house.closes_in_balance().await;
}

#[tokio::test]
async fn presence_waits_for_the_presence_engine_and_messages_do_not() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let mut desk = house.online("bob", "desk").await;
    let mut phone = house.online("bob", "phone").await;
    desk.has_seen().await;
    order(&house, "presence-engine", ServiceAct::Crash).await;
    order(&house, "presence-engine", ServiceAct::Stop).await;
    phone.client.send("<presence><show>dnd</show></presence>").await.unwrap();
    alice.says("bob@example.org/desk", "Are you there?").await;
    assert_eq!(desk.hears().await, "Are you there?");
    assert_eq!(desk.has_seen().await, [""; 0]);
    order(&house, "presence-engine", ServiceAct::Start).await;
    assert!(desk.presence().await.has("show"));
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_stopped_archive_says_so_and_misses_nothing() {
    let query = "<query xmlns='urn:xmpp:mam:2'/>";
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    order(&house, "message-archiver", ServiceAct::Stop).await;
    alice.says("bob@example.org", "for later").await;
    let refused = alice.asks("set", "", query).await;
    assert!(refused.has("service-unavailable"), "{refused:?}");
    assert_eq!(refused.element().find("error").unwrap().attribute("type").as_deref(), Some("wait"));
    order(&house, "message-archiver", ServiceAct::Start).await;
    alice.asks("set", "", query).await;
    let results = alice.catches_up().await;
    assert!(results.iter().any(|frame| frame.text("body").as_deref() == Some("for later")), "{results:?}");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_client_that_waits_for_the_router_is_let_go_when_the_server_stops() {
    let house = House::open().await;
    let mut bob = house.online("bob", "desk").await;
    order(&house, "router", ServiceAct::Stop).await;
    bob.says_without_waiting("alice@example.org", "one").await;
    house.closes_in_balance().await;
}
