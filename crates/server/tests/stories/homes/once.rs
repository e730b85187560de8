//! Everything once and in order, whatever happens to the channel (promise P4).

use bytes::Bytes;
use everpresent_server::route::inbound::{Origin, Refused, take_in};
use everpresent_session::ids::{HomeName, LedgerId};

use crate::harness::House;

fn texts(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|number| number.to_string()).collect()
}

#[tokio::test]
async fn a_channel_that_breaks_again_and_again_delivers_once_and_in_order() {
    let house = House::of_two_homes().await;
    let mut alice = house.resumable("alice", "phone").await;
    let mut bob = house.resumable("bob", "desk").await;
    let home = house.second_home();
    for round in 0..10 {
        for text in texts(round * 20..round * 20 + 10) {
            alice.says_without_waiting("bob@example.org", &text).await;
        }
        // Clients of the home are let go, and whatever is on its way is refused.
        home.pause();
        for text in texts(round * 20 + 10..round * 20 + 20) {
            alice.says_without_waiting("bob@example.org", &text).await;
        }
        let away = bob.loses_connection();
        home.go_on();
        bob = away.returns().await;
    }
    alice.client.all_acknowledged().await.unwrap();
    let mut heard = Vec::new();
    while heard.len() < 200 {
        heard.push(bob.hears().await);
    }
    assert_eq!(heard, texts(0..200));
    alice.hears_from_the_home_of("bob").await;
    assert!(bob.has_heard().await.is_empty());
    house.closes_in_balance().await;
}

#[tokio::test]
async fn what_waits_for_a_home_survives_a_restart() {
    let house = House::of_two_homes().await;
    let mut alice = house.resumable("alice", "phone").await;
    house.second_home().pause();
    for text in texts(0..50) {
        alice.says_without_waiting("bob@example.org", &text).await;
    }
    alice.client.all_acknowledged().await.unwrap();
    house.second_home().go_on();
    let house = house.restarted().await;
    let mut bob = house.online("bob", "desk").await;
    let mut heard = Vec::new();
    while heard.len() < 50 {
        heard.push(bob.hears().await);
    }
    assert_eq!(heard, texts(0..50));
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_home_takes_each_number_once_and_none_before_its_turn() {
    let house = House::of_two_homes().await;
    let mut bob = house.online("bob", "desk").await;
    let home = house.second_home();
    let origin = Origin { home: HomeName::new("imp3"), ledger: LedgerId(7) };
    let message = |text: &str| {
        let from = "zoe@example.org/phone";
        let body = format!("<body>{text}</body>");
        Bytes::from(format!("<message from='{from}' to='bob@example.org' type='chat'>{body}</message>"))
    };
    let offered = vec![(5, message("a")), (6, Bytes::from_static(b"<nonsense")), (7, message("b"))];
    let taken = take_in(&home, &origin, offered).await.unwrap();
    assert_eq!(taken.up_to, 7, "what makes no sense is taken in and does nothing");
    let again = vec![(6, message("x")), (7, message("x")), (8, message("c"))];
    assert_eq!(take_in(&home, &origin, again).await.unwrap().up_to, 8);
    let gap = vec![(9, message("d")), (11, message("x"))];
    assert_eq!(take_in(&home, &origin, gap).await.unwrap().up_to, 9);
    assert_eq!(take_in(&home, &origin, vec![(11, message("x"))]).await, Err(Refused::NotServed));
    assert_eq!(bob.has_heard().await, ["a", "b", "c", "d"]);
    home.pause();
    assert_eq!(take_in(&home, &origin, vec![(10, message("x"))]).await, Err(Refused::NotServed));
    home.go_on();
    drop(bob);
    bob = house.online("bob", "laptop").await;
    assert_eq!(take_in(&home, &origin, vec![(10, message("e"))]).await.unwrap().up_to, 10);
    assert_eq!(bob.has_heard().await, ["e"]);
    house.closes_in_balance().await;
}
